"""The report on a version: held-out loss measured anew, and the quality of its answers."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from engine.domain.evaluation import Comparison, LossGain
from engine.domain.version import Version
from engine.errors import EvaluationFailed, InvalidInput
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.evaluation.row_losses import held_out, measure_rows
from engine.settings import Settings
from engine.store import Store
from engine.training.config import TrainingConfig
from models.catalog import find_base_model


@dataclass(frozen=True)
class EvaluationReport:
    """`metrics` holds those that were asked for; losses in nats per answer token, scores 0-10."""

    version: str
    base_model: str
    recipe: str
    config: str
    rows: int
    measured_at: datetime
    metrics: dict[str, Any]


def report(
    store: Store, settings: Settings, version: Version, config: TrainingConfig
) -> EvaluationReport:
    """Measure a version by a configuration's metrics, on the test part it was never trained on.

    Takes a process of its own for some seconds. Raises `IdentityMismatch`, `ChecksumMismatch`,
    `EvaluationFailed`, `DoesNotFit` and `Quarantined`.
    """
    version.check_usable()
    wanted = config.evaluation.metrics
    base = settings.model_copy(update={"base_model": version.base_model})
    if find_base_model(settings.base_model).name == version.base_model:
        base = settings
    gain = None
    if "loss" in wanted or "perplexity" in wanted:
        gain = held_out_gain(store, base, version, config)
    metrics: dict[str, Any] = {}
    if gain is not None and "loss" in wanted:
        metrics["loss"] = loss_of(gain)
    if gain is not None and "perplexity" in wanted:
        metrics["perplexity"] = {"base": math.exp(gain.before), "version": math.exp(gain.after)}
    if "quality" in wanted:
        metrics["quality"] = quality_of(version.comparisons)
    return EvaluationReport(
        version=version.label,
        base_model=version.base_model,
        recipe=version.recipe,
        config=config.model.name,
        rows=0 if gain is None else gain.rows,
        measured_at=datetime.now(UTC),
        metrics=metrics,
    )


def held_out_gain(
    store: Store, settings: Settings, version: Version, config: TrainingConfig
) -> LossGain:
    """The version against its base on the test part of its own training set.

    Of a T5, which is no adapter beside its base, it is what was measured when the version was made.
    """
    base = find_base_model(settings.base_model)
    if base.task != "causal":
        return version.gain
    examples = held_out(store, store.snapshots.get(version.user_id, version.snapshot_id))
    if not examples:
        raise EvaluationFailed("the training set has no held-out rows")
    found = measure_rows(
        settings, examples, [version], max_length=config.hyperparameters.max_length
    )
    if not found[None]:
        raise EvaluationFailed(
            "no held-out row fits into hyperparameters.max_length; choose a larger one"
        )
    before, after = (
        [RowLoss(row.nats, row.tokens) for row in found[name]] for name in (None, version.id)
    )
    return loss_gain(before, after)


def loss_of(gain: LossGain) -> dict[str, Any]:
    return {
        "base": gain.before,
        "version": gain.after,
        "gain": gain.gain,
        "interval": [gain.low, gain.high],
        "better_beyond_doubt": gain.is_better,
    }


def quality_of(comparisons: Sequence[Comparison]) -> dict[str, Any] | None:
    """Mean scores before and after; None for a version whose answers were never compared."""
    if not comparisons:
        return None
    return {
        "base": fmean(each.quality_before for each in comparisons),
        "version": fmean(each.quality_after for each in comparisons),
        "prompts": len(comparisons),
    }


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises `InvalidInput`, naming it."""
    half = path.with_name(f".{path.name}.half")
    try:
        with half.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise InvalidInput(str(path), f"cannot be written: {error.strerror}") from None
