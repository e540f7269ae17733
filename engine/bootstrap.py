"""The only wiring: from settings to an engine that is ready to use."""

from __future__ import annotations

from engine.engine import Engine
from engine.jobs.queue import JobQueue, queue_url
from engine.settings import Settings, load_settings
from engine.store import open_store


def open_engine(settings: Settings | None = None) -> Engine:
    """The engine on its home folder and database, both made if new. Raises `SettingsError`."""
    settings = settings or load_settings()
    # Absolute, because paths are handed to processes that may work in another folder.
    settings = settings.model_copy(update={"home": settings.home.resolve()})
    settings.home.mkdir(parents=True, exist_ok=True)
    queue = JobQueue(queue_url(settings))
    return Engine(settings, open_store(settings.database), queue.enqueue)
