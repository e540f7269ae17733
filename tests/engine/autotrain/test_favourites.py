"""Favourite genre mixes are checked before they are kept."""

from __future__ import annotations

import pytest

from engine.autotrain.favourites import MOST, with_mix
from engine.errors import InvalidInput


def test_a_mix_is_kept_replaced_and_forgotten() -> None:
    mixes = with_mix({}, "  dark\n days ", {"horror": 50, "thriller": 0})
    assert mixes == {"dark days": {"horror": 50.0, "thriller": 0.0}}
    mixes = with_mix(mixes, "dark days", {"romance": 1})
    assert mixes == {"dark days": {"romance": 1.0}}
    assert with_mix(mixes, "dark days", None) == {}
    assert with_mix({}, "never there", None) == {}


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_name_must_be_readable(name: str) -> None:
    with pytest.raises(InvalidInput, match="name of a mix"):
        with_mix({}, name, {"horror": 1})


@pytest.mark.parametrize("mix", [{}, {"horror": 0}, {"western": 1}, {"horror": -1}])
def test_a_mix_must_be_one_that_can_be_started(mix: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match="genres"):
        with_mix({}, "mine", mix)


def test_one_too_many_is_refused_but_an_old_one_may_change() -> None:
    full = {str(number): {"horror": 1.0} for number in range(MOST)}
    with pytest.raises(InvalidInput, match="too many"):
        with_mix(full, "another", {"horror": 1})
    assert with_mix(full, "0", {"romance": 1})["0"] == {"romance": 1.0}
