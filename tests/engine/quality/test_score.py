"""The quality score as a whole: faults capped with a reason, good text told from bad, any input."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.quality import corruption
from engine.quality.bench import Sample
from engine.quality.score import GATE_CAP, GOOD, HERE, Scorer
from engine.quality.tokens import split_sentences

ROOT = Path(__file__).parents[3]
TEXTS = yaml.safe_load((ROOT / "tests/data/quality_texts.yaml").read_text(encoding="utf-8"))
UNSEEN = yaml.safe_load((ROOT / "tests/data/quality_texts_unseen.yaml").read_text(encoding="utf-8"))
MODERN = yaml.safe_load((ROOT / "tests/data/quality_modern.yaml").read_text(encoding="utf-8"))
THIRD = yaml.safe_load((ROOT / "tests/data/quality_texts_third.yaml").read_text(encoding="utf-8"))
REFERENCE = yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8"))
GERMAN = (
    "Der alte Mann ging langsam durch den Wald und suchte seinen Hund. Er hatte ihn am Morgen "
    "verloren, als der Nebel noch über den Feldern lag. Niemand im Dorf wollte ihm helfen, denn "
    "alle fürchteten sich vor dem Schloss. Am Abend hörte er endlich ein leises Bellen."
)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


def rate(scorer: Scorer, item: dict[str, Any], **changes: Any) -> Any:
    asked = {**item, **changes}
    return scorer.score(asked["text"], prompt=asked["prompt"], genre=asked["genre"])


def labelled() -> dict[str, list[dict[str, Any]]]:
    """Items by kind. All of them were used to tune the score: what it reaches here is no proof."""
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in TEXTS:
        kinds[item["kind"]].append(item)
    return kinds


def test_labelled_texts_fall_on_the_right_side(scorer: Scorer) -> None:
    """At least so many of 30 good texts and of five of each fault; this holds the line. Of shuffled
    texts nothing is asked here: they rank below their own order, few fall below the threshold."""
    right = {
        kind: sum((rate(scorer, item).score >= GOOD) == (kind == "good") for item in items)
        for kind, items in labelled().items()
    }
    least = {
        "good": 28, "loop": 5, "word_salad": 4, "truncated": 5, "off_genre": 5, "off_prompt": 5,
    }  # fmt: skip
    assert right.keys() == {*least, "shuffled"}
    assert all(right[kind] >= count for kind, count in least.items()), right


def test_nine_in_ten_of_the_second_texts_fall_on_the_right_side(scorer: Scorer) -> None:
    """They too were looked at while the score was built."""
    right = [(rate(scorer, item).score >= GOOD) == (item["kind"] == "good") for item in UNSEEN]
    assert right.count(True) >= 0.9 * len(UNSEEN)


def test_texts_written_after_the_last_change_fall_on_the_right_side(scorer: Scorer) -> None:
    """35 of 40 did when they were measured, once."""
    right = [(rate(scorer, item).score >= GOOD) == (item["kind"] == "good") for item in THIRD]
    assert len(right) == 40
    assert right.count(True) >= 34


@pytest.mark.parametrize(
    ("kind", "reason", "most_missed"),
    [
        ("loop", "repeat", 0),
        ("truncated", "stops in the middle of a sentence", 0),
        # One salad keeps English grammar without sense: not caught.
        ("word_salad", "no sensible order", 1),
    ],
)
def test_labelled_faults_are_capped_and_named(
    scorer: Scorer, kind: str, reason: str, most_missed: int
) -> None:
    found = [rate(scorer, item) for item in labelled()[kind]]
    named = [q.score <= GATE_CAP and any(reason in said for said in q.reasons) for q in found]
    assert named.count(False) <= most_missed, [q.reasons for q in found]


def test_clean_reference_passages_reach_seven(scorer: Scorer) -> None:
    """The tables have learned from these passages; by tables learned without them 62 of 64 do."""
    passed = [rate(scorer, item).score >= GOOD for item in REFERENCE]
    assert sum(passed) / len(passed) >= 0.95


@pytest.mark.parametrize("spoil", [corruption.loop, corruption.shuffle_words, corruption.truncate])
def test_spoiled_reference_passages_are_capped(scorer: Scorer, spoil: Any) -> None:
    for seed, item in enumerate(REFERENCE):
        assert rate(scorer, item, text=spoil(item["text"], seed)).score <= GATE_CAP


def test_wrong_prompt_wrong_genre_and_shuffling_cost_points(scorer: Scorer) -> None:
    """On average each must cost a good passage so many points."""
    least = {"prompt": 1.0, "genre": 1.0, "order": 0.8}
    clean = [rate(scorer, item).score for item in REFERENCE]
    swapped = [*REFERENCE[20:], *REFERENCE[:20]]
    spoiled = {
        "prompt": [
            rate(scorer, item, prompt=other["prompt"])
            for item, other in zip(REFERENCE, swapped, strict=True)
        ],
        "genre": [
            rate(scorer, item, genre=other["genre"])
            for item, other in zip(REFERENCE, swapped, strict=True)
        ],
        "order": [
            rate(scorer, item, text=corruption.shuffle_sentences(item["text"], 99))
            for item in REFERENCE
        ],
    }
    for name, found in spoiled.items():
        drop = sum(clean) / len(clean) - sum(q.score for q in found) / len(found)
        assert drop >= least[name], (name, drop)


def test_repeated_phrase_is_counted_in_the_reason(scorer: Scorer) -> None:
    opening = " ".join(split_sentences(REFERENCE[0]["text"])[:6])
    quality = rate(scorer, REFERENCE[0], text=opening + " The bell rang out again." * 6)
    assert quality.score <= GATE_CAP
    assert any(r.startswith("The same phrase repeats 6 times") for r in quality.reasons)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The text is empty."),
        (" \n\t ", "The text is empty."),
        ("... !!! ---", "The text is empty."),
        ("She opened the door.", "The text has only 4 words"),
        (GERMAN, "English"),
        ("老人は森の中をゆっくり歩いて、犬を探していた。" * 20, "not written in English"),
        ("qwrt zxplk vbnmt grrfd the plok and wexil. " * 3 + "Ghrt blik to sworp. " * 9, "English"),
    ],
)
def test_unusable_text_is_capped_with_its_reason(scorer: Scorer, text: str, reason: str) -> None:
    quality = scorer.score(text, prompt="A dog is lost in the wood.", genre="fantasy")
    assert quality.score <= GATE_CAP
    assert any(reason in said for said in quality.reasons), quality.reasons


def test_a_letter_may_end_with_a_name_and_a_cut_text_may_not(scorer: Scorer) -> None:
    item = REFERENCE[0]
    letter = f"Dear Callum,\n\n{item['text']}\n\nYour loving\nIsla"
    assert not any("stops" in said for said in rate(scorer, item, text=letter).reasons)
    for spoiled in (item["text"] + "\n\nYour Isla", letter + " went out to"):
        assert any("stops" in said for said in rate(scorer, item, text=spoiled).reasons)


def test_clean_modern_prose_passes(scorer: Scorer) -> None:
    """Forty passages in as many manners; half of them were never looked at while it was built."""
    passed = [
        scorer.score(item["text"], prompt=Sample("", item["text"], "").prompt, genre=None).score
        >= GOOD
        for item in MODERN
    ]
    assert len(passed) == 40
    assert sum(passed) >= 0.95 * len(passed)


def test_text_about_a_story_is_not_a_story(scorer: Scorer) -> None:
    text = (
        "This story follows a brave captain. The narrative explores themes of loss and hope. "
        "The reader learns how the protagonist grows, and the author shows how the plot turns "
        "on one choice. As the story unfolds, the protagonist finds a map and follows it."
    )
    quality = scorer.score(text, prompt="A captain finds a map.", genre="adventure")
    assert quality.score <= GATE_CAP
    assert "talks about a story" in quality.reasons[0]


@pytest.mark.parametrize(
    "aside", ["150 words max.", "In this story, I explored hope.", "I used sensory details here."]
)
def test_one_aside_on_the_task_is_enough(scorer: Scorer, aside: str) -> None:
    quality = rate(scorer, REFERENCE[0], text=f"{REFERENCE[0]['text']}\n\n{aside}")
    assert quality.score <= GATE_CAP
    assert "speaks of its own task" in quality.reasons[0]


def test_the_weakest_part_draws_the_score_down_and_every_part_counts(scorer: Scorer) -> None:
    marks = dict.fromkeys(scorer.parts, 9.0)
    weak = {**marks, "order": 3.0}
    assert scorer.combine(marks) == pytest.approx(9.0)
    assert scorer.combine(weak) < GOOD
    assert scorer.combine({**weak, "cohesion": 8.0}) < scorer.combine(weak)


@pytest.mark.parametrize(
    "text",
    ["word " * 20_000, "x" * 100_000, "\x00\ud83d" * 500, "1 2 3 " * 300, '"' * 5000, "A. " * 4000],
)
@pytest.mark.parametrize("kind", ["stories", "epics", "procedures", "code"])
def test_any_text_gets_a_score(scorer: Scorer, text: str, kind: str) -> None:
    quality = scorer.score(text, prompt="?!", genre="no such genre", kind=kind)
    assert 0.0 <= quality.score <= GATE_CAP
    assert quality.reasons


def test_parts_without_a_genre_or_a_prompt_are_left_out(scorer: Scorer) -> None:
    text, prompt = REFERENCE[0]["text"], REFERENCE[0]["prompt"]
    assert set(scorer.score(text, prompt=prompt, genre="fantasy").parts) == {
        "repetition", "likelihood", "relevance", "genre", "order", "cohesion",
    }  # fmt: skip
    assert "genre" not in scorer.score(text, prompt=prompt, genre=None).parts
    free = scorer.score(text, prompt="", genre=None)
    assert set(free.parts) == {"repetition", "likelihood", "order", "cohesion"}
    assert free.score >= GOOD


def test_marks_and_scores_stay_between_nought_and_ten(scorer: Scorer) -> None:
    for item in TEXTS:
        quality = rate(scorer, item)
        assert all(0.0 <= mark <= 10.0 for mark in (quality.score, *quality.parts.values()))


def test_the_same_text_always_gets_the_same_quality(scorer: Scorer) -> None:
    again = Scorer.load()
    for item in TEXTS[::6]:
        assert rate(scorer, item) == rate(again, item)


def test_style_orders_and_framing_do_not_count_as_the_subject(scorer: Scorer) -> None:
    item = REFERENCE[0]
    framed = f"Write a short fantasy story. {item['prompt']} Use vivid sensory details of smell."
    plain, longer = rate(scorer, item), rate(scorer, item, prompt=framed)
    assert longer.parts["relevance"] == plain.parts["relevance"]


def test_scoring_loads_no_model_library_and_opens_no_connection() -> None:
    code = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError("a connection was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from engine.quality.score import Scorer
words = "The ferryman rowed across the quiet lake while the dragon slept in the boat. " * 14
quality = Scorer.load().score(words, prompt="A ferryman carries a dragon.", genre="fantasy")
assert quality.reasons
heavy = {"torch", "transformers", "sklearn", "scipy", "requests", "httpx"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
