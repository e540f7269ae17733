"""A process that trains for one after another, or goes on with a training, ends each as it would alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.training import adapted, hardware
from engine.training.base import base_folder
from engine.training.checkpoints import checkpoints_in, step_of
from engine.training.lora_sft import train
from engine.training.recipe import load_recipe
from engine.training.rows import TextRow

WORDS = re.findall(
    r"\w+", "The fox ran home, slept in a warm barn while rain fell, and nobody knew."
)
OTHERS = [TextRow(f"Tell of number {n}.", " ".join(WORDS[n % 5 :] * 2)) for n in range(6)]
# The seventh row is a batch of one, now a short one, now a long one.
MINE = [TextRow(f"What of {n}?", " ".join(WORDS[: 2 + n] * (1 + n % 3))) for n in range(7)]


@pytest.fixture(scope="module")
def base(tiny_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_folder(tiny_gguf, tmp_path_factory.mktemp("bases"))


@pytest.fixture(params=["as it is", pytest.param("compiled", marks=pytest.mark.prove)])
def compiled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled where this machine can, which takes minutes; else both are the same."""
    if request.param == "compiled":
        monkeypatch.setattr(hardware, "COMPILE_TOKENS", 0)
    start_anew()


def start_anew() -> None:
    """Forget what a process that starts has not got either: the model and all compiled code."""
    adapted._adapted.cache_clear()
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


@pytest.mark.usefixtures("compiled")
def test_what_was_trained_before_changes_nothing(base: Path, tmp_path: Path) -> None:
    alone = weights(base, tmp_path / "alone", MINE)
    start_anew()
    before = weights(base, tmp_path / "before", OTHERS, seed=7)
    assert adapted._adapted.cache_info().misses == 1
    after = weights(base, tmp_path / "after", MINE)
    assert adapted._adapted.cache_info().hits == 1
    assert equal(alone, after)
    assert not equal(alone, before)


@pytest.mark.usefixtures("compiled")
def test_what_is_gone_on_with_in_a_new_process_ends_the_same(base: Path, tmp_path: Path) -> None:
    whole = weights(base, tmp_path / "whole", MINE)
    for checkpoint in checkpoints_in(tmp_path / "whole" / "checkpoints"):
        start_anew()
        begun = tmp_path / f"from-{step_of(checkpoint)}"
        here = begun / "checkpoints" / checkpoint.name
        shutil.copytree(checkpoint, here)
        assert equal(whole, weights(base, begun, MINE, checkpoint=here))
