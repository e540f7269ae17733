"""Which pair comes next: nothing is asked or compared twice while something was asked less often."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from engine.arena.pairs import ENOUGH_PROMPTS, Asked, next_models, next_prompt, prompts_for
from engine.domain.story import Story
from engine.kinds import open_kinds
from engine.store.texts import ERASED
from engine.store.votes import Shown

MODELS = ["base", "teacher", "v1", "v2"]


def story(prompt: str, kind: str = "stories") -> Story:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Story("0" * 32, "anna", prompt, kind, "horror", "briefly", at)


def test_own_prompts_come_with_the_studios_while_they_are_few(tmp_path: Path) -> None:
    kinds = open_kinds(tmp_path)
    few = prompts_for([story("A lamp."), story("A lamp."), story(ERASED)], kinds)
    assert few[0] == Asked("A lamp.", "stories", "horror", "briefly")
    stories = kinds.get("stories")
    assert len(few) == 1 + sum(map(len, stories.prompts.values()))
    assert all(each.prompt in stories.prompts[each.genre or ""] for each in few[1:])
    # Nothing is learned from a vote on what measures.
    assert not {each.prompt for each in few} & {each.prompt for each in stories.evaluation}
    code = prompts_for([story("Add two numbers.", "code")], kinds)
    assert {each.kind for each in code} == {"code"}
    many = prompts_for([story(f"Lamp {number}.") for number in range(ENOUGH_PROMPTS)], kinds)
    assert [each.prompt for each in many] == [f"Lamp {place}." for place in range(ENOUGH_PROMPTS)]


def test_a_prompt_comes_again_only_after_all_others() -> None:
    rng = random.Random(1)
    shown: list[Shown] = []
    prompts = [Asked(f"Lamp {number}.", "stories", None) for number in range(7)]
    for _ in range(3 * len(prompts)):
        asked = next_prompt(prompts, shown, rng)
        shown.append(Shown(asked.prompt, asked.kind, asked.genre, ("base", "v1")))
    turns = [
        {each.prompt for each in shown[turn : turn + len(prompts)]}
        for turn in range(0, len(shown), len(prompts))
    ]
    assert turns == [{each.prompt for each in prompts}] * 3


def test_every_two_models_meet_about_as_often_and_on_either_side() -> None:
    rng = random.Random(2)
    shown: list[Shown] = []
    for _ in range(240):
        models = next_models(MODELS, shown, rng)
        shown.append(Shown("p", "stories", None, models))
    met = Counter(frozenset(each.models) for each in shown)
    assert len(met) == 6
    assert set(met.values()) <= {39, 40, 41}
    left = Counter(each.models[0] for each in shown)
    # 120 of each: four standard errors are 22.
    assert all(38 <= left[name] <= 82 for name in MODELS)


def test_a_new_model_is_compared_first() -> None:
    rng = random.Random(3)
    shown = [Shown("p", "stories", None, ("base", "v1"))] * 9
    assert all("v2" in next_models(["base", "v1", "v2"], shown, rng) for _ in range(20))


def test_sides_are_drawn_for_each_pair_anew() -> None:
    rng = random.Random(4)
    sides = Counter(next_models(["base", "v1"], [], rng) for _ in range(400))
    assert set(sides) == {("base", "v1"), ("v1", "base")}
    assert 160 <= sides["base", "v1"] <= 240  # four standard errors
