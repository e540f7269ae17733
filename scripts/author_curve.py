"""What settings are worth on own writing: `python -m scripts.author_curve NOVEL "rank=8" "words=5000"`.

Each argument is a change of the recipe `quick` ("" is the recipe as it is); `words` are learned instead of
10,000. Every variant trains on the same novel in one process. Settings are compared by the validation loss
by epoch; the loss on unseen chapters stands at the end and is for the report only.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from engine.data.pairs import continuation_prompt
from engine.data.passages import Passage
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.kinds import stories
from engine.serving.base import prepare_base
from engine.settings import load_settings
from engine.training.recipe import load_recipe
from scripts.authors import cut
from scripts.bench_authors import RECIPE, WORDS


def rows_of(passages: Sequence[Passage]) -> list[Any]:
    """Passages as the rows of a training."""
    from engine.training.rows import TextRow

    system = stories().system
    return [TextRow(continuation_prompt(each.before), each.text, system) for each in passages]


def try_variant(novel: Path, changes: dict[str, Any], base: Path) -> dict[str, Any]:
    """Train with the changes and measure on unseen chapters."""
    from engine.training import lora_sft

    cut_out = cut(novel.stem, novel.read_text(encoding="utf-8-sig"), changes.pop("words", WORDS))
    recipe = replace(load_recipe(RECIPE), **changes)
    validated = max(1, len(cut_out.first) // 10)
    curve: list[tuple[float, float]] = []

    def on_step(step: Any) -> None:
        if step.validation_loss is not None:
            curve.append((round(step.epoch, 2), round(step.validation_loss, 4)))

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zega-curve-") as folder:
        trained = lora_sft.train(
            rows_of(cut_out.first[:-validated]),
            rows_of(cut_out.first[-validated:]),
            base=base,
            out=Path(folder),
            on_step=on_step,
            **recipe.settings,
        )
        seconds = time.monotonic() - started
        found = lora_sft.measure(
            base,
            rows_of(cut_out.later),
            trained={"after": trained.adapter},
            max_length=recipe.max_length,
        )
    losses = {
        name: [RowLoss(*row) for row in measured] for name, measured in found["losses"].items()
    }
    gain = loss_gain(losses["before"], losses["after"])
    return {
        "validation": curve,
        "best": trained.best_validation_loss,
        "before": round(gain.before, 4),
        "after": round(gain.after, 4),
        "gain": [round(each, 4) for each in (gain.gain, gain.low, gain.high)],
        "tokens": trained.tokens,
        "seconds": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip())
    parser.add_argument("novel", type=Path)
    parser.add_argument("variants", nargs="+", help='e.g. "learning_rate=0.001 batch_size=2"')
    asked = parser.parse_args()
    settings = load_settings()
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(settings.cache.resolve() / "compiled"))
    base = prepare_base(settings).folder
    for variant in asked.variants:
        changes = {
            name: yaml.safe_load(value)
            for name, _, value in (each.partition("=") for each in variant.split())
        }
        found = try_variant(asked.novel, changes, base)
        print(json.dumps({"novel": asked.novel.stem, "changes": variant, **found}), flush=True)


if __name__ == "__main__":
    main()
