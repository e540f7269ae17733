"""Timers of a page that was just left.

A part of a page that redraws itself asks the server every few seconds, and names the page that is open. A
timer that fires between a click on another page and the server's answer still names the page before;
Streamlit 1.67 believes it: the click is lost, or the new page is emptied. Here such a request is given
the page that was asked for. Knows the two protocols of the page's WebSocket, and nothing of the studio.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# What tells the browser its page is small; charts and tables are not looked into.
MOST_BYTES = 50_000


class OpenPage:
    """The page that one browser has open, or has asked for and not been given yet."""

    def __init__(self) -> None:
        self._shown = ""
        self._asked = ""
        self._others_since = 0

    def corrected(self, data: bytes) -> bytes:
        """A message of the browser; a timer's with the page that is meant."""
        try:
            message = BackMsg.FromString(data)
        except DecodeError:
            return data
        request = message.rerun_script
        if message.WhichOneof("type") != "rerun_script":
            return data
        if not request.is_auto_rerun:
            self._asked, self._others_since = request.page_script_hash, 0
            return data
        meant = self._asked or self._shown
        if not meant or request.page_script_hash == meant:
            return data
        request.page_script_hash = meant
        return bytes(message.SerializeToString())

    def note(self, data: bytes) -> None:
        """A message to the browser; some tell which page is shown from now on."""
        if len(data) > MOST_BYTES:
            return
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") != "navigation":
            return
        self._shown = message.navigation.page_script_hash
        # The first other page may be of a run that was under way; a second one is the answer.
        self._others_since += self._shown != self._asked
        if self._shown == self._asked or self._others_since > 1:
            self._asked = ""


class LateTimers:
    """ASGI middleware: corrects what the timers of every open page ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        page = OpenPage()

        async def receive_corrected() -> Message:
            message = await receive()
            if data := message.get("bytes"):
                return {**message, "bytes": page.corrected(data)}
            return message

        async def send_noted(message: Message) -> None:
            if data := message.get("bytes"):
                page.note(data)
            await send(message)

        await self._app(scope, receive_corrected, send_noted)
