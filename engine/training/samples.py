"""Short answers to a few fixed prompts at the end of each epoch, so that one reads what is learned.

Prompts come from the validation part, never from the test part. The training does not notice: random
numbers, modes and compiled code are afterwards what they were before, and the time is bounded.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from transformers import TrainerCallback

from engine.training.report import SampleReport

log = logging.getLogger(__name__)

PROMPTS = 2
NEW_TOKENS = 60
LONGEST_PROMPT = 512
"""Tokens. Reading a longer prompt would cost more than the answer."""
SHARE = 0.03
"""Of the time since the samples before: so much may the next ones cost, from LEAST to MOST_SECONDS."""
LEAST_SECONDS, MOST_SECONDS = 1.0, 4.0
# As people read it: with some freedom, for a small model that takes its likeliest word each time loops.
FREEDOM = {"do_sample": True, "temperature": 0.7, "top_p": 0.95, "top_k": 0}


class Prompt(NamedTuple):
    """What is asked, as it was written and as the model reads it."""

    text: str
    input_ids: list[int]


def fixed_prompts(asked: Sequence[str], rendered: Sequence[list[int]]) -> list[Prompt]:
    """The first few different prompts that are short enough; the same for every epoch and resume."""
    found: dict[str, Prompt] = {}
    for text, input_ids in zip(asked, rendered, strict=True):
        if len(input_ids) <= LONGEST_PROMPT:
            found.setdefault(text, Prompt(text, input_ids))
    return list(found.values())[:PROMPTS]


class Samples(TrainerCallback):  # type: ignore[misc]
    """Has the prompts answered at the end of each epoch, for a causal or an encoder-decoder model."""

    def __init__(
        self,
        prompts: Sequence[Prompt],
        tokenizer: Any,
        on_sample: Callable[[SampleReport], None],
        *,
        seed: int,
    ) -> None:
        self._prompts = prompts
        self._tokenizer = tokenizer
        self._on_sample = on_sample
        self._seed = seed
        self._since = time.monotonic()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._since = time.monotonic()

    def on_epoch_end(
        self, args: Any, state: Any, control: Any, model: Any = None, **_: Any
    ) -> None:
        if not self._prompts:
            return
        started = time.monotonic()
        most = max(LEAST_SECONDS, min(MOST_SECONDS, SHARE * (started - self._since)))
        try:
            with undisturbed(model):
                texts = answers(model, self._tokenizer, self._prompts, self._seed, most)
        except Exception:  # a training of hours does not end for want of an example of its work
            log.exception("no samples at step %d", state.global_step)
            return
        self._since = time.monotonic()
        seconds = (self._since - started) / len(texts)
        for position, (prompt, text) in enumerate(zip(self._prompts, texts, strict=True)):
            self._on_sample(
                SampleReport(
                    state.global_step, state.epoch or 0.0, position, prompt.text, text, seconds
                )
            )


@contextmanager
def undisturbed(model: Any) -> Iterator[None]:
    """Leave random numbers and every module's mode as they are, and compile nothing for this use."""
    modes = [(module, module.training) for module in model.modules()]
    with torch.random.fork_rng(), torch.compiler.set_stance("force_eager"), torch.no_grad():
        try:
            model.eval()
            yield
        finally:
            for module, training in modes:
                module.training = training


def answers(
    model: Any, tokenizer: Any, prompts: Sequence[Prompt], seed: int, most_seconds: float
) -> list[str]:
    """One answer a prompt, all at once; the same seed and weights give the same texts, which end
    earlier where time runs out."""
    longest = max(len(prompt.input_ids) for prompt in prompts)
    pad = tokenizer.pad_token_id
    rows = [[pad] * (longest - len(p.input_ids)) + p.input_ids for p in prompts]
    mask = [[0] * (longest - len(p.input_ids)) + [1] * len(p.input_ids) for p in prompts]
    torch.manual_seed(seed)
    written = model.generate(
        input_ids=torch.tensor(rows, device=model.device),
        attention_mask=torch.tensor(mask, device=model.device),
        max_new_tokens=NEW_TOKENS,
        max_time=most_seconds,
        pad_token_id=pad,
        eos_token_id=tokenizer.eos_token_id,
        **FREEDOM,
    )
    new = written if model.config.is_encoder_decoder else written[:, longest:]
    return [text.strip() for text in tokenizer.batch_decode(new, skip_special_tokens=True)]
