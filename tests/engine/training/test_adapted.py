"""A process that trains for one after another, or goes on with a training, ends each as it would alone."""

from __future__ import annotations

import re
import shutil
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.training import adapted, hardware, lora_sft
from engine.training.base import base_folder
from engine.training.checkpoints import checkpoints_in, step_of
from engine.training.lora_sft import AnswerLossTrainer, answer_loss, train
from engine.training.quick_layers import SHORT
from engine.training.recipe import load_recipe
from engine.training.rows import TextRow
from engine.training.transformers_run import SHAPE_STEP

WORDS = re.findall(
    r"\w+", "The fox ran home, slept in a warm barn while rain fell, and nobody knew."
)
OTHERS = [TextRow(f"Tell of number {n}.", " ".join(WORDS[n % 5 :] * 2)) for n in range(6)]
# The seventh row is a batch of one, now a short one, now a long one.
MINE = [TextRow(f"What of {n}?", " ".join(WORDS[: 2 + n] * (1 + n % 3))) for n in range(7)]
# Longer than what plain attention is for; it shares its batch.
LONG = TextRow("What of all?", " ".join(WORDS * 60))


@pytest.fixture(scope="module")
def base(tiny_gguf: Path, tiny_bases: Path) -> Path:
    return base_folder(tiny_gguf, tiny_bases)


@pytest.fixture(params=["as it is", pytest.param("compiled", marks=pytest.mark.prove)])
def compiled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled where this machine can, which takes minutes; else both are the same."""
    if request.param == "compiled":
        monkeypatch.setattr(hardware, "COMPILE_TOKENS", 0)
    start_anew()


def start_anew() -> None:
    """Forget what a process that starts has not got either: the model and all compiled code."""
    adapted.forget()
    torch.compiler.reset()


def weights(base: Path, out: Path, rows: list[TextRow], **changes: Any) -> dict[str, torch.Tensor]:
    changed = {
        "epochs": 3,
        "batch_size": 3,
        "dropout": 0.1,
        "learning_rate": 1e-3,
        "warmup_steps": 0,
    }
    settings = load_recipe("quick").settings | changed | changes
    result = train(rows, rows[:2], base=base, out=out, on_step=lambda step: None, **settings)
    return load_file(result.adapter / "adapter_model.safetensors")


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("dropout", [0.1, pytest.param(0.0, marks=pytest.mark.prove)])
@pytest.mark.usefixtures("compiled")
def test_what_was_trained_before_changes_nothing(
    base: Path, tmp_path: Path, dropout: float
) -> None:
    alone = weights(base, tmp_path / "alone", MINE, dropout=dropout)
    start_anew()
    before = weights(base, tmp_path / "before", OTHERS, seed=7, dropout=dropout)
    (kept,) = adapted._kept.values()
    after = weights(base, tmp_path / "after", MINE, dropout=dropout)
    assert adapted._kept.popitem()[1] is kept
    assert equal(alone, after)
    assert not equal(alone, before)


@pytest.mark.parametrize(
    "rows", [MINE, pytest.param([*MINE, LONG], marks=pytest.mark.prove)], ids=["short", "long"]
)
@pytest.mark.parametrize("dropout", [0.1, pytest.param(0.0, marks=pytest.mark.prove)])
@pytest.mark.usefixtures("compiled")
def test_what_is_gone_on_with_in_a_new_process_ends_the_same(
    base: Path, tmp_path: Path, rows: list[TextRow], dropout: float
) -> None:
    whole = weights(base, tmp_path / "whole", rows, max_length=1024, dropout=dropout)
    for checkpoint in checkpoints_in(tmp_path / "whole" / "checkpoints"):
        start_anew()
        begun = tmp_path / f"from-{step_of(checkpoint)}"
        here = begun / "checkpoints" / checkpoint.name
        shutil.copytree(checkpoint, here)
        again = weights(base, begun, rows, max_length=1024, checkpoint=here, dropout=dropout)
        assert equal(whole, again)


@pytest.mark.prove
def test_validation_losses_of_compiled_code_are_those_of_the_model_as_it_is(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_recipe("quick").settings | {"epochs": 2}

    def losses(name: str) -> list[float]:
        found: list[float] = []
        start_anew()

        def on_step(step: Any) -> None:
            if step.validation_loss is not None:
                found.append(step.validation_loss)

        train(MINE, OTHERS, base=base, out=tmp_path / name, on_step=on_step, **settings)
        return found

    as_it_is = losses("as it is")
    monkeypatch.setattr(hardware, "COMPILE_TOKENS", 0)
    assert losses("compiled") == pytest.approx(as_it_is, rel=1e-3)  # bf16 rounds otherwise
    assert len(as_it_is) >= 2


def model_of(base: Path, *, rank: int = 4) -> Any:
    choice = hardware.choose(
        hardware.Machine(False, False), four_bit=False, max_length=96, tokens=0
    )
    return adapted.adapted_model(base, choice, rank=rank, alpha=8, dropout=0.0, seed=1)


def test_a_model_of_other_settings_goes_before_the_next_one_is_loaded(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = weakref.ref(model_of(base))
    loaded: list[object] = []
    load = adapted.load_model

    def watched(*args: Any, **settings: Any) -> Any:
        loaded.append(before())
        return load(*args, **settings)

    monkeypatch.setattr(adapted, "load_model", watched)
    assert model_of(base, rank=8) is model_of(base, rank=8)
    assert loaded == [None]


def test_a_kept_model_is_wrapped_by_one_trainer_at_a_time(base: Path) -> None:
    inner = model_of(base).get_base_model()
    as_it_is = inner.forward
    for _ in range(2):
        inner.forward = lambda: None
        assert model_of(base).get_base_model() is inner
        assert inner.forward == as_it_is


# What compiled code is made with


class Rehearsing(AnswerLossTrainer):
    """A trainer that notes what it computes the loss of, and fails if it is to."""

    def __init__(self, batch: int, failure: Exception | None = None) -> None:
        self.args = SimpleNamespace(per_device_train_batch_size=batch)
        self.model = torch.nn.Linear(1, 1)
        self.seen: list[tuple[int, ...]] = []
        self._failure = failure

    def compute_loss(self, model: Any, inputs: Any, *args: Any, **settings: Any) -> Any:
        self.seen.append(tuple(inputs["input_ids"].shape))
        if self._failure is not None:
            raise self._failure
        return model(torch.ones(1)).sum()


@pytest.mark.parametrize(
    ("batch", "longest", "seen"),
    [
        (4, 300, [(2, 128), (1, 128)]),
        (1, 300, [(1, 128)]),
        (4, SHORT + 1, [(2, 128), (1, 128), (2, SHORT + SHAPE_STEP), (1, SHORT + SHAPE_STEP)]),
        (1, SHORT + 1, [(1, 128), (1, SHORT + SHAPE_STEP)]),
    ],
)
def test_code_is_made_for_every_branch_that_the_rows_take(
    batch: int, longest: int, seen: list[tuple[int, int]]
) -> None:
    trainer = Rehearsing(batch)
    trainer.compile(longest)
    assert trainer.seen == seen
    assert trainer.loss_of is lora_sft.compiled_loss()
    assert trainer.model.weight.grad is None


def test_what_cannot_be_compiled_is_said_and_computed_as_it_is(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[object] = []
    monkeypatch.setattr(lora_sft, "leave_layers", left.append)
    trainer = Rehearsing(4, torch._dynamo.exc.InternalTorchDynamoError("g++ is broken\nlong story"))
    trainer.compile(300)
    assert trainer.loss_of is answer_loss
    assert left == [trainer.model]
    assert "could not be compiled, so this training is slower: g++ is broken" in caplog.text
    assert "long story" not in caplog.text
    with pytest.raises(RuntimeError, match="out of memory"):
        Rehearsing(4, RuntimeError("CPU out of memory")).compile(300)
