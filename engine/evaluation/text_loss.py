"""The loss of a model on a text file: how well it foresees a text that nobody asked it for.

Raw text without the chat template, windows of 256 tokens, stride 256, the first 32 tokens of a window
not counted (they have too little before them); fp32, eval mode; the same for every version. It is
another figure than held-out loss, which counts answers to prompts. torch is imported where it is
used: by the process that measures (child.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

WINDOW = 256
UNCOUNTED = 32


@dataclass(frozen=True)
class TextLoss:
    """Mean −ln p of the counted tokens (nats), its exponential, and how many tokens were counted."""

    loss_per_token: float
    perplexity: float
    tokens: int


def windows(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The windows of a text that have a token to count; the last may be shorter."""
    for start in range(0, len(ids), WINDOW):
        window = ids[start : start + WINDOW]
        if len(window) > UNCOUNTED:
            yield window


def text_loss(model: Any, ids: Sequence[int]) -> TextLoss:
    """The loss of a causal model on a text's tokens. Raises ValueError for 32 tokens or fewer, and
    when the model's answer is no number."""
    import torch

    model.eval()
    nats, tokens = 0.0, 0
    with torch.inference_mode():
        for window in windows(ids):
            row = torch.tensor([window], device=model.device)
            columns = torch.arange(UNCOUNTED - 1, len(window) - 1)
            logits = model(input_ids=row, logits_to_keep=columns, use_cache=False).logits[0]
            wanted = row[0, UNCOUNTED:]
            nats += float(
                torch.nn.functional.cross_entropy(logits.float(), wanted, reduction="sum")
            )
            tokens += len(window) - UNCOUNTED
    if not tokens:
        raise ValueError(f"the text is {len(ids)} tokens long, more than {UNCOUNTED} are needed")
    loss = nats / tokens
    if not math.isfinite(loss):
        raise ValueError(f"the model gives no loss that is a number, got {loss}")
    return TextLoss(loss, math.exp(loss), tokens)
