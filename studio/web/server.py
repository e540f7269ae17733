"""`python -m studio.web.server`: the studio's page process, light (no torch), on one port."""

from __future__ import annotations

import gc
import importlib
import os
import stat
import sys
import threading

from engine.settings import Settings, load_settings
from models.lifeline import end_with_parent

# After the first page is drawn, which must not wait for it.
WARM_UP_SECONDS = 6.0
WARM = ("studio.web.connection", "studio.web.overview_charts")
LOOPBACK = ["localhost", "127.0.0.1", "::1"]


def has_pipe() -> bool:
    """Whether stdin is a pipe: then a supervisor holds the other end and decides how long we live."""
    try:
        return stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):
        return False


def warm_up() -> None:
    """Load what pages need sooner or later, and keep it out of garbage collection.

    Streamlit collects after every run of a script. With all that is loaded this takes 130 ms of each
    click and each timer of each browser; of what is frozen nothing is looked at.
    """
    for name in WARM:
        importlib.import_module(name)
    from engine.quality.score import Scorer

    Scorer.load()
    gc.collect()
    gc.freeze()


def hosts(settings: Settings) -> list[str]:
    """The names under which screens are reached; on loopback no other can be rebound to this machine."""
    return [*LOOPBACK, settings.host] if settings.is_local else ["*"]


def main() -> None:
    """Serve until stopped. Raises `SettingsError`."""
    settings = load_settings()
    if has_pipe():
        end_with_parent()
    later = threading.Timer(WARM_UP_SECONDS, warm_up)
    later.daemon = True
    later.start()
    from streamlit_app import app

    app.run(
        config={
            "server.address": settings.host,
            "server.port": settings.port,
            "server.allowedHosts": hosts(settings),
            "server.headless": True,
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": False,
            # Its greeting asks a service elsewhere for this machine's address.
            "logger.hideWelcomeMessage": True,
        }
    )


if __name__ == "__main__":
    main()
