"""Favourite genre mixes, by the names their users gave them: checked before they are kept."""

from __future__ import annotations

from collections.abc import Mapping

from engine.autotrain.plan import check_request
from engine.errors import InvalidInput
from engine.store import Store

MOST = 20

Mixes = dict[str, dict[str, float]]


class Favourites:
    """What each user has saved."""

    def __init__(self, store: Store) -> None:
        self._preferences = store.preferences

    def list(self, user_id: str) -> Mixes:
        """Genre mixes the user has saved, by name."""
        return dict(self._preferences.get(user_id, "favourite_mixes", {}))

    def save(self, user_id: str, name: str, mix: Mapping[str, float] | None) -> None:
        """Keep a genre mix under a name; None forgets it. Raises `InvalidInput`."""
        mixes = with_mix(self.list(user_id), name, mix)
        self._preferences.set(user_id, "favourite_mixes", mixes)


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
