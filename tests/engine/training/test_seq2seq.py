"""The T5 trainer on a tiny T5: it learns pairs by heart, resumes exactly, and says what it measured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.data.export import from_one_line
from engine.training.checkpoints import checkpoints_in, is_whole, newest_checkpoint, step_of
from engine.training.recipe import load_recipe
from engine.training.report import StepReport, TrainResult
from engine.training.rows import TextRow
from engine.training.seq2seq import measure, read_rows, tokenize, train
from models.seq2seq import Seq2SeqWriter, load_tokenizer
from tests.tiny_t5 import make_tiny_t5, pairs

ROWS = [TextRow(*pair) for pair in pairs()]
LEARNING: dict[str, Any] = {
    "epochs": 10,
    "batch_size": 10,
    "learning_rate": 4e-3,
    "weight_decay": 0.0,
    "early_stopping_patience": 0,
    "save_best_model": False,
}
SHORT = LEARNING | {"epochs": 4, "batch_size": 4, "gradient_accumulation": 2}


def run(
    base: Path,
    out: Path,
    rows: Sequence[TextRow] = ROWS,
    validation: Sequence[TextRow] = (),
    **changes: Any,
) -> TrainResult:
    settings = load_recipe("t5").settings | changes
    steps: list[StepReport] = []
    out.mkdir(exist_ok=True)
    return train(
        rows, validation, base=base, out=out, on_step=steps.append, on_sample=print, **settings
    )


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Two threads wait for each other at every step, endlessly when the cores are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_t5(tmp_path_factory.mktemp("tiny-t5"))


@dataclass
class Learned:
    out: Path
    result: TrainResult


@pytest.fixture(scope="module")
def learned(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    out = tmp_path_factory.mktemp("run")
    return Learned(out, run(base, out, ROWS * 14, **LEARNING))


def said(writer: Seq2SeqWriter, prompt: str, **settings: Any) -> str:
    pieces: list[str] = []
    writer.write(prompt, pieces.append, **settings)
    return "".join(pieces)


def test_it_learns_twenty_pairs_by_heart(learned: Learned) -> None:
    writer = Seq2SeqWriter(learned.result.adapter)
    assert [said(writer, row.prompt) for row in ROWS] == [row.completion for row in ROWS]
    assert learned.result.adapter == learned.out / "final"
    assert learned.result.epochs == 10
    assert learned.result.trainable_parameters > 100_000


def test_an_answer_can_be_begun_stopped_and_repeated(learned: Learned) -> None:
    writer, row = Seq2SeqWriter(learned.result.adapter), ROWS[3]
    begun, rest = row.completion[:9], row.completion[9:]
    assert said(writer, row.prompt, begun=begun) == rest
    assert said(writer, row.prompt, stop=["\n\nAs a"]) == row.completion.split("\n\nAs a")[0]
    once, again = (
        said(writer, row.prompt, temperature=2.0, seed=7, max_tokens=30) for _ in range(2)
    )
    assert once == again != row.completion
    written = writer.write(row.prompt, lambda piece: None, max_tokens=5)
    assert (written.reason, written.completion_tokens) == ("length", 5)
    assert writer.write(row.prompt, lambda piece: None).reason == "stop"


def test_who_stops_reading_ends_the_answer(learned: Learned) -> None:
    read: list[str] = []

    def leave(piece: str) -> None:
        read.append(piece)
        if len(read) == 3:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Seq2SeqWriter(learned.result.adapter).write(ROWS[0].prompt, leave)
    assert len(read) == 3


def test_what_was_learned_lies_line_by_line(learned: Learned) -> None:
    sources, targets = (
        (learned.out / "processed" / name).read_text(encoding="utf-8").splitlines()
        for name in ("source.txt", "target.txt")
    )
    read = [
        TextRow(from_one_line(a), from_one_line(b)) for a, b in zip(sources, targets, strict=True)
    ]
    assert read == ROWS * 14


def test_held_out_loss_rouge_and_chrf_before_and_after(base: Path, learned: Learned) -> None:
    trained = {"after": learned.result.adapter, "active": None}
    found = measure(base, ROWS[:4], trained=trained, max_length=512)
    tokens = [len(tokenize(row, load_tokenizer(base), 512)["labels"]) for row in ROWS[:4]]
    assert {name: [n for _, n in rows] for name, rows in found["losses"].items()} == {
        "before": tokens,
        "after": tokens,
    }
    before, after = (sum(nats for nats, _ in found["losses"][name]) for name in ("before", "after"))
    assert after < before / 20
    assert found["overlap"]["after"] == {"rouge_l": 100.0, "chrf": 100.0, "rows": 4}
    assert found["overlap"]["before"]["rouge_l"] < 50
    assert [row[2] for row in found["answers"]] == [row.completion for row in ROWS[:4]]


def test_a_text_that_is_too_long_is_cut_without_an_end(base: Path) -> None:
    tokenizer = load_tokenizer(base)
    cut = tokenize(TextRow("Go.", ROWS[0].completion * 20), tokenizer, 64)["labels"]
    assert len(cut) == 64
    assert tokenizer.eos_token_id not in cut
    parts = {"train": [[ROWS[0].prompt, "x", "A system text."], ["lamp " * 500, "x", ""]]}
    assert read_rows(parts, base, 64) == {"train": [TextRow(ROWS[0].prompt, "x", "A system text.")]}


def test_a_killed_training_ends_with_the_same_weights(base: Path, tmp_path: Path) -> None:
    """What was saved after the second epoch is gone, as if the trainer had died there."""
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    expected = run(base, whole, validation=ROWS[:2], **SHORT)
    shutil.copytree(whole, resumed)
    shutil.rmtree(resumed / "final")
    newest = checkpoints_in(resumed / "checkpoints")[0]
    shutil.rmtree(newest)
    left = newest_checkpoint(resumed / "checkpoints")
    assert left is not None
    assert is_whole(left)
    assert step_of(left) < step_of(newest)
    found = run(base, resumed, validation=ROWS[:2], checkpoint=left, **SHORT)
    one, other = (load_file(each.adapter / "model.safetensors") for each in (expected, found))
    assert one.keys() == other.keys()
    assert max(float((one[name] - other[name]).abs().max()) for name in one) == 0.0


def test_half_the_batch_learns_the_same(base: Path, tmp_path: Path) -> None:
    """Loss is summed over a step's tokens, so that a batch that is halved changes nothing but rounding."""
    plain = SHORT | {"epochs": 1, "learning_rate": 1e-3, "optimizer": "sgd"}
    whole = run(base, tmp_path / "whole", **plain | {"batch_size": 4, "gradient_accumulation": 1})
    halves = run(base, tmp_path / "half", **plain | {"batch_size": 2, "gradient_accumulation": 2})
    one, other = (load_file(each.adapter / "model.safetensors") for each in (whole, halves))
    assert whole.tokens == halves.tokens
    assert max(float((one[name] - other[name]).abs().max()) for name in one) < 0.05
