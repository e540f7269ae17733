"""Rows of a preference training: what fits, how they are cut into tokens, in which order thumbs come."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.training.base import base_folder, load_tokenizer
from engine.training.preference_rows import (
    PairRow,
    ThumbRow,
    balance,
    dataset,
    mixed,
    read_rows,
)
from engine.training.rows import TextRow, tokenize_all

GOOD, BAD = "The fox ran home and slept in the hay.", "Rain fell all day on the grey stone wall."


@pytest.fixture(scope="module")
def base(tiny_gguf: Path, tiny_bases: Path) -> Path:
    return base_folder(tiny_gguf, tiny_bases)


def test_rows_that_do_not_fit_are_left_out_and_each_is_what_it_was(base: Path) -> None:
    long = "word " * 500
    parts: dict[str, list[list[Any]]] = {
        "train": [["Go.", GOOD, "", BAD], [long, GOOD, "", BAD]],
        "preferences": [
            ["Go.", GOOD, "Be brief.", True],
            ["Go.", "The fox ran", "", True, False],
            [long, GOOD, "", False, True],
        ],
        "test": [["Go.", GOOD, ""]],
    }
    assert read_rows(parts, base, 96) == {
        "train": [PairRow("Go.", GOOD, "", BAD)],
        "preferences": [
            ThumbRow("Go.", GOOD, "Be brief.", True),
            ThumbRow("Go.", "The fox ran", "", True, is_whole=False),
        ],
        "test": [TextRow("Go.", GOOD)],
    }


def test_that_a_stopped_text_ends_is_not_learned(base: Path) -> None:
    tokenizer = load_tokenizer(base)
    whole, part = (ThumbRow("Go.", "The fox ran", "", True, is_whole) for is_whole in (True, False))
    rows = [tokenize_all(row.texts, tokenizer, 96) for row in (whole, part)]
    assert rows[0][0].input_ids == [*rows[1][0].input_ids, tokenizer.eos_token_id]
    made = dataset([whole, part], rows, 2)["completion_ids"]
    assert tokenizer.decode(made[0]) == f"The fox ran{tokenizer.eos_token}"
    assert tokenizer.decode(made[1]) == "The fox ran"


def test_thumbs_up_and_down_take_turns_and_weigh_alike(base: Path) -> None:
    rows = [ThumbRow("Go.", f"Text {place}.", "", place < 6) for place in range(8)]
    order = mixed(rows, seed=17)
    assert sorted(each.completion for each in order) == [each.completion for each in rows]
    assert [each.desirable for each in order].count(False) == 2
    assert not any(each.desirable is False is other.desirable for each, other in pairwise(order))
    assert mixed(rows, seed=17) == order
    assert balance(rows) == {"desirable_weight": 1.0, "undesirable_weight": 3.0}
    tokens = [tokenize_all(row.texts, load_tokenizer(base), 96) for row in order]
    made = dataset(order, tokens, 4)
    assert made["KL_completion_ids"][:4] == [made["completion_ids"][at] for at in (3, 0, 1, 2)]
    assert made["label"] == [row.desirable for row in order]
