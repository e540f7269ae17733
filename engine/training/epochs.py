"""`checkpoint_epoch_N`: a checkpoint of every pass that stays, beside the newest ones to go on from.

Each has the weights, the optimizer's state and `configuration.json`, under a manifest of its own. Files are
shared with the checkpoint it comes from (hard links), so that it costs no space until that one goes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from engine.training.checkpoints import MANIFEST, seal
from engine.training.exact_resume import room_aside

CONFIGURATION = "configuration.json"


class KeepEpochs(TrainerCallback):  # type: ignore[misc]
    """Has a checkpoint saved at the end of every pass and keeps it. Comes after what seals it."""

    def __init__(self) -> None:
        self._saved = 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step:  # resumed: a kill may have come between saving and keeping
            self.on_save(args, state, control)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step > self._saved:
            control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._saved = state.global_step
        epoch = round(state.epoch)
        folder = Path(args.output_dir)
        newest = folder / f"checkpoint-{state.global_step}"
        if abs(state.epoch - epoch) < 1e-6 and newest.exists():
            keep_epoch(newest, folder / f"checkpoint_epoch_{epoch}", args.to_json_string())


def keep_epoch(checkpoint: Path, kept: Path, configuration: str) -> None:
    """Publish a sealed checkpoint under another name; one that is there is left as it is."""
    if kept.exists():
        return
    with room_aside(kept.with_name(f".{kept.name}.half"), kept.parent.parent) as half:
        shutil.copytree(
            checkpoint,
            half,
            copy_function=os.link,
            ignore=shutil.ignore_patterns(MANIFEST),
            dirs_exist_ok=True,
        )
        (half / CONFIGURATION).write_text(configuration, encoding="utf-8")
        seal(half)
        os.replace(half, kept)
