"""Held-out loss of a model on rows it was not trained on, and the paired gain between two models.

loss = sum of -ln p over answer tokens, end token included, divided by their count; fp32, eval mode.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain.evaluation import HeldOutLoss, LossGain

if TYPE_CHECKING:
    from engine.training.rows import TokenRow


@dataclass(frozen=True)
class RowLoss:
    """One row: its summed loss in nats and the number of answer tokens it was summed over."""

    nats: float
    tokens: int


def row_losses(model: Any, rows: Sequence[TokenRow]) -> list[RowLoss]:
    """The loss of each row alone, so that no padding can leak into it."""
    import torch

    model.eval()
    losses = []
    with torch.inference_mode():
        for row in rows:
            ids = torch.tensor([row.input_ids], device=model.device)
            columns = torch.arange(row.prompt_length - 1, len(row.input_ids) - 1)
            logits = model(input_ids=ids, logits_to_keep=columns, use_cache=False).logits[0]
            nats = torch.nn.functional.cross_entropy(
                logits.float(), ids[0, row.prompt_length :], reduction="sum"
            )
            losses.append(RowLoss(float(nats), row.answer_length))
    return losses


def held_out_loss(losses: Sequence[RowLoss]) -> HeldOutLoss:
    """All rows together, each token counting the same."""
    tokens = sum(row.tokens for row in losses)
    if tokens == 0:
        raise ValueError("losses hold no answer tokens")
    return HeldOutLoss(sum(row.nats for row in losses) / tokens, tokens, len(losses))


def loss_gain(before: Sequence[RowLoss], after: Sequence[RowLoss]) -> LossGain:
    """Paired gain on the same rows with a 95 % interval.

    Each row contributes (nats before - nats after) / mean tokens a row, so that the mean over rows is
    the gain in nats per token; the interval is Student's t over rows. Tokens of one text are not
    independent, rows are. With a single row there is no interval: low and high are the gain itself,
    and `LossGain.is_better` stays false.
    """
    from scipy import stats

    if [row.tokens for row in before] != [row.tokens for row in after]:
        raise ValueError("before and after must be measured on the same rows, cut alike")
    old, new = held_out_loss(before), held_out_loss(after)
    mean_tokens = old.tokens / old.rows
    gains = [(b.nats - a.nats) / mean_tokens for b, a in zip(before, after, strict=True)]
    gain = sum(gains) / len(gains)
    half = 0.0
    if len(gains) > 1:
        spread = math.sqrt(sum((value - gain) ** 2 for value in gains) / (len(gains) - 1))
        half = float(stats.t.ppf(0.975, len(gains) - 1)) * spread / math.sqrt(len(gains))
    return LossGain(old.loss, new.loss, gain, gain - half, gain + half, old.rows)
