"""What the machine has and what the studio takes of it. Everything may be missing but the CPU."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

NVIDIA_SMI = "nvidia-smi"
NVIDIA_FIELDS = "name,utilization.gpu,memory.used,memory.total"
NVIDIA_SECONDS = 3.0
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Gpu:
    """A graphics card. `busy` is its share of time at work (0-1), None where it does not say."""

    name: str
    busy: float | None
    memory_used: int
    memory_total: int


@dataclass(frozen=True)
class ProcessUse:
    """One process of the studio; `module` is what it runs, `memory` its resident bytes."""

    pid: int
    module: str
    memory: int


@dataclass(frozen=True)
class Resources:
    """Bytes, but for the cores. `busy_cores` is the load average over the last minute: how many
    processes wanted a core at once, on average."""

    busy_cores: float
    cores: int
    memory_used: int
    memory_total: int
    disk_free: int
    disk_total: int
    gpus: tuple[Gpu, ...]
    processes: tuple[ProcessUse, ...]


def resources_of(home: Path) -> Resources:
    """A look at the machine and at the processes that work on this home."""
    memory = psutil.virtual_memory()
    disk = shutil.disk_usage(home)
    return Resources(
        busy_cores=psutil.getloadavg()[0],
        cores=psutil.cpu_count() or 1,
        memory_used=memory.total - memory.available,
        memory_total=memory.total,
        disk_free=disk.free,
        disk_total=disk.total,
        gpus=tuple(gpus()),
        processes=tuple(processes_of(home)),
    )


def gpus(command: str = NVIDIA_SMI) -> list[Gpu]:
    """Graphics cards as `nvidia-smi` tells of them; none where there is no such command."""
    found = shutil.which(command)
    if found is None:
        return []
    try:
        answer = subprocess.run(
            [found, f"--query-gpu={NVIDIA_FIELDS}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=NVIDIA_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    rows = csv.reader(answer.stdout.splitlines(), skipinitialspace=True)
    return [gpu for row in rows if (gpu := _gpu(row)) is not None]


def processes_of(home: Path) -> list[ProcessUse]:
    """This process and those that hold a lock in the home folder, with all their children."""
    roots = {os.getpid(), *_lock_holders(home)}
    found: dict[int, ProcessUse] = {}
    for pid in sorted(roots):
        with suppress(psutil.Error):
            root = psutil.Process(pid)
            for process in (root, *root.children(recursive=True)):
                if process.pid not in found and (use := _use(process)):
                    found[process.pid] = use
    return sorted(found.values(), key=lambda use: use.memory, reverse=True)


def _lock_holders(home: Path) -> Iterator[int]:
    """Process ids written into locks; the process may be long gone and its id another's."""
    for path in home.glob("*.lock"):
        text = path.read_text(encoding="ascii", errors="replace").strip()
        with suppress(psutil.Error):
            if text.isdigit() and _module(psutil.Process(int(text))):
                yield int(text)


def _use(process: psutil.Process) -> ProcessUse | None:
    with suppress(psutil.Error):
        module = _module(process) or process.name()
        return ProcessUse(process.pid, module, process.memory_info().rss)
    return None


def _module(process: psutil.Process) -> str:
    """What `python -m` runs there; empty for anything else."""
    command = process.cmdline()
    if "-m" not in command[:-1]:
        return ""
    return command[command.index("-m") + 1]


def _gpu(row: list[str]) -> Gpu | None:
    """One line of nvidia-smi; figures it does not have read `[N/A]`."""
    if len(row) != 4 or not (row[2].isdigit() and row[3].isdigit()):
        return None
    busy = int(row[1]) / 100 if row[1].isdigit() else None
    return Gpu(row[0], busy, int(row[2]) * MEBIBYTE, int(row[3]) * MEBIBYTE)
