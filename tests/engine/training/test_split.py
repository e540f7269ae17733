"""Splits: decided by the seed prompt alone, the same in every snapshot, no part empty."""

from __future__ import annotations

import pytest

from engine.domain.snapshot import Split
from engine.kinds import stories
from engine.training.split import split_groups

EVERY = [prompt for texts in stories().prompts.values() for prompt in texts]


def test_a_prompt_keeps_its_part_when_others_come_and_go() -> None:
    whole, half = split_groups(EVERY), split_groups(EVERY[::2])
    assert all(whole[prompt] is part for prompt, part in half.items())


def test_spelling_of_white_space_and_case_does_not_move_a_prompt() -> None:
    whole = split_groups(EVERY)
    shouted = split_groups([f"  {prompt.upper()} " for prompt in EVERY])
    assert list(whole.values()).count(Split.TEST) == list(shouted.values()).count(Split.TEST)


def test_shares_are_near_what_is_wanted() -> None:
    parts = list(split_groups([f"prompt {number}" for number in range(4000)]).values())
    assert parts.count(Split.TEST) == pytest.approx(600, abs=80)
    assert parts.count(Split.VALIDATION) == pytest.approx(400, abs=70)


def test_every_genre_is_measured_on_its_own_prompts() -> None:
    whole = split_groups(EVERY)
    for texts in stories().prompts.values():
        assert [whole[prompt] for prompt in texts].count(Split.TEST) in (1, 2)


@pytest.mark.parametrize("count", range(3, 40))
def test_no_part_is_empty_from_three_prompts_on(count: int) -> None:
    for start in range(5):
        parts = set(split_groups(EVERY[start * 8 : start * 8 + count]).values())
        assert parts == set(Split)
