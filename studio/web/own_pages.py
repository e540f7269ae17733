"""The connection over which a page is driven, for the studio's own pages only.

Streamlit lets in a page of any port of this machine, and asks a service elsewhere what this machine's
address is before it refuses one of another place. Here both are refused before Streamlit hears of them.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from studio.origin import is_same_origin


class OwnPages:
    """ASGI middleware: no WebSocket for a page that is not the studio's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            if not is_same_origin(headers, headers.get("host", ""), scope):
                await WebSocket(scope, receive, send).close(WS_1008_POLICY_VIOLATION)
                return
        await self._app(scope, receive, send)
