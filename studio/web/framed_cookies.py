"""Cookies where the studio is shown in a frame of another place, as public places do.

There a browser sends only cookies that say so, over HTTPS, and keeps them apart. The cookie that
Streamlit guards uploads with says otherwise whatever the connection, so it is changed on its way out.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LAX = "SameSite=Lax"
FRAMED = "Secure; SameSite=None; Partitioned"
UPLOADS = b"_streamlit_xsrf="


def place_of(headers: Headers, scope: Scope) -> str:
    """Where a cookie is sent from: over HTTPS also from a frame of another place."""
    is_secure = "https" in (headers.get("x-forwarded-proto", ""), scope.get("scheme"))
    return FRAMED if is_secure else LAX


class FramedCookies:
    """ASGI middleware: over HTTPS, files can be uploaded in a frame, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or place_of(Headers(scope=scope), scope) == LAX:
            await self._app(scope, receive, send)
            return

        async def send_framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [_framed(name, value) for name, value in message["headers"]]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_framed)


def _framed(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name.lower() == b"set-cookie" and value.startswith(UPLOADS):
        return name, value.replace(LAX.encode(), FRAMED.encode())
    return name, value
