"""The kill proof: whoever is killed at whatever moment, no row is lost or doubled and every job ends.

The short form runs with all tests; `make prove` kills each victim 21 times, three times in each stage.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter

import pytest
from sqlalchemy import create_engine, select, text

from engine.domain.job import JobKind, JobState
from engine.evaluation.compare import evaluation_prompts
from engine.registry.register import ADAPTER_FILE
from engine.store.tables import examples, outcomes
from models.weights import sha256_of
from tests.processes import Home, wait_for
from tests.proofs.killing import SLOTS, VICTIMS, Kill, Studio, of_home, plan_rounds

SEED = 7


def test_a_kill_of_each(home: Home) -> None:
    """All three victims within one auto-training and its training."""
    victims = [("model server", "generating"), ("worker", "training"), ("supervisor", "comparing")]
    assert {name for name, _ in victims} == set(VICTIMS)
    studio = Studio(home, random.Random(SEED))
    kills = studio.play_round("anna", victims)
    check_round(studio, "anna", kills)
    check_end(studio)
    report(kills)


@pytest.mark.prove
@pytest.mark.parametrize("victim", VICTIMS)
def test_many_kills(victim: str, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(f"{SEED} {victim}")
    studio = Studio(home, rng)
    kills = []
    for number, stages in enumerate(plan_rounds(rng)):
        started = time.monotonic()
        done = studio.play_round(f"anna{number}", [(victim, stage) for stage in stages])
        check_round(studio, f"anna{number}", done)
        kills += done
        with capsys.disabled():
            print(f"\n# round {number + 1}: {time.monotonic() - started:.0f} s")
            report(done)
    check_end(studio)
    with capsys.disabled():
        recovery = [kill.seconds for kill in kills]
        print(
            f"# {victim}: {len(kills)} kills, recovery {statistics.median(recovery):.1f} s "
            f"(median), {max(recovery):.1f} s (longest), stages "
            f"{dict(Counter(kill.stage for kill in kills))}"
        )


def check_round(studio: Studio, user: str, kills: list[Kill]) -> None:
    """Everything of this round is there once, and no process is where it should not be."""
    assert [kill for kill in kills if kill.orphans] == []
    wait_for("strangers to end", lambda: not studio.strangers())
    jobs = studio.home.engine.jobs(user)
    assert [job.kind for job in jobs] == [JobKind.TRAINING, JobKind.AUTO_TRAIN]
    assert [(job.state, job.error) for job in jobs] == [(JobState.SUCCEEDED, "")] * 2
    kept = check_rows(studio.home, jobs[1].id, jobs[1].result)
    assert "comparison_error" not in jobs[0].result
    check_version(studio.home, user, jobs[0].id, kept)


def check_rows(home: Home, job_id: str, result: dict[str, object]) -> set[str]:
    """Each slot is recorded once and each kept one has its example; the examples' ids."""
    with home.engine.store.database.read() as connection:
        mine = select(outcomes.c.plan_index, outcomes.c.result).where(outcomes.c.job_id == job_id)
        slots = connection.execute(mine).all()
        found = connection.execute(select(examples).where(examples.c.job_id == job_id)).all()
    assert sorted(slot.plan_index for slot in slots) == list(range(SLOTS))
    kept = sorted(slot.plan_index for slot in slots if slot.result == "kept")
    assert sorted(example.plan_index for example in found) == kept
    assert len({example.completion for example in found}) == len(kept)
    figures = {"total_requested": SLOTS, "failed": 0, "kept": len(kept)}
    assert {name: result[name] for name in figures} == figures
    return {example.id for example in found}


def check_version(home: Home, user: str, job_id: str, kept: set[str]) -> None:
    """One run and one version of it, trained on what was kept, with whole files and comparisons."""
    engine = home.engine
    (run,) = engine.store.runs.list(user)
    assert run.id == job_id
    trained_on = [row[0] for row in engine.store.snapshots.get(user, run.snapshot_id).rows]
    assert len(trained_on) == len(kept)
    assert set(trained_on) == kept
    steps = [step.step for step in engine.store.runs.steps(run.id) if step.loss is not None]
    assert steps == list(range(1, len(steps) + 1))  # it may have stopped early
    assert run.notes == ()
    (version,) = engine.versions(user)
    assert (version.number, version.run_id) == (1, run.id)
    assert sha256_of(home.folder / version.adapter_path / ADAPTER_FILE) == version.adapter_sha256
    assert sha256_of(home.folder / version.gguf_path) == version.gguf_sha256
    assert [path.name for path in (home.folder / "versions" / user).iterdir()] == [run.id]
    assert len(version.comparisons) == len(evaluation_prompts())
    assert all(pair.before and pair.after for pair in version.comparisons)
    assert version.ruling is not None
    measured = engine.store.evaluations.list(user)
    assert {each.version_id for each in measured} == {None, version.id}
    assert len(measured) == 2  # nobody was asked twice


def check_end(studio: Studio) -> None:
    """Stopped, nothing runs any more, and both databases are sound."""
    studio.stop()
    assert of_home(studio.home.folder) == []
    for name in ("zega.db", "jobs.db"):
        database = create_engine(f"sqlite:///{studio.home.folder / name}")
        with database.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        database.dispose()


def report(kills: list[Kill]) -> None:
    """A line a kill."""
    for kill in kills:
        print(f"{kill.victim:13} {kill.stage:12} back after {kill.seconds:5.1f} s")
