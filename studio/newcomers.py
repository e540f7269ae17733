"""People who are new: their name is kept when something becomes theirs, not when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from engine.errors import NotFound

if TYPE_CHECKING:
    from engine.engine import Engine

Answer = TypeVar("Answer")


def for_user(engine: Engine, user_id: str, verb: Callable[[], Answer]) -> Answer:
    """What a verb answers that keeps something for a user, who is made if new.

    A verb checks what it is given before it asks whose that will be. So what is wrong with it is
    raised, and leaves no name behind.
    """
    try:
        return verb()
    except NotFound as error:
        if (error.noun, error.name) != ("user", user_id):
            raise
    engine.ensure_user(user_id)
    return verb()
