"""What a save that fails leaves behind: nothing; and which best weights are taken: whole ones."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.training.checkpoints import ASIDE, FOLDER, checkpoints_in, step_of
from engine.training.exact_resume import ExactResume, save_into
from engine.training.run_lock import LOCK_FILE, LostLock, let_go, take_lock
from tests.engine.training.test_checkpoints import write

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
        save_into(tmp_path / "adapter", Saving(tmp_path))
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
            save_into(tmp_path / "adapter", Saving(tmp_path))
    finally:
        let_go(tmp_path)
    assert (tmp_path / FOLDER / ASIDE / "theirs").read_text() == "theirs"


class Loading:
    """Stands in for a trainer after its last step: three measured checkpoints, the second the best."""

    def __init__(self, folder: Path) -> None:
        losses = {1: 0.5, 2: 0.1, 3: 0.3}
        for step in losses:
            write(folder, step)
        self.loaded: list[str] = []
        self.args = SimpleNamespace(
            output_dir=str(folder), metric_for_best_model="eval_loss", greater_is_better=False
        )
        self.state = SimpleNamespace(
            global_step=3,
            best_global_step=2,
            best_metric=0.1,
            best_model_checkpoint=str(folder / "checkpoint-2"),
            log_history=[{"step": step, "eval_loss": loss} for step, loss in losses.items()],
        )

    def _load_best_model(self) -> None:
        self.loaded.append(Path(self.state.best_model_checkpoint).name)


class Ended(ExactResume, Loading):
    def __init__(self, folder: Path) -> None:
        Loading.__init__(self, folder)


@pytest.mark.parametrize(
    ("damaged", "loaded", "best"),
    [
        ([], ["checkpoint-2"], (2, 0.1)),
        ([2], ["checkpoint-3"], (3, 0.3)),
        ([2, 3], ["checkpoint-1"], (1, 0.5)),
        ([1, 2, 3], [], (None, None)),
    ],
)
def test_the_best_weights_that_are_whole_are_taken(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damaged: list[int],
    loaded: list[str],
    best: tuple[int | None, float | None],
) -> None:
    trainer = Ended(tmp_path)
    for step in damaged:
        (tmp_path / f"checkpoint-{step}" / "optimizer.pt").write_bytes(b"moments?")
    trainer._load_best_model()
    assert trainer.loaded == loaded
    assert (trainer.state.best_global_step, trainer.state.best_metric) == best
    assert [f"step {step} is damaged" in caplog.text for step in damaged] == [True] * len(damaged)
    assert not {step_of(path) for path in checkpoints_in(tmp_path)} & set(damaged)


def test_who_was_taken_over_removes_no_damaged_checkpoint(tmp_path: Path) -> None:
    trainer = Ended(tmp_path / FOLDER)
    best = tmp_path / FOLDER / "checkpoint-2"
    (best / "optimizer.pt").write_bytes(b"moments?")
    take_lock(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    with pytest.raises(LostLock):
        trainer._load_best_model()
    let_go(tmp_path)
    assert best.exists()
