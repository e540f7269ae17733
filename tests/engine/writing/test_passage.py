"""Where an answer is cut: at a full sentence, within its length."""

from __future__ import annotations

import itertools

from engine.writing.passage import GOOD_WORDS, MAX_WORDS, last_full_sentence, read_passage

SENTENCE = "The old keeper walked up to the lamp and lit it once more. "


def pieces(text: str) -> list[str]:
    return [word + " " for word in text.split()]


def test_reading_ends_at_the_first_sentence_end_after_enough_words() -> None:
    stream = iter(pieces(SENTENCE * 100))
    text = read_passage(stream)
    assert GOOD_WORDS <= len(text.split()) < GOOD_WORDS + 14
    assert text.endswith("once more.")
    assert len(list(stream)) > 900, "the rest of the stream must not be read"


def test_a_short_answer_is_left_as_it_is() -> None:
    assert read_passage(pieces("He left. She stayed and")) == "He left. She stayed and"


def test_a_cut_answer_ends_with_its_last_full_sentence() -> None:
    text = read_passage(pieces(SENTENCE * 11 + "And then the"))
    assert text.endswith("once more.")


def test_a_text_without_sentences_stops_at_the_longest_length() -> None:
    text = read_passage(itertools.repeat("word "))
    assert len(text.split()) == MAX_WORDS + 1


def test_quotes_belong_to_their_sentence() -> None:
    assert last_full_sentence('He ran. "Stop!" she cried. Then') == 'He ran. "Stop!" she cried.'
    assert last_full_sentence("no end at all") == "no end at all"


def test_reading_stops_when_asked_to() -> None:
    assert len(read_passage(itertools.repeat("word "), lambda: True).split()) == 1
