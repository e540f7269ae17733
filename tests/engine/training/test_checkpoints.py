"""Checkpoints as files: published whole, looked through, and never fewer than two."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.training import checkpoints
from engine.training.checkpoints import (
    MANIFEST,
    checkpoints_in,
    clear,
    damaged,
    is_whole,
    newest_checkpoint,
    publish,
    rotate,
    step_of,
)
from engine.training.child import begin

FILES = {
    "adapter_model.safetensors": b"weights " * 9,
    "optimizer.pt": b"moments",
    "rng/state": b"r",
}
RUN: dict[str, Any] = {"trainer": "t", "rows": {}, "base_sha256": "0", "recipe": {}}


def write(folder: Path, step: int) -> Path:
    """A published checkpoint."""
    written = folder / ".saving" / f"checkpoint-{step}"
    for name, content in FILES.items():
        (written / name).parent.mkdir(parents=True, exist_ok=True)
        (written / name).write_bytes(content)
    target = folder / f"checkpoint-{step}"
    publish(written, target)
    return target


def steps(folder: Path) -> list[int]:
    return [step_of(path) for path in checkpoints_in(folder)]


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "flipped"])
@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_damaged_file_is_seen_said_and_passed_over(
    tmp_path: Path, name: str, damage: str
) -> None:
    folder = tmp_path / "checkpoints"
    write(folder, 5)
    newest = write(folder, 10)
    assert is_whole(newest)
    file = newest / name
    data = bytearray(file.read_bytes())
    if damage == "missing":
        file.unlink()
    else:
        half = data[: len(data) // 2]
        data[len(data) // 2] ^= 1
        file.write_bytes({"empty": b"", "half": bytes(half), "flipped": bytes(data)}[damage])
    assert newest_checkpoint(folder) == folder / "checkpoint-5"
    said: list[str] = []
    assert begin(RUN, tmp_path, said.append) == folder / "checkpoint-5"
    assert len(said) == 1
    assert "The checkpoint of step 10 is damaged" in said[0]
    assert "went on from step 5" in said[0]
    assert steps(folder) == [5]


def test_with_no_whole_checkpoint_the_start_is_named(tmp_path: Path) -> None:
    (write(tmp_path / "checkpoints", 5) / "optimizer.pt").write_bytes(b"")
    said: list[str] = []
    begin(RUN, tmp_path, said.append)
    assert "went on from the start" in said[0]
    assert begin(RUN, tmp_path, said.append) is None
    assert len(said) == 1


def test_two_and_the_best_remain(tmp_path: Path) -> None:
    for step in (1, 2, 3, 4, 5):
        write(tmp_path, step)
    rotate(tmp_path, spared={2})
    assert steps(tmp_path) == [5, 4, 2]
    rotate(tmp_path, spared={5})
    assert steps(tmp_path) == [5, 4]


def test_a_kill_at_any_call_leaves_two_whole_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every rename, removal and flush of a save and its rotation is the last one, in turn."""

    class Killed(BaseException):
        pass

    def one_that_dies(function: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
        def call(*args: Any, **settings: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return function(*args, **settings)

        return call

    for allowed in range(100):
        folder = tmp_path / str(allowed)
        for step in (1, 2, 3):
            write(folder, step)
        left = [allowed]
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", one_that_dies(os.replace, left))
            patch.setattr(os, "fsync", one_that_dies(os.fsync, left))
            remover = one_that_dies(checkpoints.shutil.rmtree, left)
            patch.setattr(checkpoints.shutil, "rmtree", remover)
            try:
                write(folder, 4)
                rotate(folder)
            except Killed:
                pass
            else:
                break
        whole = [path for path in checkpoints_in(folder) if is_whole(path)]
        assert len(whole) >= 2
        assert damaged(folder) == {}
        clear(folder, ())
        assert {path.name for path in folder.iterdir()} == {path.name for path in whole}
    assert allowed > 10
    assert steps(folder) == [4, 3]


def test_what_is_written_again_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    (write(tmp_path, 3) / "optimizer.pt").write_bytes(b"damaged")
    assert is_whole(write(tmp_path, 3))


def test_epochs_that_are_kept_are_no_checkpoints_to_go_on_from(tmp_path: Path) -> None:
    write(tmp_path, 3).rename(tmp_path / "checkpoint_epoch_3")
    assert checkpoints_in(tmp_path) == []
