"""The score of the kinds beside stories, on hand-written good and bad texts of each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.domain.quality import Quality
from engine.kinds import open_kinds
from engine.quality.judge import rate
from engine.quality.score import GOOD, Scorer

PATH = Path(__file__).parents[2] / "data" / "kind_samples.yaml"
SAMPLES: list[dict[str, Any]] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
KINDS = ("epics", "procedures", "code")


def score(sample: dict[str, Any], **changes: str) -> Quality:
    kind = open_kinds(PATH.parent).get(sample["kind"])
    values = {"text": sample["text"], "prompt": sample["prompt"]} | changes
    return rate(Scorer.load(), kind, values["text"], prompt=values["prompt"], genre=None)


def good(kind: str) -> list[dict[str, Any]]:
    return [sample for sample in SAMPLES if sample["kind"] == kind and sample["good"]]


def test_there_are_enough_samples_of_each_kind() -> None:
    counts = Counter((sample["kind"], sample["good"]) for sample in SAMPLES)
    assert all(counts[kind, is_good] >= 6 for kind in KINDS for is_good in (True, False))


@pytest.mark.parametrize("place", range(len(SAMPLES)))
def test_good_texts_pass_and_bad_ones_say_why_not(place: int) -> None:
    sample = SAMPLES[place]
    quality = score(sample)
    assert (quality.score >= GOOD) == sample["good"], (sample.get("why"), quality)
    assert all(0 <= mark <= 10 for mark in quality.parts.values())
    assert sample["good"] or quality.reasons


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_to_another_request_scores_less(kind: str) -> None:
    samples = good(kind)
    for sample, other in zip(samples, samples[1:] + samples[:1], strict=True):
        assert score(sample, prompt=other["prompt"]).score < min(GOOD, score(sample).score)


@pytest.mark.parametrize("kind", ["epics", "procedures"])
def test_a_text_without_its_last_section_is_not_kept(kind: str) -> None:
    for sample in good(kind):
        paragraphs = sample["text"].rstrip().split("\n\n")
        assert score(sample, text="\n\n".join(paragraphs[:-1])).score < GOOD


def test_code_that_lost_its_second_half_is_not_kept() -> None:
    for sample in good("code"):
        assert score(sample, text=sample["text"][: len(sample["text"]) // 2]).score < GOOD


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", ["", " \n", "x", "\x00", "🐉" * 50, "def", "Epic E1:", "a " * 9000]
)
def test_any_text_gets_a_score(kind: str, text: str) -> None:
    assert 0 <= score(good(kind)[0], text=text).score < GOOD
