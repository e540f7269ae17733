"""The validation loss is that of every answer token alike, whatever the batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainingArguments
from trl import SFTConfig

from engine.evaluation.held_out import RowLoss, held_out_loss, row_losses
from engine.training import base as bases
from engine.training import lora_sft, seq2seq
from engine.training.rows import TextRow, tokenize_all
from models.seq2seq import load_model, load_tokenizer
from tests.tiny_t5 import make_tiny_t5

# Five rows of unlike lengths: a batch of four leaves one for the last.
WORDS = {1: "a", 9: "The fox slept. ", 2: "rain", 12: "Barns? 1, 2. ", 5: "on and on "}
ROWS = [TextRow(f"What of {n}?", words * n) for n, words in WORDS.items()]
TEST_BATCHES = (1, 2, 4)


def adapter_losses(gguf: Path, out: Path) -> tuple[list[float], list[RowLoss]]:
    folder = bases.base_folder(gguf, out / "bases")
    tokenizer = bases.load_tokenizer(folder)
    rows = tokenize_all(ROWS, tokenizer, 96)
    model = bases.load_model(folder, bf16=False)

    def loss(batch: int) -> float:
        trainer = lora_sft.AnswerLossTrainer(
            model=model,
            args=SFTConfig(**arguments(out, batch), max_length=None, completion_only_loss=True),
            train_dataset=lora_sft._dataset(rows),
            eval_dataset=lora_sft._dataset(rows),
            processing_class=tokenizer,
        )
        return float(trainer.evaluate()["eval_loss"])

    return [loss(batch) for batch in TEST_BATCHES], row_losses(model.eval(), rows)


def t5_losses(gguf: Path, out: Path) -> tuple[list[float], list[RowLoss]]:
    folder = make_tiny_t5(out / "t5")
    tokenizer = load_tokenizer(folder)
    model = load_model(folder, tokenizer)
    rows = [seq2seq.tokenize(row, tokenizer, 96) for row in ROWS]

    def loss(batch: int) -> float:
        trainer = seq2seq.PairTrainer(
            model=model,
            args=Seq2SeqTrainingArguments(**arguments(out, batch)),
            eval_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
            compute_loss_func=seq2seq.answer_loss,
        )
        return float(trainer.evaluate()["eval_loss"])

    losses = [loss(batch) for batch in TEST_BATCHES]
    return losses, [seq2seq.row_loss(model.eval(), row) for row in rows]


def arguments(out: Path, batch: int) -> dict[str, Any]:
    return {
        "output_dir": str(out / "checkpoints"),
        "per_device_eval_batch_size": batch,
        "bf16": False,
        "use_cpu": True,
        "report_to": [],
        "disable_tqdm": True,
    }


@pytest.mark.parametrize("losses_of", [adapter_losses, t5_losses])
def test_every_batch_finds_the_held_out_loss(
    losses_of: Any, tiny_gguf: Path, tmp_path: Path
) -> None:
    losses, alone = losses_of(tiny_gguf, tmp_path)
    expected = held_out_loss(alone).loss
    assert losses == pytest.approx([expected] * len(TEST_BATCHES), rel=1e-6)
    by_rows = sum(row.nats / row.tokens for row in alone) / len(alone)
    assert expected != pytest.approx(by_rows, rel=1e-4), "the rows are alike: nothing was tried"
