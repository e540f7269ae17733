"""Favourite genre mixes: checked before they are kept. Where they are kept is not known here."""

from __future__ import annotations

from collections.abc import Mapping

from engine.autotrain.plan import check_request
from engine.errors import InvalidInput

MOST = 20

Mixes = dict[str, dict[str, float]]


def with_mix(saved: Mixes, name: str, mix: Mapping[str, float] | None) -> Mixes:
    """`saved` with this mix under this name, or without the name where `mix` is None.

    Raises `InvalidInput` for a name or mix that cannot be kept.
    """
    name = " ".join(name.split())
    rest = {key: value for key, value in saved.items() if key != name}
    if mix is None:
        return rest
    if not 1 <= len(name) <= 40:
        raise InvalidInput("name", f"of a mix must have 1 to 40 characters, got {len(name)}")
    if len(rest) >= MOST:
        raise InvalidInput("name", f"is one too many: {MOST} mixes are kept, forget one first")
    if not mix:
        raise InvalidInput("genres", "need at least one genre with a weight above 0")
    check_request(1, mix)
    return {**rest, name: {genre: float(weight) for genre, weight in mix.items()}}
