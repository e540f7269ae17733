"""Likelihoods of answers, as TRL's preference trainers ask a model for them, of answer positions alone.

TRL's own head scores every position on a CPU.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

import torch
from trl.trainer.utils import FusedCausalLMOutput

from engine.training.quick_layers import SHORT, leave_layers
from engine.training.token_mean import IGNORED
from engine.training.transformers_run import SHAPE_STEP

log = logging.getLogger(__name__)


def answer_nats(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """-ln p of each target, 0 where it is `IGNORED`."""
    return torch.nn.functional.cross_entropy(
        logits.float(), targets, ignore_index=IGNORED, reduction="none"
    )


@cache
def compiled_nats() -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """`answer_nats`, compiled once for every training of this process."""
    return torch.compile(answer_nats, dynamic=True)


class Head:
    """What a causal model answers when TRL asks it for likelihoods; `forward` is the model's own.

    Rows are padded on the right, where a causal model's answers do not look: no mask is needed.
    """

    def __init__(self, forward: Callable[..., Any]) -> None:
        self._forward = forward
        self.nats_of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = answer_nats

    def put_on(self, causal_model: Any) -> None:
        """Have the model asked by way of this; everything but likelihoods is its own affair."""

        @wraps(self._forward)
        def forward(*args: Any, fused_lm_head: bool = False, **inputs: Any) -> Any:
            if fused_lm_head:
                return self._likelihoods(inputs["input_ids"], inputs["labels"])
            return self._forward(*args, **inputs)

        causal_model.forward = forward

    def _likelihoods(self, input_ids: torch.Tensor, labels: torch.Tensor) -> FusedCausalLMOutput:
        # Position t predicts token t+1; keep the columns in which any row has something to predict.
        targets = labels[:, 1:]
        columns = (targets != IGNORED).any(dim=0).nonzero().squeeze(-1)
        more = -len(columns) % SHAPE_STEP
        kept = torch.nn.functional.pad(targets[:, columns], (0, more), value=IGNORED)
        columns = torch.nn.functional.pad(columns, (0, more))
        outputs = self._forward(input_ids=input_ids, logits_to_keep=columns, use_cache=False)
        nats = self.nats_of(outputs.logits.flatten(0, 1), kept.flatten()).view(kept.shape)
        none = torch.zeros(targets.shape, device=nats.device)
        return FusedCausalLMOutput(
            log_probs=none.index_add(1, columns, -nats),
            entropy=none,
            mean_logits=none,
            is_top1=none.bool(),
        )

    def compile(self, model: Any, longest: int, batches: Sequence[int]) -> None:
        """Use compiled code in the layers of a PEFT model and here, for batches of so many texts of up to
        `longest` tokens. Where it cannot be compiled the log says so, and all is computed as it is.

        All of it is made now, with texts that are the same each time: code made for others rounds
        otherwise, and a training that is resumed begins with others.
        """
        self.nats_of = compiled_nats()
        lengths = (128, SHORT + SHAPE_STEP) if longest > SHORT else (128,)
        try:
            with torch.random.fork_rng(), torch._dynamo.config.patch(suppress_errors=False):
                for shape in [(batch, length) for length in lengths for batch in batches]:
                    ids = torch.arange(shape[0] * shape[1]).view(shape)
                    found = model.train()(input_ids=ids, labels=ids, fused_lm_head=True)
                    found.log_probs.sum().backward()
        except torch._dynamo.exc.TorchDynamoException as error:
            said = str(error).strip().partition("\n")[0]
            log.warning("Layers could not be compiled, so this training is slower: %s", said)
            self.nats_of = answer_nats
            leave_layers(model)
        model.zero_grad()
