"""A training that is cancelled in each of its stages, with all processes real; how long its end takes then
is printed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.example import Author, Source
from engine.domain.job import Job, JobState
from engine.domain.provider import BUILT_IN
from engine.domain.quality import Quality
from engine.engine import Engine
from engine.jobs.going_on import resume
from engine.rendering import story_prompt
from engine.store.examples import NewExample
from engine.training.recipe import parse_config
from tests.fake_llamacpp import good_texts
from tests.processes import Home, wait_for

# How a training's sentences begin, in their order; a stage that is over at once is cancelled in the next.
STAGES = (
    "Making variants",
    "Removing old checkpoints",
    "Freezing",
    "Preparing",
    "Taking its checkpoints over",
    "Training",
    "Measuring",
    "Registering",
    "Waiting",
    "Comparing before and after",
    "Comparing with your own style",
)
CONFIG = {
    "training_data": {"augmentation": 0.2},
    "optimization": {"early_stopping": {"enabled": False}},
}


def is_in(stage: str) -> Callable[[Engine, Job], bool]:
    """Whether a training has come to this stage, or further."""

    def reached(engine: Engine, job: Job) -> bool:
        places = [place for place, begun in enumerate(STAGES) if job.stage.startswith(begun)]
        return places != [] and places[0] >= STAGES.index(stage)

    return reached


def has_stepped(engine: Engine, job: Job) -> bool:
    return len(engine.store.runs.steps(job.id)) >= 2


def is_judged(engine: Engine, job: Job) -> bool:
    """Everybody has answered, and the judge reads."""
    return job.stage == "Comparing before and after" and job.done == job.total > 0


MOMENTS: dict[str, Callable[[Engine, Job], bool]] = {
    "queued": lambda engine, job: True,
    **{stage: is_in(stage) for stage in STAGES if stage != "Taking its checkpoints over"},
    "the first steps": has_stepped,
    "the judge": is_judged,
    "Taking its checkpoints over": is_in("Taking its checkpoints over"),
}


def own_writing(engine: Engine) -> None:
    """Enough of anna's own words for her style to be measured."""
    for row in good_texts():
        engine.store.examples.add(
            NewExample(
                user_id="anna",
                kind="stories",
                genre=row["genre"],
                style=None,
                seed_prompt=row["prompt"],
                prompt=story_prompt(row["prompt"], genre=row["genre"]),
                completion=row["text"],
                source=Source.OWN_WRITING,
                author=Author.PERSON,
                generator="anna",
                quality=Quality(8.0),
            )
        )


@pytest.mark.prove
def test_a_training_is_cancelled_in_every_stage(
    tmp_path: Path, tiny_gguf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home", tiny_gguf)
    try:
        own_writing(home.engine)
        home.engine.judging.choose("anna", BUILT_IN)
        home.start("engine.serving.process")
        home.start_worker()
        earlier = None
        for moment, reached in MOMENTS.items():
            if moment == "Preparing":
                shutil.rmtree(home.folder / "cache" / "bases", ignore_errors=True)
            job = begun(home.engine, earlier if moment.startswith("Taking") else None)
            earlier, seconds = cancelled(home.engine, job, reached), time.monotonic()
            wait_for("the end", lambda job=job: home.engine.store.jobs.get(job.id).state.is_final)
            seconds = time.monotonic() - seconds
            ended = home.engine.store.jobs.get(job.id)
            assert (ended.state, ended.error) == (JobState.CANCELLED, ""), moment
            with capsys.disabled():
                print(f"\n{moment:30} ended {seconds:4.1f} s after its cancel in {ended.stage!r}")
    finally:
        home.close()


def begun(engine: Engine, earlier: Job | None) -> Job:
    """A training that is queued, or one that goes on from another."""
    if earlier is not None:
        return resume(engine, "anna", earlier.id)
    return engine.start_training("anna", config=parse_config(CONFIG))


def cancelled(engine: Engine, job: Job, reached: Callable[[Engine, Job], bool]) -> Job:
    """The training once its cancel is asked for, at this moment of it."""
    wait_for(
        "the moment", lambda: reached(engine, now := engine.store.jobs.get(job.id)) or over(now)
    )
    return engine.cancel("anna", job.id)


def over(job: Job) -> bool:
    assert not job.state.is_final, (job.state, job.error, job.result)
    return False
