"""Which user ids are accepted, and that a user is made once."""

from __future__ import annotations

import pytest

from engine.domain.user import check_user_id
from engine.errors import InvalidInput
from engine.store import Store


@pytest.mark.parametrize("user_id", ["a", "0", "anna", "anna-b_c9", "a" * 64])
def test_safe_ids_are_accepted(store: Store, user_id: str) -> None:
    store.users.ensure(user_id)
    assert user_id in store.users.list()


@pytest.mark.parametrize(
    "user_id",
    ["../x", "a/b", "A", "", "a" * 65, "a\n", "-a", "_a", ".", "a b", "a\x00", "ä", "a;ls", "٣"],
)
def test_hostile_ids_are_refused(store: Store, user_id: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_user_id(user_id)
    assert caught.value.field == "user_id"
    with pytest.raises(InvalidInput):
        store.users.ensure(user_id)
    assert store.users.list() == ["anna", "ben"]


def test_ensuring_twice_makes_one_user(store: Store) -> None:
    store.users.ensure("anna")
    assert store.users.list() == ["anna", "ben"]
