"""The frozen set: how many questions, which seeds, and what its hash stands for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.genre import Genre
from engine.domain.kind import Kind
from engine.evaluation.compare import evaluation_prompts
from engine.evaluation.frozen_set import (
    MOST_TOKENS,
    SEED,
    FrozenSet,
    frozen_set,
    questions,
    short_questions,
    shortened,
    spread,
)
from engine.kinds import open_kinds, stories


def kinds(*names: str) -> list[Kind]:
    known = open_kinds(Path("no such home"))
    return [known.get(name) for name in names]


def kinds_of(frozen: FrozenSet) -> Counter[str]:
    return Counter(question.asked.kind.name for question in frozen.prompts)


def test_stories_are_asked_for_once_each_with_a_seed_of_their_own() -> None:
    frozen = frozen_set([stories()], ["a", "b"])
    assert frozen.rows == ("a", "b")
    assert [question.seed for question in frozen.prompts] == list(range(SEED, SEED + 64))
    asked = [question.asked.request for question in frozen.prompts]
    assert asked == [each.request for each in evaluation_prompts()]
    genres = Counter(question.asked.genre for question in frozen.prompts)
    assert genres == dict.fromkeys([genre.value for genre in Genre], 8)


@pytest.mark.parametrize("name", ["epics", "procedures", "code"])
def test_a_kind_with_few_prompts_asks_them_again_with_other_seeds(name: str) -> None:
    (kind,) = kinds(name)
    frozen = frozen_set([kind])
    times = Counter(question.asked.request for question in frozen.prompts)
    assert sum(times.values()) == len({question.seed for question in frozen.prompts}) == 64
    assert len(times) == len(kind.evaluation)
    assert max(times.values()) - min(times.values()) <= 1


def test_kinds_share_the_set_and_none_of_a_long_list_is_favoured() -> None:
    frozen = frozen_set(kinds("stories", "epics", "code"))
    assert kinds_of(frozen) == {"stories": 21, "epics": 21, "code": 22}
    genres = Counter(each.asked.genre for each in frozen.prompts if each.asked.genre)
    assert set(genres) == {genre.value for genre in Genre}
    assert len(frozen_set(kinds("stories"), prompts=100).prompts) == 100
    assert frozen_set([replace(stories(), evaluation=())]).prompts == ()


def test_prompts_are_taken_from_all_over_a_list() -> None:
    every = evaluation_prompts()
    assert spread(every, 4) == [every[0], every[16], every[32], every[48]]
    assert spread(every, 66) == [*every, every[0], every[32]]


def test_stories_are_short_and_what_has_sections_is_whole() -> None:
    story = shortened(stories())
    assert (story.length.fewest, story.length.enough, story.length.tokens) == (40, 60, MOST_TOKENS)
    assert story.name == "stories"
    for kind in kinds("epics", "procedures", "code"):
        assert shortened(kind) == kind
    haiku = replace(stories(), length=replace(stories().length, fewest=5, enough=12, most=30))
    assert shortened(haiku) == haiku


def test_the_hash_stands_for_prompts_seeds_sampling_and_rows() -> None:
    prompts = list(evaluation_prompts()[:3])
    first = questions(prompts, ["a", "b"])
    assert questions(prompts, ["a", "b"]).sha256 == first.sha256
    other_rows = questions(prompts, ["b", "a"])
    assert other_rows.sha256 != first.sha256
    assert other_rows.prompts_sha256 == first.prompts_sha256
    warmer = [replace(each, kind=replace(each.kind, temperature=0.9)) for each in prompts]
    for changed in (prompts[:2], prompts[::-1], warmer):
        assert questions(changed, ["a", "b"]).prompts_sha256 != first.prompts_sha256
    assert short_questions(prompts, ["a", "b"]).prompts_sha256 != first.prompts_sha256
