"""Where a text is worth a look."""

from __future__ import annotations

import pytest

from engine.review.flags import flags_of
from tests.fake_llamacpp import good_texts


def marked(text: str, **where: str) -> list[tuple[str, str]]:
    return [(flag.code, text[flag.start : flag.end]) for flag in flags_of(text, **where)]


def test_a_good_text_has_hardly_any_flag() -> None:
    found = [flags_of(row["text"]) for row in good_texts()]
    assert sum(bool(flags) for flags in found) <= len(found) * 0.05


def test_a_sentence_that_comes_again_is_marked_where_it_does() -> None:
    text = (
        "The sea was grey and very cold. She waited by the wall. The sea was grey and very cold. "
        "Nobody came to the harbour that night, and the boats lay still in the dark water until "
        "the bell of the church began to ring. The sea was grey and very cold."
    )
    found = flags_of(text)
    assert [text[flag.start : flag.end] for flag in found] == [
        "The sea was grey and very cold."
    ] * 2
    assert [flag.reason for flag in found] == [
        "The same sentence for the second time.",
        "The same sentence for the third time.",
    ]
    assert found[0].start == 56


def test_a_phrase_that_comes_too_often_is_marked_from_its_second_time_on() -> None:
    text = (
        "At the edge of the wood stood a house. She walked to the edge of the wood before dawn. "
        "All winter long he dreamt that at the edge of the wood somebody was calling his name, and "
        "in the spring he packed a bag and left without a word to anyone."
    )
    assert [code for code, _ in marked(text)] == ["repeated_phrase", "repeated_phrase"]
    assert all("the edge of the wood" in words for _, words in marked(text))


@pytest.mark.parametrize("text", ["Sure, here is a story:\n\n", "Certainly! Here's your tale.\n"])
def test_remarks_around_a_text_are_marked(text: str) -> None:
    body = good_texts()[0]["text"]
    assert marked(f"{text}{body}") == [("preface", text.strip())]
    after = "I hope you enjoyed this story!"
    assert marked(f"{body}\n\n{after}") == [("afterword", after)]


def test_an_end_that_is_cut_off_is_marked_but_not_in_code_or_steps() -> None:
    text = f"{good_texts()[0]['text']} And then the"
    assert marked(text) == [("cut_end", "And then the")]
    assert marked(text, kind="procedures") == []
    assert marked(text, kind="code") == []


def test_a_short_text_is_told_as_a_whole() -> None:
    (flag,) = flags_of("The lamp went out.")
    assert (flag.start, flag.end, flag.code) == (0, 0, "short")
    assert flag.reason == "Only 4 words long."
