"""Kind: what sort of text is asked for. Most of the studio's work is stories."""

from __future__ import annotations

from enum import StrEnum

from engine.errors import InvalidInput


class Kind(StrEnum):
    """Exact names; they are part of the public contract."""

    STORIES = "stories"
    EPICS = "epics"
    PROCEDURES = "procedures"
    CODE = "code"


def check_kind(kind: str) -> None:
    """Raise InvalidInput unless this is the name of a kind."""
    names = [each.value for each in Kind]
    if kind not in names:
        raise InvalidInput("kind", f"must be of {', '.join(names)}; got {kind!r}")
