"""Trainings that run into the machine's limits: real ones of the kernel, on the tiny model."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from engine.domain.job import JobKind
from engine.domain.version import Version
from engine.serving.base import prepare_base
from engine.training import process
from engine.training.checkpoints import FOLDER, checkpoints_in, damaged
from engine.training.errors import DiskFull
from engine.training.recipe import parse_config
from engine.training.run import run_training
from tests.kept_rows import keep_rows
from tests.processes import Home

# Megabytes beside what the libraries take: nothing is halved with 1,200 of them.
MEMORY_MB = 700
# Words, some 1,500 tokens each: what a batch takes is then mostly its rows.
LONG_TEXTS = [800] * 12


def train(home: Home, job_id: str, *, rank: int = 4, max_length: int = 1500) -> Version:
    settings = home.engine.settings
    config: dict[str, Any] = {
        "model": {"lora": {"rank": rank, "alpha": 8}},
        "hyperparameters": {
            "batch_size": 4,
            "epochs": 1,
            "max_length": max_length,
            "warmup_steps": 0,
        },
    }
    return run_training(
        home.engine.store,
        settings.home,
        job_id,
        "anna",
        config=parse_config(config),
        threshold=0.0,
        min_examples=3,
        load_base=lambda: prepare_base(settings),
        cancelled=lambda: False,
    )


def limit(monkeypatch: pytest.MonkeyPatch, name: str, megabytes: float) -> None:
    child = [sys.executable, "-m", "tests.engine.training.capped", name, str(megabytes)]
    monkeypatch.setattr(process, "CHILD", child)


@pytest.fixture
def job_id(home: Home, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a training that nobody has begun."""
    for name in ("ZEGA_HOME", "ZEGA_BASE_MODEL", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, home.environment[name])
    return home.engine.store.jobs.create("anna", JobKind.TRAINING, {}).id


def test_a_batch_that_does_not_fit_is_halved(
    home: Home, job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_rows(home, LONG_TEXTS)
    limit(monkeypatch, "RLIMIT_AS", MEMORY_MB)
    version = train(home, job_id)
    run = home.engine.store.runs.get(job_id)
    sizes = [size for size in (2, 1) if size >= run.batch_size]
    assert run.batch_size < 4
    assert list(run.notes) == [f"Memory ran out: the batch was halved to {size}." for size in sizes]
    assert version.run_id == job_id


def test_a_full_disk_leaves_whole_checkpoints_and_the_training_goes_on_later(
    home: Home, job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file may grow beyond a megabyte: the optimizer's state of a wide adapter does."""
    keep_rows(home, [20] * 12)
    limit(monkeypatch, "RLIMIT_FSIZE", 1.0)
    with pytest.raises(DiskFull, match="Free some space and resume"):
        train(home, job_id, rank=64, max_length=96)
    folder = home.folder / "runs" / "anna" / job_id / FOLDER
    assert damaged(folder) == {}
    assert checkpoints_in(folder) == []
    limit(monkeypatch, "RLIMIT_FSIZE", 4096.0)
    assert train(home, job_id, rank=64, max_length=96).run_id == job_id
