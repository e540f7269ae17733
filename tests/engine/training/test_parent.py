"""The parent's side of a training process, with a stand-in process instead of a training."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import Cancelled, TrainingFailed
from engine.training import parent
from engine.training.child import OUT_OF_MEMORY, is_out_of_memory

RUN: dict[str, Any] = {"recipe": {"batch_size": 4, "gradient_accumulation": 1}}


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replaces the training process by a Python script; `folder` is its first argument."""

    def use(script: str) -> None:
        prelude = (
            "import json, os, pathlib, signal, sys, time\nfolder = pathlib.Path(sys.argv[1])\n"
        )
        prelude += "run = json.loads((folder / 'run.json').read_text())\n"
        monkeypatch.setattr(parent, "CHILD", [sys.executable, "-c", prelude + script])

    return use


def start(folder: Path, halved: list[int], cancelled: Any = lambda: False) -> dict[str, Any]:
    return parent.train_in_child(
        folder,
        RUN,
        database_url="sqlite://",
        cancelled=cancelled,
        on_halved=halved.append,
        poll_seconds=0.02,
    )


def test_a_result_is_read_and_not_made_again(child: Any, tmp_path: Path) -> None:
    child("(folder / 'result.json').write_text(json.dumps({'tokens': 7}))")
    assert start(tmp_path, []) == {"tokens": 7}
    child("sys.exit(9)")
    assert start(tmp_path, []) == {"tokens": 7}


@pytest.mark.parametrize("death", [f"sys.exit({OUT_OF_MEMORY})", "os.kill(os.getpid(), 9)"])
def test_a_death_by_memory_halves_the_batch_and_keeps_the_learning(
    child: Any, tmp_path: Path, death: str
) -> None:
    child(
        f"if run['recipe']['batch_size'] > 1:\n    {death}\n"
        "(folder / 'result.json').write_text(json.dumps(run['recipe']))"
    )
    halved: list[int] = []
    assert start(tmp_path, halved) == {"batch_size": 1, "gradient_accumulation": 4}
    assert halved == [2, 1]


def test_a_batch_of_one_that_dies_is_a_clear_failure(child: Any, tmp_path: Path) -> None:
    child(f"sys.exit({OUT_OF_MEMORY})")
    with pytest.raises(TrainingFailed, match="too small even for a batch of 1"):
        start(tmp_path, [])


def test_another_failure_gives_its_last_line_and_its_log(child: Any, tmp_path: Path) -> None:
    child("print('first', file=sys.stderr); raise ValueError('a bad row')")
    with pytest.raises(TrainingFailed, match="ValueError: a bad row") as caught:
        start(tmp_path, [])
    assert "first" in caught.value.log_tail


def test_cancel_ends_the_process(child: Any, tmp_path: Path) -> None:
    child("(folder / 'pid').write_text(str(os.getpid())); time.sleep(60)")
    with pytest.raises(Cancelled):
        start(tmp_path, [], cancelled=lambda: (tmp_path / "pid").exists())
    pid = int((tmp_path / "pid").read_text() or "0")
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_the_run_file_is_what_the_child_reads(child: Any, tmp_path: Path) -> None:
    child("(folder / 'result.json').write_text(json.dumps({'seen': run}))")
    assert start(tmp_path, []) == {"seen": RUN}
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8")) == RUN


def test_what_counts_as_out_of_memory() -> None:
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 GB"))
    assert not is_out_of_memory(ValueError("out of memory of what?"))
    assert not is_out_of_memory(RuntimeError("shapes do not match; allocate more patience"))
