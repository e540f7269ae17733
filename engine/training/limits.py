"""What the environment allows a training: its processor, its memory, and where its checkpoints lie."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from engine.settings import Settings
from engine.training.errors import TrainingOff
from models.catalog import BaseModel, check_memory
from models.errors import DoesNotFit

CHECKPOINTS = "checkpoints"


def check_allowed(settings: Settings) -> None:
    """Raise `TrainingOff` where trainings are switched off."""
    if not settings.training_enabled:
        raise TrainingOff


def check_room(settings: Settings, base: BaseModel, *, held_mb: int = 0) -> None:
    """Raise `DoesNotFit` for a base that needs more memory than is free now, or held by a process that
    waits for it, or than is allowed."""
    most = settings.training_max_memory
    if most and base.train_mb > most:
        raise DoesNotFit(base.name, base.train_mb, most)
    check_memory(base, "train", held_mb=held_mb)


def limit_this_process(settings: Settings) -> None:
    """Hold this process to its limits; before torch is loaded, which looks at them once.

    Over its memory an allocation fails, and the training goes on with half the batch.
    """
    if not settings.training_gpu_enabled:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if settings.training_max_workers:
        os.environ["OMP_NUM_THREADS"] = str(settings.training_max_workers)
    if settings.training_max_memory:
        most = settings.training_max_memory * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def place_checkpoints(run_folder: Path, root: Path | None) -> None:
    """Have the checkpoints of a run lie below `root`, where one is given; its folder points there."""
    here = run_folder / CHECKPOINTS
    if root is None or here.is_symlink() or here.exists():
        return
    there = root.resolve() / run_folder.parent.name / run_folder.name
    there.mkdir(parents=True, exist_ok=True)
    run_folder.mkdir(parents=True, exist_ok=True)
    here.symlink_to(there, target_is_directory=True)
