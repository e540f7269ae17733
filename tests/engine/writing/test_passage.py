"""Where an answer is cut: at a full sentence, within its length."""

from __future__ import annotations

import itertools
from pathlib import Path

from engine.kinds import open_kinds, stories
from engine.writing.passage import cut, last_full_line, last_full_sentence, opened, read_passage

LENGTH = stories().length
SENTENCE = "The old keeper walked up to the lamp and lit it once more. "


def pieces(text: str) -> list[str]:
    return [word + " " for word in text.split()]


def test_reading_ends_at_the_first_sentence_end_after_enough_words() -> None:
    stream = iter(pieces(SENTENCE * 100))
    text = read_passage(stream)
    assert LENGTH.enough is not None
    assert LENGTH.enough <= len(text.split()) < LENGTH.enough + 14
    assert text.endswith("once more.")
    assert len(list(stream)) > 900, "the rest of the stream must not be read"


def test_a_short_answer_is_left_as_it_is() -> None:
    assert read_passage(pieces("He left. She stayed and")) == "He left. She stayed and"


def test_a_cut_answer_ends_with_its_last_full_sentence() -> None:
    text = read_passage(pieces(SENTENCE * 11 + "And then the"))
    assert text.endswith("once more.")


def test_a_text_without_sentences_stops_at_the_longest_length() -> None:
    text = read_passage(itertools.repeat("word "))
    assert len(text.split()) == LENGTH.most + 1


def test_quotes_belong_to_their_sentence() -> None:
    assert last_full_sentence('He ran. "Stop!" she cried. Then') == 'He ran. "Stop!" she cried.'
    assert last_full_sentence("no end at all") == "no end at all"


def test_reading_stops_when_asked_to() -> None:
    assert len(read_passage(itertools.repeat("word "), lambda: True).split()) == 1


def test_a_list_ends_with_its_last_whole_line() -> None:
    steps = "Steps:\n1. It counts the books.\n2. It adds the"
    assert last_full_line(steps) == "Steps:\n1. It counts the books."
    assert last_full_line("Inputs:\n- a name\n- a day") == "Inputs:\n- a name\n- a day"
    assert last_full_line("One line that breaks") == "One line that breaks"


def test_code_ends_with_its_last_whole_function(tmp_path: Path) -> None:
    code = open_kinds(tmp_path).get("code")
    function = "def double(number):\n    return 2 * number"
    for tail in ("\n\nThis doubles a number.", "\n\nprint(double(2))", "\n\ndef half(number"):
        assert cut(function + tail, code) == function
    assert cut(f"```python\n{function}\n```\nThat is all.", code) == function
    assert cut("There is no code here.", code) == "There is no code here."


def test_an_opening_is_there_once_whoever_writes_it() -> None:
    goes_on = [" Tools", " for neighbours"]
    assert "".join(opened("Epic E1:", goes_on)) == "Epic E1: Tools for neighbours"
    begins_anew = ["**Ep", "ic E1: Tools", " for neighbours**"]
    assert "".join(opened("Epic E1:", begins_anew)) == "Epic E1: Tools for neighbours**"
    fenced = ["```python\n", "def add(a, b):\n    ", "return a + b"]
    assert "".join(opened("def add(a, b):", fenced)) == "def add(a, b):\n    return a + b"
    assert list(opened("Epic E1:", [])) == []
