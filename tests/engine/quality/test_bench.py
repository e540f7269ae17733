"""The measuring tool: passages from plain novels, seeded faults, and what it says of a bad score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from engine.errors import InvalidInput
from engine.quality.bench import KINDS, bench
from engine.quality.novels import MOST_WORDS, WORDS, cut_passages, read_novels
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
    assert {name: book.genre for name, book in report.books.items()} == {
        "sci_fi": "sci_fi", "fantasy": "fantasy",
    }  # fmt: skip
    assert sum(book.texts for book in report.books.values()) == report.texts
    assert min(report.pairwise[kind] for kind in ("loop", "word_salad", "truncation")) >= 0.97
    assert report.pairwise["wrong_prompt"] >= 0.85
    assert report.pairwise["sentence_shuffle"] >= 0.75
    assert report.false_alarm_rate <= 0.2
    assert max(report.shift.values()) < 0.5


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


def test_one_novel_alone_has_all_kinds(novels: Path, tmp_path: Path) -> None:
    (tmp_path / "alone.TXT").write_bytes((novels / "fantasy.txt").read_bytes())
    report = bench(tmp_path, per_book=3)
    assert report.texts == 3
    kinds = set(KINDS) - {"paragraph_shuffle"}
    assert all(report.pairwise[kind] is not None for kind in kinds)


def test_novels_are_read_however_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes("Il était là, “said” she.".encode("cp1252"))
    (tmp_path / "marked.txt").write_bytes("\ufeffA café.".encode())
    (tmp_path / "notes.md").write_text("No novel.", encoding="utf-8")
    assert read_novels(tmp_path) == {"marked": "A café.", "old": "Il était là, “said” she."}


def test_paragraphs_are_found_by_blank_lines_indents_or_lines() -> None:
    chapter = [
        f"Line {n} tells of the sea. The boat went out again at noon, as ever." for n in range(40)
    ]
    frame = "*** START OF THE NOVEL ***\n\n{}\n\n*** END OF THE NOVEL ***\n\nA licence follows it."
    blank, indented, lines = "\n\n".join(chapter), "\n   ".join(chapter), "\n".join(chapter)
    assert len({tuple(cut_passages(frame.format(text))) for text in (blank, indented, lines)}) == 1
    passages = cut_passages(frame.format(indented))
    assert len(passages) == 2
    assert passages[0].count("\n\n") >= 10
    assert not any("licence" in passage for passage in passages)


def test_a_folder_without_novels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("CONTENTS\n\nI. One\n\nII. Two\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="must hold novels"):
        bench(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        bench(tmp_path / "nowhere")
