"""What goes wrong in a callback, where nothing can be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import EngineError
from models.errors import ModelError
from rag.errors import RagError
from studio.web import session


@contextmanager
def told_next() -> Iterator[None]:
    """Have the next run draw an error of a callback, where nothing can be drawn, instead of raising it."""
    try:
        yield
    except (EngineError, ModelError, RagError) as error:
        session.fail(session.Failure(str(error), error.code))
