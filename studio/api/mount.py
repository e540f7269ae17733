"""Where the API hangs beside the screens: paths that are handed to it as they are.

The API and the engine behind it are imported at the first request for one of these paths, in a thread:
the first screen does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

PATHS = ("/api", "/auto-train", "/training")


class Handed(BaseRoute):
    """These paths and everything below them, for an application that is made when first asked."""

    def __init__(self, paths: Sequence[str], make: Callable[[], ASGIApp]) -> None:
        self._paths = tuple(paths)
        self._make = make
        self._app: ASGIApp | None = None
        self._lock: anyio.Lock | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] in ("http", "websocket"):
            path = scope["path"]
            if any(path == each or path.startswith(f"{each}/") for each in self._paths):
                return Match.FULL, {}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._lock = self._lock or anyio.Lock()
        async with self._lock:
            if self._app is None:
                self._app = await anyio.to_thread.run_sync(self._make)
            app = self._app
        await app(scope, receive, send)


def make_api() -> ASGIApp:
    """The API over an engine of its own. Raises `SettingsError`."""
    from engine.bootstrap import open_engine
    from studio.api.app import create_api

    return create_api(open_engine())


def api_route() -> Handed:
    """What the front door mounts."""
    return Handed(PATHS, make_api)
