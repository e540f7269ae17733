"""The plan: ten prompts a genre, ten styles, balanced and without repeats while pairs last."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.autotrain.plan import check_request, make_plan, share_out, styles
from engine.domain.genre import Genre
from engine.errors import InvalidInput
from engine.evaluation.compare import evaluation_prompts
from engine.kinds import open_kinds, stories
from engine.quality.tokens import parse, stem

ALL = dict.fromkeys(Genre, 1.0)


def test_ten_distinct_prompts_a_genre_and_ten_styles() -> None:
    assert stories().categories == tuple(genre.value for genre in Genre)
    every = [prompt for genre in Genre for prompt in stories().prompts[genre]]
    assert len(every) == len({prompt.lower() for prompt in every}) == 10 * len(Genre)
    assert {len(stories().prompts[genre]) for genre in Genre} == {10}
    assert len(set(styles())) == 10


def test_evaluation_prompts_are_never_trained_on() -> None:
    every = {prompt.lower() for genre in Genre for prompt in stories().prompts[genre]}
    fixed = evaluation_prompts()
    assert Counter(row.genre for row in fixed) == dict.fromkeys([g.value for g in Genre], 8)
    assert len({row.prompt for row in fixed}) == len(fixed) == 8 * len(Genre)
    for row in fixed:
        mine = telling_words(row.prompt)
        for other in every:
            theirs = telling_words(other)
            shared = len(mine & theirs) / min(len(mine), len(theirs))
            assert shared < 0.34, (row.prompt, other)


def telling_words(text: str) -> set[str]:
    """Words of five letters or more, which say what a prompt is about."""
    return {stem(word) for word in parse(text).words if len(word) > 4}


def test_genres_are_balanced_at_every_length() -> None:
    plan = make_plan(43, ALL, seed=1)
    for length in (len(Genre), 2 * len(Genre), 43):
        counts = Counter(slot.genre for slot in plan[:length])
        assert max(counts.values()) - min(counts.values()) <= 1


def test_no_pair_repeats_while_pairs_last_and_then_seeds_differ() -> None:
    plan = make_plan(150, {Genre.HORROR: 1.0}, seed=4)
    pairs = [(slot.seed_prompt, slot.style) for slot in plan]
    assert len(set(pairs[:100])) == 100
    assert set(pairs[100:]) < set(pairs[:100])
    assert len({(slot.seed_prompt, slot.style, slot.seed) for slot in plan}) == 150
    assert len({slot.seed_prompt for slot in plan[:10]}) == 10


def test_a_plan_is_repeatable_and_its_seed_matters() -> None:
    assert make_plan(30, ALL, seed=5) == make_plan(30, ALL, seed=5)
    assert make_plan(30, ALL, seed=5) != make_plan(30, ALL, seed=6)
    assert [slot.index for slot in make_plan(30, ALL, seed=5)] == list(range(30))


def test_a_mix_is_shared_out_whole() -> None:
    shares = share_out(50, {Genre.HORROR: 3.0, Genre.ROMANCE: 1.0, Genre.SCI_FI: 1.0}, seed=1)
    assert shares == {Genre.HORROR: 30, Genre.ROMANCE: 10, Genre.SCI_FI: 10}
    for total in (1, 7, 500):
        assert sum(share_out(total, ALL, seed=total).values()) == total


def test_few_texts_are_of_any_genres() -> None:
    drawn = [share_out(4, ALL, seed=seed) for seed in range(40)]
    assert all(sorted(counts.values()) == [0] * (len(Genre) - 4) + [1] * 4 for counts in drawn)
    often = Counter(genre for counts in drawn for genre in Genre if counts[genre])
    assert set(often) == set(Genre), "every genre has its turn"


@pytest.mark.parametrize(
    ("number", "mix", "field"),
    [
        (0, {}, "num_examples"),
        (501, {}, "num_examples"),
        (True, {}, "num_examples"),
        ("5", {}, "num_examples"),
        (5, {"opera": 1.0}, "genres"),
        (5, {"horror": 0.0}, "genres"),
        (5, {"horror": -1.0}, "genres"),
        (5, {"horror": float("nan")}, "genres"),
    ],
)
def test_bad_requests_name_the_field(number: int, mix: dict[str, float], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_request(number, mix)
    assert caught.value.field == field


def test_no_genres_means_all_alike() -> None:
    assert check_request(500, {}) == ALL


def test_a_kind_without_genres_is_planned_by_its_prompts_alone(tmp_path: Path) -> None:
    epics = open_kinds(tmp_path).get("epics")
    plan = make_plan(30, check_request(30, {}, epics), seed=3, kind=epics)
    ideas = epics.prompts[""]
    assert {slot.seed_prompt for slot in plan[: len(ideas)]} == set(ideas)
    assert {(slot.genre, slot.style) for slot in plan} == {(None, None)}
    with pytest.raises(InvalidInput, match="must be left out"):
        check_request(30, {"horror": 1.0}, epics)
