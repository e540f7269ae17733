"""Novels as data of the benchmark: licences are stripped, later chapters held out, errors named."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.snapshot import Split
from engine.errors import InvalidInput
from scripts import bench_authors
from scripts.authors import cut, read_authors, split_as, take_novel
from tests.engine.style.conftest import Shelf
from tests.engine.style.voices import long_winded, short_spoken

CHAPTERS = 12


def novel(*, licence: bool = False) -> str:
    """Chapters of about 500 words, each with a name of its own."""
    chapters = [
        f"CHAPTER {number}.\n\nIt begins. This is chapter number{number} of it all.\n\n"
        f"{long_winded(500, seed=number)}"
        for number in range(1, CHAPTERS + 1)
    ]
    text = "\n\n\n".join(chapters)
    if not licence:
        return text
    return (
        "The Project Gutenberg eBook of A Novel.\n\n*** START OF THE PROJECT GUTENBERG EBOOK ***\n\n"
        f"{text}\n\n*** END OF THE PROJECT GUTENBERG EBOOK ***\n\nRedistribution is subject to terms.\n"
    )


def test_what_a_library_adds_is_stripped() -> None:
    plain, licensed = cut("a", novel(), 2000), cut("a", novel(licence=True), 2000)
    assert licensed == plain


def test_the_first_words_are_learned_and_whole_later_chapters_held_out() -> None:
    found = cut("a", novel(), 2000)
    words = sum(len(text.split()) for text in found.first_texts)
    assert 1600 < words <= 2000
    first, later = (
        [n for n in range(1, CHAPTERS + 1) if any(f"number{n} " in each.text for each in part)]
        for part in (found.first, found.later)
    )
    assert first[0] == 1
    assert later
    assert max(first) < min(later)
    assert len(found.later) >= 10
    assert not set(found.first_texts) & {passage.text for passage in found.later}


def test_without_chapters_what_follows_is_held_out() -> None:
    found = cut("a", long_winded(6000, seed=1), 2000)
    assert len(found.later) >= 10
    assert not set(found.first_texts) & {passage.text for passage in found.later}


def test_a_short_novel_is_refused_by_name() -> None:
    with pytest.raises(
        InvalidInput, match=r"short\.txt has 2,\d\d\d words of prose: 2,000 are learned"
    ):
        cut("short", long_winded(2500, seed=1), 2000)
    with pytest.raises(InvalidInput, match=r"empty\.txt has 0 words"):
        cut("empty", "", 2000)


def test_the_folder_is_read_by_name_and_must_hold_novels(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no \.txt file"):
        read_authors(tmp_path, 2000)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_authors(tmp_path / "missing", 2000)
    for name in ("b", "a"):
        (tmp_path / f"{name}.txt").write_text(novel(), encoding="utf-8")
    (tmp_path / "README.md").write_text("no novel", encoding="utf-8")
    assert [each.name for each in read_authors(tmp_path, 2000)] == ["a", "b"]


def test_later_chapters_are_only_ever_measured_on(shelf: Shelf) -> None:
    found = cut("a", novel(), 2000)
    parts = take_novel(shelf.store, found, "anna")
    examples = shelf.store.examples.of_ids("anna", list(parts))
    of_part: dict[Split, list[str]] = {part: [] for part in Split}
    for example, (_, part) in zip(examples, split_as(parts, examples), strict=True):
        of_part[part].append(example.completion)
    assert of_part[Split.TEST] == [passage.text for passage in found.later]
    assert of_part[Split.TRAIN] + of_part[Split.VALIDATION] == found.first_texts
    assert len(of_part[Split.VALIDATION]) == max(1, len(found.first) // 10)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{folder}/missing"], "cannot be read"),
        (["{folder}"], "no .txt file"),
        (["{folder}", "--out", "{folder}/nowhere/report.json"], "is no folder to write"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    given = [each.format(folder=tmp_path) for each in arguments]
    monkeypatch.setattr("sys.argv", ["bench_authors", *given])
    with pytest.raises(SystemExit) as ended:
        bench_authors.main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_short_spoken_text_is_prose_too() -> None:
    assert len(cut("b", short_spoken(6000, seed=1), 2000).first) > 8
