"""Old against new before a blind judge: a preference for a place, and nonsense, are ties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.judging.judge import Judge
from engine.judging.pairwise import Preference, prefer, tally
from engine.judging.rubric import load_rubric
from models.base import Answer, Finish, Message

OLD, NEW = "The lamp is on the table.", "The river rose all night."


class Judging:
    """A judge in this process: `says` gets what stands first and second."""

    name = "judge"

    def __init__(self, says: Callable[[str, str], str]) -> None:
        self.says = says
        self.read: list[str] = []

    def stream(self, messages: Sequence[Message], **_: Any) -> Answer:
        asked = messages[-1].content
        self.read += [message.content for message in messages]
        first = asked.partition("<first>\n")[2].partition("\n</first>")[0]
        second = asked.partition("<second>\n")[2].partition("\n</second>")[0]
        return Said(self.says(first, second))


class Said(Answer):
    def __init__(self, text: str) -> None:
        self.model, self.finish, self._text = "judge", Finish("stop", 1, 1), text

    def __iter__(self) -> Any:
        yield self._text

    def close(self) -> None:
        """Nothing runs."""


def judge(says: Callable[[str, str], str]) -> Judge:
    return Judge(Judging(says), load_rubric(Path("nowhere")))


@pytest.mark.parametrize(
    "answer",
    [
        "better: first",
        "better: second",
        "better: neither",
        "A",
        "B",
        "1",
        "2",
        '{"better": "first"}',
        "I prefer the first text, for it is more vivid.",
        "",
        "better: zega-anna v2",
    ],
)
def test_who_always_answers_alike_finds_ties_only(answer: str) -> None:
    always = judge(lambda first, second: answer)
    found = [prefer(always, f"Prompt {n}", OLD, f"{NEW} {n}") for n in range(20)]
    assert set(found) == {Preference.TIE}
    counted = tally(found, seed=1)
    assert (counted.old, counted.new, counted.ties, counted.lead.value) == (0, 0, 20, 0.0)
    assert not counted.prefers_old


@pytest.mark.parametrize(
    ("first", "second"),
    [("better: first", "better: second"), ("A", "B"), ("1", "2"), ('{"better": 1}', "2")],
)
def test_a_taste_is_found_in_either_place_and_in_any_clear_form(first: str, second: str) -> None:
    likes_rivers = judge(lambda one, two: first if "river" in one else second)
    assert prefer(likes_rivers, "Water", OLD, NEW) is Preference.NEW
    assert prefer(likes_rivers, "Water", NEW, OLD) is Preference.OLD


def test_a_clear_answer_once_and_none_the_other_way_round_is_a_tie() -> None:
    halfway = judge(lambda one, two: "better: first" if "river" in one else "Hard to say.")
    assert prefer(halfway, "Water", OLD, NEW) is Preference.TIE


def test_the_judge_reads_both_orders_and_nobodys_name() -> None:
    model = Judging(lambda one, two: "better: neither")
    prefer(Judge(model, load_rubric(Path("nowhere"))), "Water", OLD, NEW)
    asked = [text for text in model.read if "<first>" in text]
    assert [text.index(OLD) < text.index(NEW) for text in asked] == [True, False]
    words = " ".join(model.read).lower()
    assert not [word for word in ("old", "new", "zega", "version", "base") if f" {word} " in words]


def test_a_tally_prefers_the_old_texts_only_beyond_its_interval() -> None:
    def counted(old: int, new: int, ties: int) -> bool:
        said = [Preference.OLD] * old + [Preference.NEW] * new + [Preference.TIE] * ties
        return tally(said, seed=1).prefers_old

    assert counted(40, 10, 14)
    assert not counted(12, 10, 42)
    assert not counted(10, 40, 14)
    assert not counted(1, 0, 0)
    with pytest.raises(ValueError, match="empty"):
        tally([], seed=1)
