"""Timers of a page that was just left.

A part of a page that redraws itself asks the server every few seconds, and names the page that is open. A
timer that fires between a click on another page and the server's answer still names the page before.
Streamlit 1.67 believes it, and the click is lost; and where such a redraw follows the new page within
milliseconds, the browser empties that page. So it never arrives: the answer draws everything anew anyway.
Knows the two protocols of the page's WebSocket, and nothing of the studio.
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
        self._answered = False

    def is_late(self, data: bytes) -> bool:
        """Whether a message of the browser is a timer of another page than the one that is meant."""
        try:
            message = BackMsg.FromString(data)
        except DecodeError:
            return False
        if message.WhichOneof("type") != "rerun_script":
            return False
        page = message.rerun_script.page_script_hash
        if message.rerun_script.is_auto_rerun:
            meant = self._asked or self._shown
            return bool(meant) and page != meant
        self._asked, self._answered = page, False
        return False

    def note(self, data: bytes) -> None:
        """A message to the browser; some tell which page is shown from now on."""
        if len(data) > MOST_BYTES:
            return
        message = ForwardMsg.FromString(data)
        match message.WhichOneof("type"):
            case "new_session":
                # A run that was under way is of another page, and not the answer.
                self._answered |= message.new_session.page_script_hash == self._asked
            case "navigation":
                self._shown = message.navigation.page_script_hash
                if self._answered:  # with another page where the one asked for is not to be had
                    self._asked = ""


class LateTimers:
    """ASGI middleware: keeps from the server what the timers of pages that were left ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        page = OpenPage()

        async def receive_timely() -> Message:
            while True:
                message = await receive()
                data = message.get("bytes")
                if not data or not page.is_late(data):
                    return message

        async def send_noted(message: Message) -> None:
            if data := message.get("bytes"):
                page.note(data)
            await send(message)

        await self._app(scope, receive_timely, send_noted)
