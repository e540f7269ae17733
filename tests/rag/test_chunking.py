"""Passages of whole sentences: their sizes, what they share, and that nothing is lost."""

from __future__ import annotations

import pytest

from rag.chunking import chunks, windows
from tests.fake_llamacpp import good_texts

NOVEL = "\n\n".join(row["text"] for row in good_texts())


def words(text: str) -> list[str]:
    return text.split()


def test_passages_are_of_bounded_length_and_end_with_a_sentence() -> None:
    passages = chunks(NOVEL)
    assert len(passages) > 20
    assert all(120 <= len(words(passage)) <= 200 for passage in passages[:-1])
    assert all(passage[-1] in ".!?”\"'’" for passage in passages)


def test_nothing_is_lost_and_neighbours_share_whole_sentences() -> None:
    passages = chunks(NOVEL, overlap=40)
    rebuilt, shared = words(passages[0]), 0
    for passage in passages[1:]:
        new = words(passage)
        overlap = next(n for n in range(40, -1, -1) if rebuilt[len(rebuilt) - n :] == new[:n])
        shared += overlap > 0
        rebuilt += new[overlap:]
    assert rebuilt == words(NOVEL)
    assert shared > len(passages) / 2


def test_abbreviations_do_not_end_a_sentence() -> None:
    text = "Mr. Hale met Mrs. Ames at 5 p.m. in St. Ives. She had the key." * 8
    for passage in chunks(text, min_words=12, max_words=20, overlap=0):
        assert passage.startswith(("Mr. Hale", "She had"))


def test_a_sentence_without_an_end_is_cut_and_whole() -> None:
    text = " ".join(f"word{number}" for number in range(1000))
    passages = chunks(text, min_words=50, max_words=100, overlap=10)
    assert max(len(words(passage)) for passage in passages) == 100
    assert words(" ".join(passages)) == words(text)


@pytest.mark.parametrize("text", ["", "  \n\n ", "One sentence."])
def test_a_short_text_is_one_passage_or_none(text: str) -> None:
    assert chunks(text) == ([text.strip()] if text.strip() else [])


@pytest.mark.parametrize(("least", "most", "overlap"), [(0, 10, 0), (20, 10, 0), (10, 20, 10)])
def test_sizes_that_make_no_sense_are_named(least: int, most: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"{overlap}, {least} and {most}"):
        chunks("a b", min_words=least, max_words=most, overlap=overlap)


def test_windows_cover_the_passage() -> None:
    passage = chunks(NOVEL)[0]
    parts = windows(passage, max_words=40)
    assert len(parts) > 3
    assert all(part in passage for part in parts)
    assert set(words(passage)) == {word for part in parts for word in words(part)}
    assert windows("Short enough.") == ["Short enough."]
