"""Which models a two-phase training really uses: those that are named, or what this machine has.

A named base model is taken from `ZEGA_MODELS_DIR` or the hub if it fits into memory. If not, the base
that the studio serves takes its place, and a notice says so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.engine import Engine
from engine.serving.base import served_gguf
from engine.serving.resolve import CurrentModel
from engine.settings import Settings
from models.base import LanguageModel
from models.catalog import check_memory, find_base_model
from models.errors import ModelError
from models.llamacpp import LlamaCppModel
from models.llamacpp_server import LlamaCppServer
from models.retrying import RetryingModel
from models.weights import locate

log = logging.getLogger(__name__)

# Stands for whoever teaches the user, as chosen in Settings.
CHOSEN = "teacher"
ATTEMPTS = 7
# One large model in memory at a time, whoever asks.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Found:
    """The settings under which a model is the base, its name, and what is otherwise than asked."""

    settings: Settings
    name: str
    notice: str = ""


def find_model(settings: Settings, wanted: str, verb: str) -> Found:
    """The model of that name if this machine can have it, else the served base. `verb` is what it
    is to do, for the notice: `write` or `learn`."""
    served = find_base_model(settings.base_model)
    try:
        row = find_base_model(wanted)
        if row.name == served.name:
            return Found(settings, served.name)
        folder = Path(settings.models_dir) if settings.models_dir else None
        locate(row, folder, local_only=settings.local_only)
        check_memory(row, "serve" if verb == "write" else "train")
    except ModelError as error:
        log.info("%s is not used: %s", wanted, error)
        instead = "writes" if verb == "write" else "learns"
        notice = f"{wanted} is not to be had here: {served.name} {instead} in its place. {error}"
        return Found(settings, served.name, notice)
    return Found(settings.model_copy(update={"base_model": wanted}), row.name)


@contextmanager
def teaching(
    engine: Engine, user_id: str, job_id: str, found: Found | None, give_up: Callable[[], bool]
) -> Iterator[LanguageModel]:
    """The model that writes, in memory for as long as the block runs. Without a `found` one it is
    the user's own teacher. Raises `Unavailable` when it does not start."""
    if found is None:
        yield engine.teachers.model_for(user_id, len, job_id=job_id, give_up=give_up)
        return
    if found.settings.base_model == engine.settings.base_model:
        served = CurrentModel(engine.store, found.name, patient=give_up)
        yield RetryingModel(served, attempts=ATTEMPTS, unreachable=True, give_up=give_up)
        return
    settings = found.settings
    with (
        _one_at_a_time,
        LlamaCppServer(
            served_gguf(settings),
            slots=settings.generation_slots,
            context=settings.context,
            threads=settings.threads,
            log=settings.home / "logs" / "teacher.log",
        ) as server,
    ):
        yield LlamaCppModel(found.name, server.url)
