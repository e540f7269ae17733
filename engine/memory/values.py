"""Values that come from outside, checked by name: a type, a scope, a title."""

from __future__ import annotations

from engine.domain.passage import PassageType, Scope
from engine.errors import InvalidInput

MAX_TITLE = 200


def type_of(name: str) -> PassageType:
    """Raises `InvalidInput`."""
    if name not in [each.value for each in PassageType]:
        raise InvalidInput("type", f"must be of {', '.join(PassageType)}; got {name!r}")
    return PassageType(name)


def scope_of(name: str) -> Scope:
    """Raises `InvalidInput`."""
    if name not in [each.value for each in Scope]:
        raise InvalidInput("scope", f"must be of {', '.join(Scope)}; got {name!r}")
    return Scope(name)


def title_of(title: str) -> str:
    """The title on one line. Raises `InvalidInput` when it is too long."""
    if len(title) > MAX_TITLE:
        raise InvalidInput("title", f"is {len(title)} characters long, at most {MAX_TITLE} fit")
    return " ".join(title.split())
