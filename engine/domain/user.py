"""User: a name that is safe as a file name, as part of a model's name and as part of a URL."""

from __future__ import annotations

import re

from engine.errors import InvalidInput

_USER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


_GUEST_ID = re.compile(r"guest-[0-9a-f]{24}")


def is_guest(user_id: str) -> bool:
    """Whether this is a name that was drawn for a stranger's browser, and chosen by nobody."""
    return _GUEST_ID.fullmatch(user_id) is not None


def user_id_problem(user_id: object) -> str:
    """What is wrong with a user id, as the end of a sentence; empty when it can be used."""
    if isinstance(user_id, str) and _USER_ID.fullmatch(user_id):
        return ""
    shown = user_id[:80] if isinstance(user_id, str) else user_id
    return (
        "must be 1 to 64 small letters, digits, '-' or '_', beginning with a letter or digit, "
        f"got {shown!r}"
    )


def check_user_id(user_id: object) -> None:
    """Raise InvalidInput unless this is a user id."""
    if problem := user_id_problem(user_id):
        raise InvalidInput("user_id", problem)
