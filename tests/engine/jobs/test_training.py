"""A training through the worker: the whole way to a version that is served and compared."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from engine.domain.example import Author, Source
from engine.domain.job import JobState
from engine.domain.quality import Quality
from engine.evaluation.compare import evaluation_prompts
from engine.rendering import story_prompt
from engine.store.examples import NewExample
from tests.fake_llamacpp import good_texts
from tests.processes import Home, descendants, is_gone, kill, wait_for


def keep_examples(home: Home, user_id: str = "anna") -> int:
    """Sixteen good texts as kept examples of the user's; their number."""
    rows = good_texts()[:16]
    home.engine.store.users.ensure(user_id)
    for row in rows:
        home.engine.store.examples.add(
            NewExample(
                user_id=user_id,
                kind="stories",
                genre=row["genre"],
                style=None,
                seed_prompt=row["prompt"],
                prompt=story_prompt(row["prompt"], genre=row["genre"]),
                completion=row["text"],
                source=Source.WRITE,
                author=Author.TEACHER,
                generator="fake",
                quality=Quality(8.0),
            )
        )
    return len(rows)


def trainers(pid: int) -> list[psutil.Process]:
    return [child for child in descendants(pid) if "engine.training.child" in child.cmdline()]


@pytest.mark.prove
def test_a_training_survives_a_kill_of_the_worker(home: Home) -> None:
    """Killed while it trains: the trainer ends too, and the next worker finishes the same run. With all
    tests that is one kill of three: tests/proofs/test_kills.py."""
    count = keep_examples(home)
    home.start("engine.serving.process")
    job = home.engine.start_training("anna")
    worker = home.start_worker()
    run_folder = home.folder / "runs" / "anna" / job.id
    sealed = run_folder / "checkpoints"
    wait_for("a checkpoint", lambda: any(sealed.glob("checkpoint-*/manifest.json")))
    trainer = trainers(worker.pid)
    reached = newest_step(run_folder)
    kill(worker)
    killed_at = datetime.now(UTC)
    assert len(trainer) == 1
    wait_for("the trainer to end with its parent", lambda: all(map(is_gone, trainer)))
    assert home.state(job.id) == "running"
    assert not (run_folder / "result.json").exists()

    home.start_worker()
    wait_for("the job to end", lambda: home.engine.store.jobs.get(job.id).state.is_final)
    ended = home.engine.store.jobs.get(job.id)
    assert ended.state is JobState.SUCCEEDED, ended.error
    assert ended.attempts <= 2
    assert "comparison_error" not in ended.result
    runs = home.engine.store.runs.list("anna")
    assert [run.id for run in runs] == [job.id]
    assert len(home.engine.store.snapshots.get("anna", runs[0].snapshot_id).rows) == count
    steps = [step for step in home.engine.store.runs.steps(job.id) if step.loss is not None]
    assert [step.step for step in steps] == list(range(1, runs[0].total_steps + 1))
    # It went on from the checkpoint: what lies before it was not done again.
    assert all(step.at < killed_at for step in steps[:reached])
    assert steps[-1].at > killed_at
    (version,) = home.engine.versions("anna")
    assert version.number == ended.result["version"] == 1
    assert version.base_model == "tiny"
    assert (home.folder / version.gguf_path).stat().st_size > 0
    assert len(version.comparisons) == len(evaluation_prompts())
    assert any(pair.before != pair.after for pair in version.comparisons)


@pytest.mark.prove
def test_trainings_that_wait_for_each_other_share_a_process(home: Home) -> None:
    """Set up once for all of them, and gone with the last one."""
    home.start("engine.serving.process")
    jobs = []
    for user_id in ("anna", "ben"):
        keep_examples(home, user_id)
        jobs.append(home.engine.start_training(user_id))
    worker = home.start_worker()
    pids = []
    for job in jobs:
        wait_for("a step", lambda job=job: home.engine.store.runs.steps(job.id))
        pids += [process.pid for process in trainers(worker.pid)]
        wait_for("the end", lambda job=job: home.engine.store.jobs.get(job.id).state.is_final)
    assert len(pids) == 2
    assert pids[0] == pids[1]
    assert not trainers(worker.pid)
    for job in jobs:
        assert home.engine.store.jobs.get(job.id).state is JobState.SUCCEEDED
        log = home.folder / "runs" / job.user_id / job.id / "train.log"
        assert "step" in log.read_text(encoding="utf-8")


def newest_step(run_folder: Path) -> int:
    """The step of the newest whole checkpoint."""
    whole = run_folder.glob("checkpoints/checkpoint-*/manifest.json")
    return max(int(path.parent.name.rpartition("-")[2]) for path in whole)
