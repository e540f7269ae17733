"""The validation loss: nats per answer token over all rows, as the held-out loss is; a mix-in of trainers.

transformers takes the mean of its batches' means, which changes with the batch: with one that was halved
for want of memory, a training would compare unlike losses to stop early and to choose its best weights.
"""

from __future__ import annotations

from typing import Any

IGNORED = -100
"""The label of a token that nothing is to be predicted for."""


class TokenMean:
    """Mix-in: `class MyTrainer(TokenMean, Trainer)`, whose loss of a batch is nats per answer token."""

    _nats = 0.0
    _tokens = 0

    def evaluation_loop(self, *args: Any, metric_key_prefix: str = "eval", **settings: Any) -> Any:
        self._nats, self._tokens = 0.0, 0
        output = super().evaluation_loop(  # type: ignore[misc]
            *args, metric_key_prefix=metric_key_prefix, **settings
        )
        output.metrics[f"{metric_key_prefix}_loss"] = self._nats / max(1, self._tokens)
        return output

    def prediction_step(
        self, model: Any, inputs: dict[str, Any], *args: Any, **settings: Any
    ) -> Any:
        tokens = int((inputs["labels"] != IGNORED).sum())
        found = super().prediction_step(model, inputs, *args, **settings)  # type: ignore[misc]
        self._nats += float(found[0]) * tokens
        self._tokens += tokens
        return found
