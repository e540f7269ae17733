"""Trainer `lora_sft`: a LoRA adapter on a frozen causal model by TRL's SFTTrainer.

Loss on the answer only, end token included. Logits are computed for answer positions alone: TRL's own
loss on a CPU scores every position (docs/decisions/005-label-loss.md). What else makes it fast is in
quick_layers.py.
Knows rows and folders; nothing of users, versions or the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

from engine.training.adapted import adapted_model
from engine.training.base import load_tokenizer
from engine.training.causal import measure, read_rows
from engine.training.epochs import KeepEpochs
from engine.training.exact_resume import ExactResume, save_adapter
from engine.training.hardware import choose, this_machine
from engine.training.quick_layers import SHORT, leave_layers
from engine.training.report import Reporter, SampleReport, StepReport, TrainResult
from engine.training.rows import TextRow, TokenRow, tokenize_all
from engine.training.samples import Samples, fixed_prompts
from engine.training.token_mean import IGNORED, TokenMean

__all__ = ["measure", "read_rows", "train"]

REHEARSED = 128, SHORT + 8
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

    def compile(self, longest: int) -> None:
        """Use compiled code of layers and loss for rows of up to `longest` tokens; evaluations are computed
        as they are. Where it cannot be compiled the log says so, and all is computed as it is."""
        self.loss_of = compiled_loss()
        try:
            with torch.random.fork_rng(), torch._dynamo.config.patch(suppress_errors=False):
                self._rehearse(longest)
        except torch._dynamo.exc.TorchDynamoException as error:
            said = str(error).strip().partition("\n")[0]
            log.warning("Layers could not be compiled, so this training is slower: %s", said)
            self.loss_of = answer_loss
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
        labels = inputs["labels"]
        # Position t predicts token t+1; keep the columns in which any row has something to predict.
        targets = labels[:, 1:]
        columns = (targets != IGNORED).any(dim=0).nonzero().squeeze(-1)
        outputs = model(input_ids=inputs["input_ids"], logits_to_keep=columns, use_cache=False)
        targets = targets[:, columns]
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
    learning_rate: float,
    epochs: int,
    batch_size: int,
    gradient_accumulation: int,
    warmup_steps: float,
    weight_decay: float,
    optimizer: str,
    scheduler: str,
    max_length: int,
    early_stopping_patience: int,
    save_best_model: bool,
    evaluations_per_epoch: int,
    keep_epochs: bool,
    loggers: Sequence[str],
    seed: int,
    four_bit: bool,
) -> TrainResult:
    """Train an adapter into `out/adapter`, going on from `checkpoint`, which was found to be whole.

    Without validation rows there is no early stopping and the last weights are kept. Without
    `on_sample` nothing is answered after each epoch.
    """
    tokenizer = load_tokenizer(base)
    rows = tokenize_all(train_rows, tokenizer, max_length)
    validation = tokenize_all(validation_rows, tokenizer, max_length)
    steps_per_epoch = max(1, -(-len(rows) // (batch_size * gradient_accumulation)))
    every = max(1, steps_per_epoch // evaluations_per_epoch)
    tokens = sum(len(row.input_ids) for row in rows)
    choice = choose(
        this_machine(), four_bit=four_bit, max_length=max_length, tokens=tokens * epochs
    )
    config = SFTConfig(
        output_dir=str(out / "checkpoints"),
        num_train_epochs=epochs,
        per_device_train_batch_size=batch_size,
        per_device_eval_batch_size=batch_size,
        gradient_accumulation_steps=gradient_accumulation,
        learning_rate=learning_rate,
        optim=optimizer,
        lr_scheduler_type=scheduler,
        warmup_steps=warmup_steps,
        weight_decay=weight_decay,
        max_length=None,  # rows are cut when they are tokenized
        completion_only_loss=True,
        gradient_checkpointing=choice.gradient_checkpointing,
        use_liger_kernel=choice.liger,
        bf16=False,  # the base is bf16 itself; autocast would cast every input again
        use_cpu=not choice.cuda,
        logging_steps=1,
        eval_strategy="steps" if validation else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        load_best_model_at_end=bool(validation) and save_best_model,
        metric_for_best_model="eval_loss" if validation else None,
        greater_is_better=False if validation else None,
        train_sampling_strategy="group_by_length",
        dataloader_num_workers=0,
        report_to=list(loggers),
        disable_tqdm=True,
        seed=seed,
    )
    reporter = Reporter(
        tokens,
        on_step,
        evaluation_tokens=sum(len(row.input_ids) for row in validation),
    )
    prompts = fixed_prompts(
        [row.prompt for row in validation_rows],
        [row.input_ids[: row.prompt_length] for row in validation],
    )
    callbacks: list[TrainerCallback] = [reporter]
    if on_sample is not None:
        callbacks.append(Samples(prompts, tokenizer, on_sample, seed=seed))
    if keep_epochs:
        callbacks.append(KeepEpochs())
    if validation and early_stopping_patience:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience))
    trainer = (FusedLossTrainer if choice.liger else AnswerLossTrainer)(
        model=adapted_model(base, choice, rank=rank, alpha=alpha, dropout=dropout, seed=seed),
        args=config,
        train_dataset=_dataset(rows),
        eval_dataset=_dataset(validation) if validation else None,
        processing_class=tokenizer,
        callbacks=callbacks,
    )
    if choice.compiled:
        trainer.compile(max(len(row.input_ids) for row in rows))
    trainer.remove_callback(PrinterCallback)  # the log has every step as a line of its own
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    seconds = time.monotonic() - started
    return TrainResult(
        adapter=save_adapter(trainer.model, out),
        trainable_parameters=sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
        tokens=round(tokens * trainer.state.epoch),
        epochs=round(trainer.state.epoch, 3),
        seconds=seconds,
        best_validation_loss=trainer.state.best_metric,
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
