"""The genre part: told apart on prompts it never learned from, and on passages held out in turn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from engine.quality.fitting import fit_genres, separation
from engine.quality.genre import NEIGHBOUR_LEAD
from engine.quality.score import HERE, Scorer
from engine.quality.tokens import parse

ROOT = Path(__file__).parents[3]
PROMPTS = yaml.safe_load((ROOT / "engine/autotrain/prompts.yaml").read_text(encoding="utf-8"))
REFERENCE = yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8"))
MARKING = {
    genre: words.split()
    for genre, words in yaml.safe_load((HERE / "genres.yaml").read_text(encoding="utf-8")).items()
}
FOLDS = 8


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


def test_held_out_prompts_read_most_like_their_own_genre(scorer: Scorer) -> None:
    """Each prompt is measured by a table learned without it: one prompt a genre is held out."""
    passages = [(item["genre"], parse(item["text"])) for item in REFERENCE]
    right: list[bool] = []
    for held in range(10):
        train = [
            (genre, parse(prompt))
            for genre, listed in PROMPTS.items()
            for prompt in (*listed[:held], *listed[held + 1 :])
        ]
        model = fit_genres(MARKING, [*train, *passages], scorer.vocabulary)
        right += [
            model.margin(parse(listed[held]), genre, scorer.vocabulary) > 0
            for genre, listed in PROMPTS.items()
        ]
    assert len(right) == 10 * len(PROMPTS)
    assert sum(right) / len(right) >= 0.90


def test_held_out_passages_measure_higher_on_their_own_genre(scorer: Scorer) -> None:
    """Cross validation; chance is 0.125 for the top genre and 0.5 for the separation."""
    prompts = [(genre, parse(p)) for genre, listed in PROMPTS.items() for p in listed]
    passages = [(item["genre"], parse(item["text"])) for item in REFERENCE]
    own: list[float] = []
    other: list[float] = []
    for fold in range(FOLDS):
        train = [pair for place, pair in enumerate(passages) if place % FOLDS != fold]
        model = fit_genres(MARKING, [*prompts, *train], scorer.vocabulary)
        for genre, passage in passages[fold::FOLDS]:
            own.append(model.margin(passage, genre, scorer.vocabulary))
            other += [
                model.margin(passage, name, scorer.vocabulary) for name in MARKING if name != genre
            ]
    assert sum(margin > 0 for margin in own) / len(own) >= 0.70
    assert separation(np.array(own), np.array(other)) >= 0.94


def test_a_neighbour_may_lead_and_a_distant_genre_may_not(scorer: Scorer) -> None:
    """A ghost story passes as dark fantasy, its neighbour, more easily than as romance."""
    text = "The ghost screamed in the haunted graveyard, and the coffin held a rotting monster."
    lean = scorer.genres.lean(parse(text), scorer.vocabulary)
    assert max(lean, key=lambda genre: lean[genre]) == "horror"
    assert "dark_fantasy" in scorer.genres.neighbours["horror"]
    assert "horror" in scorer.genres.neighbours["dark_fantasy"]
    near = scorer.genres.margin(parse(text), "dark_fantasy", scorer.vocabulary)
    assert near - (lean["dark_fantasy"] - lean["horror"]) == pytest.approx(NEIGHBOUR_LEAD)
    far = scorer.genres.margin(parse(text), "romance", scorer.vocabulary)
    assert far == pytest.approx(lean["romance"] - lean["horror"])
