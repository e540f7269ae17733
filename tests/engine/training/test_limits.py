"""What the environment allows a training, by both names of each variable."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.lineage.files import delete
from engine.settings import ROOT, load_settings
from engine.training.errors import TrainingOff
from engine.training.limits import check_allowed, check_room, place_checkpoints
from models.catalog import find_base_model
from models.errors import DoesNotFit

SHOWN = """
import os, resource
from engine.settings import load_settings
from engine.training.limits import limit_this_process
limit_this_process(load_settings())
print(os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ.get("OMP_NUM_THREADS"),
      resource.getrlimit(resource.RLIMIT_DATA)[0])
"""


def limited(**variables: str) -> list[str]:
    names = ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    found = subprocess.run(
        [sys.executable, "-c", SHOWN],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


@pytest.mark.parametrize("prefix", ["", "ZEGA_"])
def test_limits_are_read_under_both_names(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    given = {
        "TRAINING_ENABLED": "false",
        "TRAINING_DATA_DIR": "/data",
        "MODELS_DIR": "/models",
        "CHECKPOINTS_DIR": "/checkpoints",
        "TRAINING_GPU_ENABLED": "false",
        "TRAINING_MAX_MEMORY": "16384",
        "TRAINING_MAX_WORKERS": "4",
    }
    for name, value in given.items():
        monkeypatch.setenv(prefix + name, value)
    settings = load_settings()
    assert not settings.training_enabled
    assert not settings.training_gpu_enabled
    assert settings.training_data_dir == "/data"
    assert settings.models_dir == "/models"
    assert settings.checkpoints_dir == "/checkpoints"
    assert (settings.training_max_memory, settings.training_max_workers) == (16384, 4)


def test_the_studios_own_name_wins_and_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRAINING_MAX_MEMORY", "1")
    monkeypatch.setenv("ZEGA_TRAINING_MAX_MEMORY", "2")
    assert load_settings().training_max_memory == 2
    monkeypatch.setenv("ZEGA_TRAINING_MAX_MEMORY", "much")
    with pytest.raises(SettingsError, match=r"^ZEGA_TRAINING_MAX_MEMORY: "):
        load_settings()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("MODEL_REGISTRY_ENABLED", "only a version in the list is measured"),
        ("MODEL_AUTO_BACKUP", "no version's files are ever overwritten"),
    ],
)
def test_what_cannot_be_switched_off_is_refused_and_says_why(
    monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    for variable in (name, f"ZEGA_{name}"):
        monkeypatch.setenv(variable, "true")
        assert getattr(load_settings(), name.lower()) is True
        monkeypatch.setenv(variable, "false")
        with pytest.raises(SettingsError, match=rf"^ZEGA_{name}: .*cannot be off, for {why}"):
            load_settings()


def test_trainings_can_be_switched_off() -> None:
    check_allowed(load_settings(training_enabled=True))
    with pytest.raises(TrainingOff, match="switched off"):
        check_allowed(load_settings(training_enabled=False))


def test_a_base_beyond_the_allowed_memory_does_not_fit() -> None:
    base = find_base_model("SmolLM2-135M-Instruct")
    check_room(load_settings(training_max_memory=base.train_mb), base)
    with pytest.raises(DoesNotFit, match="2,600 MB of memory and 2,599 MB"):
        check_room(load_settings(training_max_memory=base.train_mb - 1), base)


def test_the_training_process_is_held_to_its_limits() -> None:
    free = resource.getrlimit(resource.RLIMIT_DATA)[0]
    assert limited() == ["None", "None", str(free)]
    given = {"TRAINING_GPU_ENABLED": "no", "TRAINING_MAX_WORKERS": "3"}
    assert limited(**given, TRAINING_MAX_MEMORY="4096") == ["3", str(4096 * 2**20)]


def test_checkpoints_lie_where_they_are_told_and_go_with_their_run(tmp_path: Path) -> None:
    run, root = tmp_path / "runs" / "anna" / "r1", tmp_path / "elsewhere"
    place_checkpoints(run, root)
    place_checkpoints(run, root)
    (run / "checkpoints" / "checkpoint-1").mkdir()
    assert (root / "anna" / "r1" / "checkpoint-1").is_dir()
    delete(run)
    assert not run.exists()
    assert not (root / "anna" / "r1").exists()


def test_checkpoints_that_lie_in_the_run_stay_there(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    place_checkpoints(run, tmp_path / "elsewhere")
    place_checkpoints(tmp_path / "other", None)
    assert not (run / "checkpoints").is_symlink()
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "other").exists()
