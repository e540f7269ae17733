"""The guard before every route, REST and WebSocket alike: which host, which page, which token, how much.

A page elsewhere must not reach a studio on loopback: not by a request from another origin, not by a
name that was rebound to this machine. Where the studio can be reached from outside, a token is asked
for. What is checked comes from the request's headers and the accepting socket, never from its URL.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.api.errors import error_response
from studio.api.token import is_token
from studio.origin import is_same_origin

# Every address that is this machine's own: none can be rebound.
LOCAL_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.ASCII)
# A browser's WebSocket cannot send headers: it offers these two as protocols.
PROTOCOL = "zega"
TOKEN_PROTOCOL = "zega.token."

MAX_BODY = 256 * 1024  # bytes; the largest request without files is a few hundred
# Files come in by these: 50 MB of them or one of 10, and what stands between them.
UPLOADS = {"/api/training/import": 52_000_000, "/api/benchmarks": 10_100_000}
TOO_LARGE = "A request's body may have {:,} bytes here."


class Door:
    """ASGI middleware. `token` gives the token in force; it is asked for where `always` says so, and
    of every connection that did not come in by loopback."""

    def __init__(self, app: ASGIApp, *, always: bool, token: Callable[[], str]) -> None:
        self._app = app
        self._always = always
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, _limited(receive, _most(scope)), send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        is_open = self._always or not _came_by_loopback(scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not (is_open or LOCAL_HOST.fullmatch(hosts[0].lower())):
            return error_response(403, "forbidden", "This host name is not the studio's.")
        if not is_same_origin(headers, hosts[0], scope):
            return error_response(403, "forbidden", "The request comes from a page elsewhere.")
        if is_open and not any(is_token(given, self._token()) for given in _tokens(headers)):
            return error_response(
                401,
                "unauthorized",
                "This studio can be reached from outside, and the request shows no valid token.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        length = headers.get("content-length", "0")  # the server refuses what is no number
        most = _most(scope)
        if length.isdecimal() and (len(length) > 12 or int(length) > most):
            return error_response(413, "payload_too_large", TOO_LARGE.format(most))
        return None


def _most(scope: Scope) -> int:
    """How many bytes the body of this request may have."""
    return UPLOADS.get(scope.get("path", ""), MAX_BODY)


def _limited(receive: Receive, most: int) -> Receive:
    """The same, but a body without a length that grows too large becomes an error."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, TOO_LARGE.format(most))
        return message

    return limited


def _came_by_loopback(scope: Scope) -> bool:
    """Whether the accepting socket's own address is loopback; no header has a say in it."""
    address = (scope.get("server") or ("", None))[0]
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _tokens(headers: Headers) -> list[str]:
    """Every token the request shows: in its Authorization, or among its WebSocket protocols."""
    shown = []
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        shown.append(credentials.strip())
    for protocol in headers.get("sec-websocket-protocol", "").split(","):
        if protocol.strip().startswith(TOKEN_PROTOCOL):
            shown.append(protocol.strip().removeprefix(TOKEN_PROTOCOL))
    return shown
