"""Trainer `lora_sft`: a LoRA adapter on a frozen causal model by TRL's SFTTrainer.

Loss on the answer only, end token included. Logits are computed for answer positions alone: TRL's own
loss on a CPU scores every position (docs/decisions/005-label-loss.md). What else makes it fast is in
quick_layers.py.
Knows rows and folders; nothing of users, versions or the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from engine.training.adapted import adapted_model
from engine.training.base import load_tokenizer
from engine.training.causal import measure, read_rows
from engine.training.exact_resume import ExactResume, save_into
from engine.training.hardware import choose, this_machine
from engine.training.quick_layers import SHORT, drops, leave_layers
from engine.training.report import Reporter, SampleReport, StepReport, TrainResult
from engine.training.rows import TextRow, TokenRow, tokenize_all
from engine.training.samples import Samples, fixed_prompts
from engine.training.token_mean import IGNORED, TokenMean
from engine.training.transformers_run import SHAPE_STEP, arguments, callbacks, run

__all__ = ["measure", "read_rows", "train"]

ADAPTER = "adapter"

REHEARSED = 128, SHORT + SHAPE_STEP
"""Tokens of each row that compiled code is made with: of short rows, and of long ones where some are."""

log = logging.getLogger(__name__)


def answer_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Sum of -ln p over the targets that are not `IGNORED`."""
    return torch.nn.functional.cross_entropy(
        logits.float(), targets, ignore_index=IGNORED, reduction="sum"
    )


@cache
def compiled_loss() -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """`answer_loss`, compiled once for every training of this process."""
    return torch.compile(answer_loss, dynamic=True)


class FusedLossTrainer(ExactResume, TokenMean, SFTTrainer):  # type: ignore[misc]
    """SFTTrainer with the loss of the library that its configuration names."""


class AnswerLossTrainer(ExactResume, TokenMean, SFTTrainer):  # type: ignore[misc]
    """SFTTrainer whose loss looks at answer positions only.

    Rows are padded on the right, where a causal model's answers do not look: no mask is needed.
    """

    loss_of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = staticmethod(answer_loss)
    evaluates_as_trained = False
    """Whether evaluations go through the compiled code of the steps, in training mode."""

    def compile(self, longest: int) -> None:
        """Use compiled code of layers and loss for rows of up to `longest` tokens. Where it cannot be
        compiled the log says so, and all is computed as it is."""
        self.loss_of = compiled_loss()
        self.evaluates_as_trained = not drops(self.model)
        try:
            with torch.random.fork_rng(), torch._dynamo.config.patch(suppress_errors=False):
                self._rehearse(longest)
        except torch._dynamo.exc.TorchDynamoException as error:
            said = str(error).strip().partition("\n")[0]
            log.warning("Layers could not be compiled, so this training is slower: %s", said)
            self.loss_of = answer_loss
            self.evaluates_as_trained = False
            leave_layers(self.model)
        self.model.zero_grad()

    def _rehearse(self, longest: int) -> None:
        """Have all code made with rows that are the same each time: code made for others rounds otherwise,
        and a training that is resumed begins with others."""
        # Code for several rows is not used for one, which is what an epoch may end with.
        batches = (2, 1) if self.args.per_device_train_batch_size > 1 else (1,)
        for length in REHEARSED if longest > SHORT else REHEARSED[:1]:
            for batch in batches:
                rows = torch.arange(batch * length).view(batch, length)
                inputs = {"input_ids": rows, "labels": rows}
                self.compute_loss(self.model.train(), inputs).backward()

    def evaluate(self, *args: Any, **settings: Any) -> Any:
        if self.evaluates_as_trained:
            return super().evaluate(*args, **settings)
        # A second compilation, for values without gradients, would cost more than it saves.
        with torch.compiler.set_stance("force_eager"):
            return super().evaluate(*args, **settings)

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        if self.evaluates_as_trained and not model.training:
            with torch.enable_grad():
                loss, outputs = self.compute_loss(model.train(), inputs, True, num_items_in_batch)
            return (loss.detach(), outputs) if return_outputs else loss.detach()
        labels = inputs["labels"]
        # Position t predicts token t+1; keep the columns in which any row has something to predict.
        targets = labels[:, 1:]
        columns = (targets != IGNORED).any(dim=0).nonzero().squeeze(-1)
        more = -len(columns) % SHAPE_STEP
        targets = torch.nn.functional.pad(targets[:, columns], (0, more), value=IGNORED)
        columns = torch.nn.functional.pad(columns, (0, more))
        outputs = model(input_ids=inputs["input_ids"], logits_to_keep=columns, use_cache=False)
        loss = self.loss_of(outputs.logits.flatten(0, 1), targets.flatten())
        count = (targets != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        loss = loss / torch.as_tensor(count).clamp(min=1)
        return (loss, outputs) if return_outputs else loss


def train(
    train_rows: Sequence[TextRow],
    validation_rows: Sequence[TextRow],
    *,
    base: Path,
    out: Path,
    checkpoint: Path | None = None,
    on_step: Callable[[StepReport], None],
    on_sample: Callable[[SampleReport], None] | None = None,
    rank: int,
    alpha: int,
    dropout: float,
    four_bit: bool,
    epochs: int,
    max_length: int,
    seed: int,
    keep_epochs: bool,
    early_stopping_patience: int,
    **settings: Any,
) -> TrainResult:
    """Train an adapter into `out/adapter`, going on from `checkpoint`, which was found to be whole.

    `settings` are those of `transformers_run.arguments`. Without validation rows there is no early stopping
    and the last weights are kept. Without `on_sample` nothing is answered after each epoch.
    """
    tokenizer = load_tokenizer(base)
    rows = tokenize_all(train_rows, tokenizer, max_length)
    validation = tokenize_all(validation_rows, tokenizer, max_length)
    tokens = sum(len(row.input_ids) for row in rows)
    choice = choose(
        this_machine(), four_bit=four_bit, max_length=max_length, tokens=tokens * epochs
    )
    prompts = fixed_prompts(
        [row.prompt for row in validation_rows],
        [row.input_ids[: row.prompt_length] for row in validation],
    )
    trainer = (FusedLossTrainer if choice.liger else AnswerLossTrainer)(
        model=adapted_model(base, choice, rank=rank, alpha=alpha, dropout=dropout, seed=seed),
        args=arguments(
            SFTConfig,
            out,
            rows=len(rows),
            validated=bool(validation),
            cuda=choice.cuda,
            epochs=epochs,
            seed=seed,
            **settings,
            max_length=None,  # rows are cut when they are tokenized
            completion_only_loss=True,
            pad_to_multiple_of=SHAPE_STEP,
            gradient_checkpointing=choice.gradient_checkpointing,
            use_liger_kernel=choice.liger,
            bf16=False,  # the base is bf16 itself; autocast would cast every input again
        ),
        train_dataset=_dataset(rows),
        eval_dataset=_dataset(validation) if validation else None,
        processing_class=tokenizer,
        callbacks=callbacks(
            Reporter(
                tokens,
                on_step,
                evaluation_tokens=sum(len(row.input_ids) for row in validation),
            ),
            on_sample and Samples(prompts, tokenizer, on_sample, seed=seed),
            keep_epochs=keep_epochs,
            early_stopping_patience=early_stopping_patience if validation else 0,
        ),
    )
    if choice.compiled:
        trainer.compile(max(len(row.input_ids) for row in rows))
    return run(
        trainer, checkpoint, tokens=tokens, save=lambda: save_into(out / ADAPTER, trainer.model)
    )


def _dataset(rows: Sequence[TokenRow]) -> Dataset:
    return Dataset.from_list(
        [
            {
                "input_ids": row.input_ids,
                "completion_mask": [0] * row.prompt_length + [1] * row.answer_length,
            }
            for row in rows
        ]
    )
