"""Guests: where strangers can reach the studio, each browser gets a name of its own and no other.

The name is drawn here and travels in a signed cookie: it cannot be chosen, guessed or changed. The cookie
comes with a page and is read when the page's connection opens.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie

from itsdangerous import BadSignature, Signer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.settings import Settings, load_settings
from studio.secret_file import read_or_make
from studio.web.framed_cookies import place_of

COOKIE = "zega_guest"
DAYS = 90
_ID = re.compile(r"[0-9a-f]{24}")


def new_guest() -> str:
    """A name that nobody has: 96 random bits."""
    return f"guest-{secrets.token_hex(12)}"


def guest_key(settings: Settings) -> str:
    """The key cookies are signed with; made once in the home folder."""
    return read_or_make(settings.home / "guest_secret")


def signed(name: str, key: str) -> str:
    """What the cookie of this guest holds."""
    return _signer(key).sign(name.removeprefix("guest-")).decode("ascii")


def guest_of(cookies: Mapping[str, str], key: str) -> str | None:
    """The guest a browser's cookies name; None without a cookie that was signed here."""
    try:
        guest = _signer(key).unsign(cookies.get(COOKIE, "")).decode("ascii", "replace")
    except BadSignature:
        return None
    return f"guest-{guest}" if _ID.fullmatch(guest) else None


def _signer(key: str) -> Signer:
    return Signer(key, salt="zega guest")


def key_in_force() -> str | None:
    """The signing key where people are guests, else None. Raises `SettingsError`."""
    settings = load_settings()
    return guest_key(settings) if settings.has_guests else None


class GuestCookie:
    """ASGI middleware: gives a browser without a valid cookie a new guest with the next page it gets."""

    def __init__(self, app: ASGIApp, *, key: Callable[[], str | None] = key_in_force) -> None:
        self._app = app
        self._find_key = key
        self._key: str | None = None
        self._known = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._guests_key():
            await self._app(scope, receive, send)
            return
        key, headers = self._guests_key() or "", Headers(scope=scope)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                is_page = answer.get("content-type", "").startswith("text/html")
                if is_page and guest_of(_cookies(headers), key) is None:
                    answer.append("set-cookie", cookie(signed(new_guest(), key), headers, scope))
                    answer["cache-control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _guests_key(self) -> str | None:
        if not self._known:
            self._key, self._known = self._find_key(), True
        return self._key


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie")).items()}
    except CookieError:
        return {}


def cookie(value: str, headers: Headers, scope: Scope) -> str:
    """The cookie as a header."""
    place = place_of(headers, scope)
    return f"{COOKIE}={value}; Path=/; Max-Age={DAYS * 86400}; HttpOnly; {place}"
