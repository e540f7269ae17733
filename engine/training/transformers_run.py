"""What trainers by transformers share: its arguments for a recipe's settings, what listens, and the run.

Each trainer says what it reads, its loss and what it saves. None has to use this.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback

from engine.training.checkpoints import FOLDER
from engine.training.epochs import KeepEpochs
from engine.training.report import TrainResult

TENSORBOARD = "tensorboard"
SHAPE_STEP = 32
"""Rows and answers are padded to multiples of so many tokens: a CPU's library keeps code and memory for
every shape it has met, which came to more than a gigabyte in a training of 200 rows."""


def arguments(
    kind: Callable[..., Any],
    out: Path,
    *,
    rows: int,
    validated: bool,
    cuda: bool,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    gradient_accumulation: int,
    warmup_steps: float,
    weight_decay: float,
    optimizer: str,
    scheduler: str,
    save_best_model: bool,
    evaluations_per_epoch: int,
    loggers: Sequence[str],
    seed: int,
    order: str = "group_by_length",
    **own: Any,
) -> Any:
    """TrainingArguments of a `kind` for a run in `out` on so many rows, with some that are its `own`. How
    rows are drawn, `order`, is transformers' name.

    A checkpoint is saved wherever the validation loss is measured. TensorBoard's files lie beside the
    checkpoints, which give way when there is no room.
    """
    every = max(1, -(-rows // (batch_size * gradient_accumulation)) // evaluations_per_epoch)
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(out / TENSORBOARD)
    return kind(
        output_dir=str(out / FOLDER),
        num_train_epochs=epochs,
        per_device_train_batch_size=batch_size,
        per_device_eval_batch_size=batch_size,
        gradient_accumulation_steps=gradient_accumulation,
        learning_rate=learning_rate,
        optim=optimizer,
        lr_scheduler_type=scheduler,
        warmup_steps=warmup_steps,
        weight_decay=weight_decay,
        use_cpu=not cuda,
        logging_steps=1,
        eval_strategy="steps" if validated else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        load_best_model_at_end=validated and save_best_model,
        metric_for_best_model="eval_loss" if validated else None,
        greater_is_better=False if validated else None,
        train_sampling_strategy=order,
        dataloader_num_workers=0,
        report_to=list(loggers),
        disable_tqdm=True,
        seed=seed,
        **own,
    )


def callbacks(
    *listeners: TrainerCallback | None, keep_epochs: bool, early_stopping_patience: int
) -> list[TrainerCallback]:
    """Those that listen, and those that settings ask for; a patience of 0 never stops early."""
    found = [each for each in listeners if each is not None]
    if keep_epochs:
        found.append(KeepEpochs())
    if early_stopping_patience:
        found.append(EarlyStoppingCallback(early_stopping_patience))
    return found


def run(
    trainer: Any, checkpoint: Path | None, *, tokens: int, save: Callable[[], Path]
) -> TrainResult:
    """Train from a checkpoint, or from the start, to the end and `save`; `tokens` are read in an epoch."""
    trainer.remove_callback(PrinterCallback)  # the log has every step as a line of its own
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    seconds = time.monotonic() - started
    return TrainResult(
        adapter=save(),
        trainable_parameters=sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
        tokens=round(tokens * trainer.state.epoch),
        epochs=round(trainer.state.epoch, 3),
        seconds=seconds,
        best_validation_loss=trainer.state.best_metric,
    )
