"""The machine as it is, with a graphics card and without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.overview.resources import Gpu, gpus, processes_of, resources_of

H200 = "NVIDIA H200, 37, 4096, 143771"


def command(folder: Path, script: str) -> str:
    """A program that stands in for nvidia-smi."""
    path = folder / "smi"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_machine_has_cores_memory_and_a_disk(tmp_path: Path) -> None:
    found = resources_of(tmp_path)
    assert found.cores >= 1
    assert found.busy_cores >= 0
    assert 0 < found.memory_used < found.memory_total
    assert 0 < found.disk_free <= found.disk_total
    assert os.getpid() in [use.pid for use in found.processes]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (H200, [Gpu("NVIDIA H200", 0.37, 4096 * 2**20, 143771 * 2**20)]),
        ("Tegra, [N/A], 10, 100", [Gpu("Tegra", None, 10 * 2**20, 100 * 2**20)]),
        ("Odd, 5, [N/A], [N/A]", []),
        ("No devices were found", []),
        ("", []),
    ],
)
def test_cards_are_read_as_nvidia_smi_writes_them(
    tmp_path: Path, lines: str, expected: list[Gpu]
) -> None:
    assert gpus(command(tmp_path, f"echo '{lines}'")) == expected


def test_no_card_no_command_and_a_failing_one_are_no_error(tmp_path: Path) -> None:
    assert gpus(str(tmp_path / "nothing")) == []
    assert gpus(command(tmp_path, "exit 9")) == []


def test_processes_are_those_that_hold_locks_in_the_home(tmp_path: Path) -> None:
    script = "from models.lifeline import end_with_parent; import time; end_with_parent()"
    (tmp_path / "sleeper.py").write_text(f"{script}\nprint('up', flush=True)\ntime.sleep(600)\n")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[3])])
    with subprocess.Popen(
        [sys.executable, "-m", "sleeper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        home = tmp_path / "home"
        home.mkdir()
        (home / "worker.lock").write_text(str(process.pid))
        (home / "supervisor.lock").write_text("4194303999")
        (home / "empty.lock").touch()
        found = {use.pid: use for use in processes_of(home)}
        assert found[process.pid].module == "sleeper"
        assert found[process.pid].memory > 1_000_000
        process.kill()
    assert process.pid not in {use.pid for use in processes_of(home)}
