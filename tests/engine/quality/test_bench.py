"""The measuring tool: passages from plain novels, seeded faults, and what it says of a bad score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from engine.errors import InvalidInput
from engine.quality.bench import KINDS, MOST_WORDS, WORDS, bench, cut_passages
from engine.quality.score import HERE, Part, Scorer

REFERENCE = yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def novels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short books: the passages of two genres, under headings as novels have them."""
    folder = tmp_path_factory.mktemp("novels")
    for book in ("sci_fi", "fantasy"):
        chapters = [r["text"] for r in REFERENCE if r["genre"] == book]
        text = "\n\n".join(f"CHAPTER {n}\n\n{chapter}" for n, chapter in enumerate(chapters))
        (folder / f"{book}.txt").write_text(text, encoding="utf-8")
    return folder


def test_passages_are_whole_paragraphs_without_headings(novels: Path) -> None:
    text = (novels / "fantasy.txt").read_text(encoding="utf-8")
    passages = cut_passages(text)
    assert len(passages) >= 4
    for passage in passages:
        assert WORDS <= len(passage.split()) <= MOST_WORDS
        assert "CHAPTER" not in passage
        assert all(part in " ".join(text.split()) for part in passage.split("\n\n"))


def test_every_kind_of_fault_is_measured_and_the_plain_ones_are_found(novels: Path) -> None:
    report = bench(novels)
    assert report.texts >= 8
    assert tuple(report.pairwise) == KINDS
    assert min(report.pairwise[kind] for kind in ("loop", "word_salad", "truncation")) >= 0.97
    assert report.pairwise["wrong_prompt"] >= 0.85
    assert report.pairwise["sentence_shuffle"] >= 0.75
    assert report.false_alarm_rate <= 0.2
    assert report.shift["renamed"] < 0.5


def test_the_same_seed_measures_the_same_and_books_may_have_a_genre(novels: Path) -> None:
    given = {"sci_fi": "sci_fi", "fantasy": "fantasy"}
    assert bench(novels, genres=given, per_book=2) == bench(novels, genres=given, per_book=2)
    assert bench(novels, genres=given, per_book=2).texts == 4


def test_a_score_that_sees_no_order_wins_half_of_the_shuffles(novels: Path) -> None:
    """Ties count half: a blind score must look like chance, not like success or failure."""
    scorer = Scorer.load()
    flat = {name: Part(part.weight, ((0.0, 9.0),)) for name, part in scorer.parts.items()}
    report = bench(novels, scorer=replace(scorer, parts=flat))
    assert report.pairwise["sentence_shuffle"] == 0.5
    assert report.pairwise["splice"] == 0.5
    assert report.pairwise["loop"] == 1.0
    assert report.false_alarm_rate == 0.0


def test_a_folder_without_novels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("CONTENTS\n\nI. One\n\nII. Two\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="must hold novels"):
        bench(tmp_path)
