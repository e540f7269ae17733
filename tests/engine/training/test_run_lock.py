"""The lock of a run folder: who has lost it writes nothing more."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.domain.snapshot import Split
from engine.training import child
from engine.training.endings import STOP_FILE
from engine.training.epochs import keep_epoch
from engine.training.recipe import load_recipe
from engine.training.report import SampleReport, StepReport
from engine.training.run_lock import LOCK_FILE, LostLock, check_lock, let_go, take_lock
from engine.training.trainers import Trainer
from tests.engine.jobs.test_going_on import a_run
from tests.processes import Home


def test_the_holder_may_write_and_so_may_who_never_took_it(tmp_path: Path) -> None:
    check_lock(tmp_path)
    take_lock(tmp_path)
    check_lock(tmp_path)
    let_go(tmp_path)
    check_lock(tmp_path)


@pytest.mark.parametrize("taken_again", [False, True])
def test_a_lock_whose_file_was_deleted_is_lost(tmp_path: Path, taken_again: bool) -> None:
    take_lock(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    if taken_again:
        (tmp_path / LOCK_FILE).touch()
    with pytest.raises(LostLock, match=tmp_path.name):
        check_lock(tmp_path)
    let_go(tmp_path)


def test_the_next_holder_gets_it_when_the_first_lets_go(tmp_path: Path) -> None:
    take_lock(tmp_path)
    with (tmp_path / LOCK_FILE).open("w") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        let_go(tmp_path)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def begin(folder: Path) -> object:
    run: dict[str, Any] = {"trainer": "t", "rows": {}, "base_sha256": "0", "recipe": {}}
    return child.begin(run, folder, lambda note: None)


def keep(folder: Path) -> object:
    return keep_epoch(folder / "checkpoints" / ".saving", folder / "checkpoints" / "kept", "{}")


def write_pairs(folder: Path) -> object:
    from engine.training.seq2seq import train

    settings = load_recipe("t5").settings
    nobody: Any = lambda report: None  # noqa: E731
    return train([], [], base=folder, out=folder, on_step=nobody, on_sample=nobody, **settings)


@pytest.mark.parametrize("write", [begin, keep, write_pairs])
def test_who_has_lost_it_changes_no_file(tmp_path: Path, write: Callable[[Path], object]) -> None:
    left = tmp_path / "checkpoints" / ".saving"
    left.mkdir(parents=True)
    take_lock(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LostLock):
        write(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    let_go(tmp_path)


def step(on_step: Any, **_: Any) -> None:
    on_step(StepReport(1, 2, 0.5, 1.0, None, None, None, 0.0))


def sample(on_sample: Any, **_: Any) -> None:
    on_sample(SampleReport(1, 0.5, 0, "Say.", "Said.", 0.1))


def be_stopped(out: Path, **_: Any) -> None:
    (out / STOP_FILE).touch()


def end(**_: Any) -> None:
    """It has trained; what follows is to be measured."""


@pytest.mark.parametrize("then", [step, sample, be_stopped, end])
def test_who_has_lost_it_stores_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch, then: Callable[..., None]
) -> None:
    """A trainer whose lock goes while it trains, whatever it would tell next."""

    def train(*rows: Any, out: Path, **given: Any) -> None:
        (out / LOCK_FILE).unlink()
        then(out=out, **given)

    rows = {part.value: [["a", "b", ""]] for part in Split}
    stand_in = SimpleNamespace(train=train, read_rows=lambda parts, base, length: parts)
    monkeypatch.setitem(sys.modules, "losing", stand_in)
    monkeypatch.setitem(child.TRAINERS, "losing", Trainer("losing", task="causal"))
    monkeypatch.setenv("ZEGA_HOME", str(home.folder))
    run_id = a_run(home).id
    store, folder = home.engine.store, home.folder / "runs" / "anna" / run_id
    before = (store.runs.get(run_id), store.jobs.get(run_id))
    described = {
        "run_id": run_id,
        "trainer": "losing",
        "rows": rows,
        "base": ".",
        "base_sha256": "0",
        "recipe": {"max_length": 9},
    }
    monkeypatch.setattr(child, "begin", lambda run, folder, say: None)
    take_lock(folder)
    with pytest.raises(LostLock):
        child.train_run(described, folder)
    let_go(folder)
    assert (store.runs.get(run_id), store.jobs.get(run_id)) == before
    assert not [*store.runs.steps(run_id), *store.runs.samples(run_id)]
