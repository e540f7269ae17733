"""Guests: strangers whose texts cost the owner of the machine nothing, unless the owner says so."""

from __future__ import annotations

import pytest

from engine.domain.provider import BUILT_IN
from engine.engine import Engine
from engine.errors import InvalidInput
from engine.teaching import open_teachers
from studio.web.guests import new_guest


def test_a_guest_is_taught_by_the_base_whatever_was_stored(engine: Engine) -> None:
    guest = new_guest()
    engine.ensure_user(guest)
    paid = engine.teachers.add(
        "Paid", "openai", base_url="http://127.0.0.1:9/v1", model="large", price_out=9.0
    )
    with pytest.raises(InvalidInput, match="owner"):
        engine.teachers.choose(guest, [paid.id])
    engine.store.preferences.set(guest, "teachers", [paid.id])
    assert engine.teachers.chosen(guest) == [BUILT_IN]
    assert engine.teachers.team(guest) == [None]
    assert engine.teachers.cost(guest, 500) == 0
    engine.teachers.choose("anna", [paid.id])
    assert engine.teachers.team("anna") == [paid]


def test_the_owner_may_name_a_teacher_for_guests(engine: Engine) -> None:
    guest = new_guest()
    paid = engine.teachers.add("Paid", "openai", base_url="http://127.0.0.1:9/v1", model="large")
    named = engine.settings.model_copy(update={"guest_teacher": "Paid"})
    teachers = open_teachers(named, engine.store, engine.budget)
    assert teachers.team(guest) == [paid]
    assert teachers.team("anna") == [None]
    teachers.set_local_only(True)
    assert teachers.team(guest) == [paid], "it runs on this machine"
    teachers.remove(paid.id)
    assert teachers.team(guest) == [None]
