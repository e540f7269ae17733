"""Rows of a preference training: pairs of a better and a worse answer, or answers with a thumb, in text and
in tokens as TRL's trainers make them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from datasets import Dataset

from engine.training.base import load_tokenizer
from engine.training.rows import TextRow, TokenRow, fits


@dataclass(frozen=True)
class PairRow:
    """A request with a better and a worse answer; `system` is the text of their kind."""

    prompt: str
    completion: str
    system: str
    rejected: str

    @property
    def texts(self) -> list[TextRow]:
        """Both answers, the better first."""
        answers = (self.completion, self.rejected)
        return [TextRow(self.prompt, answer, self.system) for answer in answers]


@dataclass(frozen=True)
class ThumbRow:
    """A request with an answer that is to come more often, or less; one that was stopped is not whole."""

    prompt: str
    completion: str
    system: str
    desirable: bool
    is_whole: bool = True

    @property
    def texts(self) -> list[TextRow]:
        """The answer alone."""
        return [TextRow(self.prompt, self.completion, self.system, is_whole=self.is_whole)]


Row = PairRow | ThumbRow


def read_rows(
    parts: Mapping[str, list[list[Any]]], base: Path, max_length: int
) -> dict[str, list[Any]]:
    """The rows of each part, without those whose prompt leaves no room for an answer: a `TextRow` for an
    example, a `PairRow` or a `ThumbRow` for a preference."""
    tokenizer = load_tokenizer(base)

    def read(row: list[Any]) -> Any:
        if isinstance(row[-1], bool):
            return ThumbRow(*row)
        return PairRow(*row) if len(row) == len(fields(PairRow)) else TextRow(*row)

    def has_room(row: Any) -> bool:
        text = row if isinstance(row, TextRow) else row.texts[0]
        return fits(text, tokenizer, max_length)

    return {part: [*filter(has_room, map(read, found))] for part, found in parts.items()}


def balance(rows: Sequence[Any]) -> dict[str, float]:
    """Weights by which the rarer of the two thumbs counts as much as the other."""
    up = sum(row.desirable for row in rows)
    down = len(rows) - up
    return {
        "desirable_weight": max(1.0, down / max(1, up)),
        "undesirable_weight": max(1.0, up / max(1, down)),
    }


def mixed(rows: Sequence[Any], seed: int) -> list[Any]:
    """Thumbs in the order of a seed, those up spread evenly among those down."""
    shuffled = random.Random(seed).sample(list(rows), len(rows))
    groups = [[row for row in shuffled if row.desirable is up] for up in (True, False)]
    placed = [
        ((place + 0.5) / len(group), row) for group in groups for place, row in enumerate(group)
    ]
    return [row for _, row in sorted(placed, key=lambda each: each[0])]


def dataset(rows: Sequence[Any], tokens: Sequence[list[TokenRow]], batch_size: int) -> Dataset:
    """Rows as TRL's trainers make them of texts; `tokens` are those of their texts."""
    prompts = [row[0].input_ids[: row[0].prompt_length] for row in tokens]
    answers = [[text.input_ids[text.prompt_length :] for text in row] for row in tokens]
    if isinstance(rows[0], PairRow):
        chosen, rejected = map(list, zip(*answers, strict=True))
        return Dataset.from_dict(
            {"prompt_ids": prompts, "chosen_ids": chosen, "rejected_ids": rejected}
        )
    said = [answer for (answer,) in answers]
    # KTO's measure of how far the model has moved: each request with the answer before it in its batch.
    batches = [said[at : at + batch_size] for at in range(0, len(said), batch_size)]
    return Dataset.from_dict(
        {
            "prompt_ids": prompts,
            "completion_ids": said,
            "KL_completion_ids": [
                answer for batch in batches for answer in batch[-1:] + batch[:-1]
            ],
            "label": [row.desirable for row in rows],
        }
    )


def tokens_in(rows: Sequence[list[TokenRow]]) -> int:
    """Tokens that are read, each text with its request."""
    return sum(len(text.input_ids) for row in rows for text in row)
