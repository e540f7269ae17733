"""Every recipe for a causal model trains the tiny one, and `careful` does what its name promises."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import InvalidInput
from engine.training.base import base_folder, load_model, load_tokenizer
from engine.training.checkpoints import is_whole, newest_checkpoint
from engine.training.epochs import keep_epoch
from engine.training.lora_sft import AnswerLossTrainer, train
from engine.training.recipe import load_recipe, recipe_names
from engine.training.report import StepReport, TrainResult
from engine.training.rows import TextRow

ROWS = [TextRow(f"Number {n}?", f"The answer is {n} {'and more ' * n}.") for n in range(1, 10)]
CAUSAL = [name for name in recipe_names() if load_recipe(name).trainer == "lora_sft"]


@dataclass
class Trained:
    out: Path
    result: TrainResult
    steps: list[StepReport]
    seen: list[list[tuple[int, ...]]]

    @property
    def checkpoints(self) -> Path:
        return self.out / "checkpoints"


@pytest.fixture(scope="module")
def base(tiny_gguf: Path, tiny_bases: Path) -> Path:
    return base_folder(tiny_gguf, tiny_bases)


@pytest.fixture(scope="module")
def run(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Trained]:
    """Trains by a recipe; `seen` has the rows of every step in their order."""

    def by(name: str, **changes: Any) -> Trained:
        out, steps, seen = tmp_path_factory.mktemp(name), [], []
        computed = AnswerLossTrainer.compute_loss

        def watched(self: Any, model: Any, inputs: Any, *more: Any, **named: Any) -> Any:
            if model.training:
                seen.append([tuple(row.tolist()) for row in inputs["labels"]])
            return computed(self, model, inputs, *more, **named)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AnswerLossTrainer, "compute_loss", watched)
            result = train(
                ROWS[1:],
                ROWS[:1],
                base=base,
                out=out,
                on_step=steps.append,
                **load_recipe(name).settings | changes,
            )
        return Trained(out, result, steps, seen)

    return by


@pytest.fixture(scope="module")
def careful(run: Callable[..., Trained]) -> Trained:
    return run("careful", epochs=4, early_stopping_patience=0)


@pytest.mark.parametrize("name", CAUSAL)
def test_a_recipe_trains(run: Callable[..., Trained], name: str) -> None:
    trained, recipe = run(name), load_recipe(name)
    assert 0 < trained.result.epochs <= recipe.epochs
    assert trained.result.best_validation_loss is not None
    assert (trained.result.adapter / "adapter_model.safetensors").stat().st_size > 1000
    rates = [step.learning_rate or 0.0 for step in trained.steps]
    assert max(rates) == pytest.approx(recipe.learning_rate, rel=0.2)


def test_every_pass_keeps_a_whole_checkpoint_with_optimizer_and_configuration(
    careful: Trained,
) -> None:
    kept = sorted(careful.checkpoints.glob("checkpoint_epoch_*"))
    assert [path.name for path in kept] == [f"checkpoint_epoch_{n}" for n in range(1, 5)]
    for path in kept:
        assert is_whole(path)
        assert torch.load(path / "optimizer.pt", weights_only=True)["state"]
        configuration = json.loads((path / "configuration.json").read_text(encoding="utf-8"))
        assert configuration["learning_rate"] == 1e-4
        assert json.loads((path / "manifest.json").read_text(encoding="utf-8"))[
            "configuration.json"
        ]
    states = [json.loads((path / "trainer_state.json").read_text()) for path in kept]
    assert [state["epoch"] for state in states] == [1, 2, 3, 4]


def test_what_is_gone_on_from_is_still_the_newest_checkpoint(careful: Trained) -> None:
    newest = newest_checkpoint(careful.checkpoints)
    assert newest is not None
    assert newest.name == f"checkpoint-{careful.steps[-1].step}"


def test_rows_come_in_another_order_in_each_pass(careful: Trained) -> None:
    size = len(careful.seen) // 4
    passes = [
        [row for batch in careful.seen[size * n : size * (n + 1)] for row in batch]
        for n in range(4)
    ]
    as_numbers = [[tuple(x for x in row if x != -100) for row in each] for each in passes]
    assert all(sorted(each) == sorted(as_numbers[0]) for each in as_numbers)
    assert len({tuple(each) for each in as_numbers}) > 1


def test_saves_that_fall_between_passes_keep_the_epochs_all_the_same(
    run: Callable[..., Trained],
) -> None:
    trained = run("careful", epochs=2, batch_size=3, evaluations_per_epoch=2)
    kept = sorted(path.name for path in trained.checkpoints.glob("checkpoint_epoch_*"))
    assert kept == ["checkpoint_epoch_1", "checkpoint_epoch_2"]


def test_a_kept_epoch_stays_when_its_checkpoint_goes(careful: Trained, tmp_path: Path) -> None:
    newest = newest_checkpoint(careful.checkpoints)
    assert newest is not None
    copy, kept = tmp_path / newest.name, tmp_path / "checkpoint_epoch_9"
    shutil.copytree(newest, copy)
    keep_epoch(copy, kept, "{}")
    assert (kept / "optimizer.pt").stat().st_ino == (copy / "optimizer.pt").stat().st_ino
    shutil.rmtree(copy)
    assert is_whole(kept)
    keep_epoch(tmp_path / "gone", kept, "{}")
    assert is_whole(kept)


def test_other_recipes_keep_no_epochs(run: Callable[..., Trained]) -> None:
    trained = run("quick", epochs=1)
    assert not list(trained.checkpoints.glob("checkpoint_epoch_*"))


def test_optimizer_warm_up_and_last_weights_are_as_they_were_asked(
    run: Callable[..., Trained],
) -> None:
    trained = run(
        "quick",
        epochs=2,
        optimizer="sgd",
        scheduler="constant_with_warmup",
        warmup_steps=3,
        save_best_model=False,
    )
    rates = [step.learning_rate for step in trained.steps if step.loss is not None]
    assert rates[:4] == pytest.approx([0.0, 4e-4 / 3, 8e-4 / 3, 4e-4])
    newest = newest_checkpoint(trained.checkpoints)
    assert newest is not None
    last, saved = trained.result.adapter, newest
    name = "adapter_model.safetensors"
    assert (last / name).read_bytes() == (saved / name).read_bytes()


def test_four_bits_are_refused_on_this_machine_before_anything_is_loaded(
    run: Callable[..., Trained],
) -> None:
    with pytest.raises(InvalidInput, match=r"model\.lora\.four_bit needs"):
        run("quick", four_bit=True)


def test_a_model_is_loaded_with_the_attention_that_was_chosen(base: Path) -> None:
    model = load_model(base, bf16=False, attention="eager")
    assert model.config._attn_implementation == "eager"
    assert load_model(base, bf16=True).dtype is torch.bfloat16
    assert load_tokenizer(base).pad_token is not None
