"""What counts as holding a text that is to be erased."""

from __future__ import annotations

import pytest

from engine.lineage.matching import MANY, Wanted
from tests.engine.lineage.conftest import BODY, REWORDED, SECRET
from tests.fake_llamacpp import good_texts

TEXTS = [row["text"] for row in good_texts()]


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        BODY.upper().replace(" ", "\n"),
        f"She read on. {SECRET} Then she slept, and morning was far.",
        BODY.replace("harbour", "port").replace("lamp", "torch"),
        " ".join(BODY.split()[:20]),
    ],
)
def test_a_text_is_found_whole_in_part_and_a_little_changed(text: str) -> None:
    assert Wanted(texts=[BODY]).is_in(text)


@pytest.mark.parametrize("text", [REWORDED, "The tower", "", *TEXTS])
def test_other_texts_are_left_alone(text: str) -> None:
    assert not Wanted(texts=[BODY]).is_in(text)


def test_a_phrase_is_found_whatever_its_case_and_line_breaks() -> None:
    wanted = Wanted("blue  Ledger")
    assert wanted.is_in("the BLUE\nledger lay there")
    assert not wanted.is_in("the ledger was blue")


def test_an_opening_that_many_texts_share_is_no_quotation() -> None:
    opening = "Once upon a time in a small village by the sea there lived"
    first = f"{opening} {TEXTS[0]}"
    assert not Wanted(texts=[first]).is_in(f"{opening} {TEXTS[1]}")


def test_of_very_many_texts_each_is_still_found() -> None:
    many = [f"{text} {number}" for number in range(MANY // 20) for text in TEXTS[:21]]
    wanted = Wanted(texts=[*many, BODY])
    assert wanted.is_in(f"Before it. {BODY} After it.")
    assert not wanted.is_in(REWORDED)
