"""Trainer `seq2seq`: all weights of a T5 on pairs of prompt and text, by transformers' Seq2SeqTrainer.

The model reads the request alone; instructions of a kind and memory are not taught to it. A text that is
longer than the length is cut there, without the end token: it did not end. What is learned from
also lies in `processed/source.txt` and `target.txt`, line by line.
Knows rows and folders; nothing of users, versions or the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import (
    DataCollatorForSeq2Seq,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    set_seed,
)

from engine.data.export import write_pairs
from engine.evaluation.held_out import RowLoss
from engine.evaluation.overlap import overlap
from engine.rendering import read_by_seq2seq, render
from engine.training.exact_resume import ExactResume, save_into
from engine.training.hardware import this_machine
from engine.training.report import Reporter, SampleReport, StepReport, TrainResult
from engine.training.rows import TextRow
from engine.training.run_lock import check_lock
from engine.training.samples import Samples, fixed_prompts
from engine.training.token_mean import IGNORED, TokenMean
from engine.training.transformers_run import SHAPE_STEP, arguments, callbacks, run
from models.seq2seq import load_model, load_tokenizer, text_of

FINAL = "final"
# Answers that are written for ROUGE and chrF, all at once, and the longest time that may take.
MEASURED_ROWS = 16
MEASURED_SECONDS = 120.0


class PairTrainer(ExactResume, TokenMean, Seq2SeqTrainer):  # type: ignore[misc]
    """Seq2SeqTrainer that counts the tokens it writes beside those it reads."""

    def _track_num_input_tokens(self, inputs: dict[str, Any]) -> None:
        super()._track_num_input_tokens(inputs)
        self.state.num_input_tokens_seen += int((inputs["labels"] != IGNORED).sum())


def answer_loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
    """Nats per answer token over the whole step, however many batches it is made of."""
    nats = torch.nn.functional.cross_entropy(
        outputs.logits.float().flatten(0, 1),
        labels.flatten(),
        ignore_index=IGNORED,
        reduction="sum",
    )
    count = (labels != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
    return nats / torch.as_tensor(count, device=nats.device).clamp(min=1)


def train(
    train_rows: Sequence[TextRow],
    validation_rows: Sequence[TextRow],
    *,
    base: Path,
    out: Path,
    checkpoint: Path | None = None,
    on_step: Callable[[StepReport], None],
    on_sample: Callable[[SampleReport], None],
    max_length: int,
    seed: int,
    keep_epochs: bool,
    early_stopping_patience: int,
    **settings: Any,
) -> TrainResult:
    """Train a model into `out/final`, going on from `checkpoint`, which was found to be whole.

    `settings` are those of `transformers_run.arguments`. Without validation rows there is no early stopping
    and the last weights are kept.
    """
    set_seed(seed)
    check_lock(out)
    write_pairs(((row.prompt, row.completion) for row in train_rows), out)
    tokenizer = load_tokenizer(base)
    model = load_model(base, tokenizer)
    rows = [tokenize(row, tokenizer, max_length) for row in train_rows]
    validation = [tokenize(row, tokenizer, max_length) for row in validation_rows]
    machine = this_machine()
    prompts = fixed_prompts(
        [row.prompt for row in validation_rows], [row["input_ids"] for row in validation]
    )
    trainer = PairTrainer(
        model=model,
        args=arguments(
            Seq2SeqTrainingArguments,
            out,
            rows=len(rows),
            validated=bool(validation),
            cuda=machine.cuda,
            seed=seed,
            **settings,
            bf16=machine.cuda and machine.bf16,
        ),
        train_dataset=Dataset.from_list(rows),
        eval_dataset=Dataset.from_list(validation) if validation else None,
        processing_class=tokenizer,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model, pad_to_multiple_of=SHAPE_STEP),
        compute_loss_func=answer_loss,
        callbacks=callbacks(
            Reporter(tokens_in(rows), on_step, evaluation_tokens=tokens_in(validation)),
            Samples(prompts, tokenizer, on_sample, seed=seed),
            keep_epochs=keep_epochs,
            early_stopping_patience=early_stopping_patience if validation else 0,
        ),
    )
    return run(
        trainer,
        checkpoint,
        tokens=tokens_in(rows),
        save=lambda: save_into(out / FINAL, trainer.model, tokenizer),
    )


# Rows


def source_of(row: TextRow) -> str:
    """What the model reads for a row, as it will when it is asked."""
    return read_by_seq2seq(render(row.prompt, system=row.system))


def tokenize(row: TextRow, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Tokens of the request, and of the text with its end token, cut to `max_length` tokens."""
    answer = tokenizer(row.completion, add_special_tokens=False)["input_ids"]
    return {
        "input_ids": tokenizer(source_of(row))["input_ids"],
        "labels": [*answer, tokenizer.eos_token_id][:max_length],
    }


def tokens_in(rows: Iterable[Mapping[str, list[int]]]) -> int:
    """Tokens that are read and written."""
    return sum(len(row["input_ids"]) + len(row["labels"]) for row in rows)


def read_rows(
    parts: Mapping[str, list[list[str]]], base: Path, max_length: int
) -> dict[str, list[TextRow]]:
    """The rows of each part, without those whose prompt is longer than `max_length` tokens."""
    tokenizer = load_tokenizer(base)
    rows = {part: [TextRow(*row) for row in found] for part, found in parts.items()}
    return {
        part: [row for row in found if len(tokenizer(source_of(row))["input_ids"]) <= max_length]
        for part, found in rows.items()
    }


# Measuring


def measure(
    base: Path,
    test_rows: Sequence[TextRow],
    *,
    trained: Mapping[str, Path | None],
    max_length: int,
) -> dict[str, Any]:
    """Row losses of the base ("before") and of each trained model that is not None, under `losses`;
    ROUGE-L and chrF of the first rows under `overlap`, and under `answers` prompt and text before and
    after. All in fp32, the likeliest token each time."""
    tokenizer = load_tokenizer(base)
    asked = list(test_rows[:MEASURED_ROWS])
    losses, figures, texts = {}, {}, {}
    folders = {"before": base, **{name: path for name, path in trained.items() if path is not None}}
    for name, folder in folders.items():
        model = load_model(folder, tokenizer).eval()
        losses[name] = [row_loss(model, tokenize(row, tokenizer, max_length)) for row in test_rows]
        if name in ("before", "after"):
            texts[name] = answers(model, tokenizer, asked, max_length)
            figures[name] = asdict(overlap(texts[name], [row.completion for row in asked]))
    return {
        "losses": {
            name: [[row.nats, row.tokens] for row in found] for name, found in losses.items()
        },
        "overlap": figures,
        "answers": [
            [row.prompt, before, after]
            for row, before, after in zip(asked, texts["before"], texts["after"], strict=True)
        ],
    }


def row_loss(model: Any, row: Mapping[str, list[int]]) -> RowLoss:
    """The loss of a row alone, so that no padding can leak into it."""
    labels = torch.tensor([row["labels"]], device=model.device)
    with torch.inference_mode():
        ids = torch.tensor([row["input_ids"]], device=model.device)
        outputs = model(input_ids=ids, labels=labels)
        nats = torch.nn.functional.cross_entropy(
            outputs.logits[0].float(), labels[0], reduction="sum"
        )
    return RowLoss(float(nats), len(row["labels"]))


def answers(model: Any, tokenizer: Any, rows: Sequence[TextRow], max_length: int) -> list[str]:
    """What the model answers to these rows' requests."""
    if not rows:
        return []
    asked = tokenizer([source_of(row) for row in rows], padding=True, return_tensors="pt")
    with torch.inference_mode():
        written = model.generate(
            **asked.to(model.device),
            max_new_tokens=max_length,
            max_time=MEASURED_SECONDS,
            num_beams=1,
            do_sample=False,
        )
    return [text_of(tokenizer, each).strip() for each in written.tolist()]
