"""Jobs that are made now and started later, and looked at in between: the verbs for programs."""

from __future__ import annotations

from collections.abc import Mapping

from engine.autotrain.plan import new_request
from engine.domain.job import Job, JobKind, JobState
from engine.engine import Engine
from engine.errors import NotEnoughExamples
from engine.jobs.events import JobHistory, history
from engine.training.recipe import load_recipe


def create_auto_train(
    engine: Engine,
    user_id: str,
    num_examples: int,
    mix: Mapping[str, float] | None = None,
    *,
    store_in_memory: bool = False,
    kind: str = "stories",
) -> Job:
    """An auto-training that waits to be started. Raises `InvalidInput`."""
    found = engine.kinds.get(kind)
    request = new_request(num_examples, mix or {}, store_in_memory=store_in_memory, kind=found)
    return _create(engine, user_id, JobKind.AUTO_TRAIN, request)


def create_training(engine: Engine, user_id: str, recipe: str | None = None) -> Job:
    """A training that waits to be started, by the recipe of the settings or another.

    Raises `NotFound` for a recipe that is not there.
    """
    name = recipe or engine.settings.recipe
    load_recipe(name)
    return _create(engine, user_id, JobKind.TRAINING, {"recipe": name})


def start(engine: Engine, user_id: str, job_id: str) -> Job:
    """Queue a created job. Raises `NotFound`, `WrongState`, and `NotEnoughExamples` for a training."""
    job = engine.job(user_id, job_id)
    if job.kind is JobKind.TRAINING and job.state is JobState.CREATED:
        ready = engine.readiness(user_id)
        if not ready.can_train:
            raise NotEnoughExamples(ready.total, ready.needed)
    job = engine.store.jobs.queue(user_id, job_id)
    engine.enqueue(job)
    return job


def watch(engine: Engine, user_id: str, job_id: str, *, after: int = 0) -> JobHistory:
    """The job and its events beyond the id `after`. Raises `NotFound`."""
    return history(engine.store, engine.job(user_id, job_id), after)


def _create(engine: Engine, user_id: str, kind: JobKind, request: dict[str, object]) -> Job:
    engine.ensure_user(user_id)
    return engine.store.jobs.create(user_id, kind, request, state=JobState.CREATED)
