"""What a save that fails leaves behind: nothing."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.training.checkpoints import ASIDE, FOLDER
from engine.training.exact_resume import ExactResume, save_adapter
from engine.training.run_lock import LOCK_FILE, LostLock, let_go, take_lock

FULL = OSError(errno.ENOSPC, "No space left on device")


class Saving:
    """Stands in for a trainer, and for a model: it writes half of what it should."""

    def __init__(self, run: Path) -> None:
        self.args = SimpleNamespace(output_dir=str(run / FOLDER))

    def _save_checkpoint(self) -> None:
        self.save_pretrained(Path(self._get_output_dir()))  # type: ignore[attr-defined]

    def save_pretrained(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights").write_bytes(b"half")
        raise FULL


class Trainer(ExactResume, Saving):
    def __init__(self, run: Path) -> None:
        Saving.__init__(self, run)


def test_a_full_disk_gets_its_space_back(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        Trainer(tmp_path)._save_checkpoint()
    with pytest.raises(OSError, match="No space left"):
        save_adapter(Saving(tmp_path), tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == [FOLDER]


def test_who_was_taken_over_leaves_the_other_trainers_files_alone(tmp_path: Path) -> None:
    class TakenOver(Trainer):
        def _get_output_dir(self, *args: Any, **settings: Any) -> str:
            (tmp_path / LOCK_FILE).unlink()
            (self._aside / "theirs").write_text("theirs")  # type: ignore[operator]
            raise LostLock(tmp_path)

    take_lock(tmp_path)
    try:
        with pytest.raises(LostLock):
            TakenOver(tmp_path)._save_checkpoint()
        with pytest.raises(LostLock):
            save_adapter(Saving(tmp_path), tmp_path)
    finally:
        let_go(tmp_path)
    assert (tmp_path / FOLDER / ASIDE / "theirs").read_text() == "theirs"
