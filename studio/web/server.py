"""`python -m studio.web.server`: the studio's page process, light (no torch), on one port."""

from __future__ import annotations

import os
import stat
import sys

from engine.settings import load_settings
from models.lifeline import end_with_parent

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


def has_pipe() -> bool:
    """Whether stdin is a pipe: then a supervisor holds the other end and decides how long we live."""
    try:
        return stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):
        return False


def main() -> None:
    """Serve until stopped. Raises `SettingsError`."""
    settings = load_settings()
    if has_pipe():
        end_with_parent()
    from streamlit_app import app

    local = settings.host in ("127.0.0.1", "localhost", "::1")
    app.run(
        config={
            "server.address": settings.host,
            "server.port": settings.port,
            # Other names of this machine are refused: a page elsewhere cannot reach us by rebinding.
            "server.allowedHosts": LOOPBACK if local else ["*"],
            "server.headless": True,
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": False,
        }
    )


if __name__ == "__main__":
    main()
