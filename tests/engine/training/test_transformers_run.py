"""What trainers by transformers share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from transformers import EarlyStoppingCallback, TrainerCallback, TrainingArguments

from engine.training.epochs import KeepEpochs
from engine.training.recipe import load_recipe
from engine.training.transformers_run import arguments, callbacks

# Settings that a trainer itself uses.
ELSEWHERE = ("max_length", "keep_epochs", "early_stopping_patience")


def made(out: Path, **changes: Any) -> Any:
    settings = {k: v for k, v in load_recipe("t5").settings.items() if k not in ELSEWHERE}
    given = {"rows": 22, "validated": True, "cuda": False} | settings | changes
    return arguments(TrainingArguments, out, **given)


def test_settings_become_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", "elsewhere")
    found = made(tmp_path, batch_size=2, gradient_accumulation=3, evaluations_per_epoch=2)
    # Four steps a pass, the last of them with four rows.
    assert (found.eval_steps, found.save_steps) == (2, 2)
    assert (found.per_device_train_batch_size, found.per_device_eval_batch_size) == (2, 2)
    assert (found.learning_rate, found.num_train_epochs) == (1e-4, 3)
    assert found.load_best_model_at_end
    assert found.output_dir == str(tmp_path / "checkpoints")
    assert os.environ["TENSORBOARD_LOGGING_DIR"] == str(tmp_path / "tensorboard")


def test_without_validation_rows_nothing_is_measured(tmp_path: Path) -> None:
    found = made(tmp_path, validated=False)
    assert found.eval_strategy == "no"
    assert not found.load_best_model_at_end


def test_the_last_weights_are_kept_where_they_are_asked_for(tmp_path: Path) -> None:
    assert not made(tmp_path, save_best_model=False).load_best_model_at_end


@pytest.mark.parametrize(
    ("keep", "patience", "kinds"),
    [
        (False, 0, []),
        (True, 0, [KeepEpochs]),
        (False, 2, [EarlyStoppingCallback]),
        (True, 2, [KeepEpochs, EarlyStoppingCallback]),
    ],
)
def test_what_listens_follows_from_the_settings(
    keep: bool, patience: int, kinds: list[type]
) -> None:
    own = TrainerCallback()
    found = callbacks(own, None, keep_epochs=keep, early_stopping_patience=patience)
    assert found[0] is own
    assert [type(each) for each in found[1:]] == kinds
