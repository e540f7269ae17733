"""What trainers of adapters share beside their training: which rows fit, and held-out loss of base and
adapter in fp32."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.evaluation.held_out import row_losses
from engine.training.base import load_model, load_tokenizer
from engine.training.rows import TextRow, fits, tokenize_all


def read_rows(
    parts: Mapping[str, list[list[str]]], base: Path, max_length: int
) -> dict[str, list[TextRow]]:
    """The rows of each part, without those whose prompt leaves no room for an answer."""
    tokenizer = load_tokenizer(base)
    rows = {part: [TextRow(*row) for row in found] for part, found in parts.items()}
    return {
        part: [row for row in found if fits(row, tokenizer, max_length)]
        for part, found in rows.items()
    }


def measure(
    base: Path,
    test_rows: Sequence[TextRow],
    *,
    trained: Mapping[str, Path | None],
    max_length: int,
) -> dict[str, Any]:
    """Row losses of the base ("before") and of each adapter that is not None, under `losses`."""
    from peft import PeftModel

    rows = tokenize_all(test_rows, load_tokenizer(base), max_length)
    model = load_model(base, bf16=False)
    losses = {"before": row_losses(model, rows)}
    for name, adapter in trained.items():
        if adapter is not None:
            adapted = PeftModel.from_pretrained(model, adapter)
            losses[name] = row_losses(adapted, rows)
            model = adapted.unload()
    return {
        "losses": {
            name: [[row.nats, row.tokens] for row in found] for name, found in losses.items()
        }
    }
