"""Checkpoints that are either whole or ignored.

The trainer writes its files in place, so a kill can leave half of one. After each save a manifest with
every file's size and SHA-256 is written last; a resume takes the newest checkpoint that still matches.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from models.weights import sha256_of

MANIFEST = "manifest.json"


def seal(checkpoint: Path) -> None:
    """Flush every file of a checkpoint to disk, then publish its manifest."""
    files: dict[str, str] = {}
    for path in sorted(checkpoint.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as file:
                os.fsync(file.fileno())
            files[str(path.relative_to(checkpoint))] = sha256_of(path)
    half = checkpoint / f"{MANIFEST}.half"
    with half.open("w", encoding="utf-8") as file:
        json.dump(files, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, checkpoint / MANIFEST)


def is_whole(checkpoint: Path) -> bool:
    """Whether every file named in the manifest is there with its content."""
    try:
        files = json.loads((checkpoint / MANIFEST).read_text(encoding="utf-8"))
        return bool(files) and all(
            sha256_of(checkpoint / name) == expected for name, expected in files.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def newest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint with the highest step that is whole; None when there is none."""
    found = []
    for path in folder.glob("checkpoint-*"):
        step = re.fullmatch(r"checkpoint-(\d+)", path.name)
        if step:
            found.append((int(step.group(1)), path))
    return next((path for _, path in sorted(found, reverse=True) if is_whole(path)), None)


class SealCheckpoints(TrainerCallback):  # type: ignore[misc]
    """Seals each checkpoint right after the trainer wrote it."""

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        seal(Path(args.output_dir) / f"checkpoint-{state.global_step}")
