"""What makes a Hugging Face trainer resume exactly; a mix-in put before any of its trainers.

Checkpoints are published whole (checkpoints.py). The order of an epoch's rows follows from seed and epoch
alone, so a resumed epoch skips the rows that were read. Patience, best weights and an end by early stopping
are taken from the checkpoint; transformers' own search for the last checkpoint is never used. Best weights
are read and compared with their list before they are taken.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Sampler
from transformers import TrainerCallback
from transformers.trainer import TRAINER_STATE_NAME

from engine.training.checkpoints import (
    ASIDE,
    checkpoint_at,
    checkpoints_in,
    damage,
    flush_all,
    publish,
    rotate,
    step_of,
)
from engine.training.endings import is_stop_asked
from engine.training.run_lock import LostLock, check_lock

log = logging.getLogger(__name__)


class EpochOrder(Sampler[int]):
    """A sampler whose order depends on seed and epoch, not on what was drawn before."""

    def __init__(self, sampler: Any, seed: int) -> None:
        self._sampler = sampler
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        self._sampler.generator = torch.Generator().manual_seed(
            1_000_003 * self._seed + self._epoch
        )
        return iter(self._sampler)

    def __len__(self) -> int:
        return len(self._sampler)


class StopWhenAsked(TrainerCallback):  # type: ignore[misc]
    """Ends the training after the step in which the file `stop` appears in the run folder."""

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if is_stop_asked(run_folder(args)):
            control.should_training_stop = True


class ExactResume:
    """Mix-in: `class MyTrainer(ExactResume, Trainer)`, with `output_dir` the run's folder checkpoints.

    Before anything is written it is checked that the run folder is still this process's. Raises `LostLock`.
    """

    args: Any
    state: Any
    control: Any
    _aside: Path | None = None

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.args.restore_callback_states_from_checkpoint = True
        self.add_callback(StopWhenAsked())  # type: ignore[attr-defined]

    def _get_train_sampler(self, *args: Any, **settings: Any) -> Any:
        sampler = super()._get_train_sampler(*args, **settings)  # type: ignore[misc]
        return None if sampler is None else EpochOrder(sampler, self.args.seed)

    def _get_output_dir(self, *args: Any, **settings: Any) -> str:
        if self._aside is not None:
            return str(self._aside)
        return str(super()._get_output_dir(*args, **settings))  # type: ignore[misc]

    def _save_checkpoint(self, *args: Any, **settings: Any) -> None:
        folder = Path(self.args.output_dir)
        with room_aside(folder / ASIDE, folder.parent) as aside:
            self._aside = aside
            try:
                super()._save_checkpoint(*args, **settings)  # type: ignore[misc]
            finally:
                self._aside = None
            target = checkpoint_at(folder, self.state.global_step)
            best = self.state.best_global_step
            if best:  # where it will lie, not where it was written
                self.state.best_model_checkpoint = str(checkpoint_at(folder, best))
            self.state.save_to_json(str(aside / target.name / TRAINER_STATE_NAME))
            check_lock(folder.parent)
            publish(aside / target.name, target)
        rotate(folder, spared={best} if best else ())

    def _init_training_state(
        self, max_steps: int, updates: int, epochs: int, checkpoint: Any, trial: Any
    ) -> Any:
        begun = super()._init_training_state(  # type: ignore[misc]
            max_steps, updates, epochs, checkpoint, trial
        )
        if checkpoint is None:
            return begun
        self._find_best()
        # A training that had stopped early, or was told to stop, is over: no epoch is left to begin.
        if self.control.should_training_stop or is_stop_asked(run_folder(self.args)):
            return epochs, 0
        return begun

    def _find_best(self) -> None:
        """Point at the best weights that are still there: a home may be moved, a file damaged."""
        folder, state = Path(self.args.output_dir), self.state
        if state.best_global_step is None:
            return
        losses = {
            entry["step"]: entry[self.args.metric_for_best_model]
            for entry in state.log_history
            if self.args.metric_for_best_model in entry
        }
        there = {step_of(path) for path in checkpoints_in(folder)}
        measured = [step for step in losses if step in there and step <= state.global_step]
        if state.best_global_step not in there:
            first = max if self.args.greater_is_better else min
            state.best_global_step = first(measured, key=lambda step: losses[step], default=None)
            state.best_metric = losses.get(state.best_global_step)
        best = state.best_global_step
        state.best_model_checkpoint = None if best is None else str(checkpoint_at(folder, best))

    def _load_best_model(self) -> None:
        """Take the best weights that are what was written, or leave the last ones where none are."""
        while path := self.state.best_model_checkpoint:
            said = damage(Path(path))
            if said is None:
                super()._load_best_model()  # type: ignore[misc]
                return
            log.warning("%s The best weights besides are taken.", said)
            check_lock(run_folder(self.args))
            shutil.rmtree(path, ignore_errors=True)
            self._find_best()


def save_into(folder: Path, *parts: Any) -> Path:
    """Write a trained model, and what belongs to it, to a folder of the run, whole or not at all."""
    with room_aside(folder.with_name(f"{ASIDE}-{folder.name}"), folder.parent) as half:
        shutil.rmtree(folder, ignore_errors=True)
        for part in parts:
            part.save_pretrained(half)
        flush_all(half)
        half.rename(folder)
    return folder


@contextmanager
def room_aside(half: Path, out: Path) -> Iterator[Path]:
    """An empty folder to write in before what is written gets its name; gone after a failure, for what it
    holds would keep a full disk full. Raises `LostLock` when the run folder `out` is another's."""
    check_lock(out)
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    try:
        yield half
    except LostLock:  # what lies there is of the trainer that has taken over
        raise
    except Exception:
        shutil.rmtree(half, ignore_errors=True)
        raise


def run_folder(args: Any) -> Path:
    return Path(args.output_dir).parent
