"""Jobs that are made now and started later, and looked at in between: the verbs for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.autotrain.plan import new_request
from engine.domain.job import Job, JobKind, JobState
from engine.engine import Engine
from engine.errors import InvalidInput, NotEnoughExamples
from engine.jobs.events import JobHistory, history
from engine.training.recipe import parse_config
from models.catalog import base_models


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


def create_training(
    engine: Engine,
    user_id: str,
    recipe: str | None = None,
    *,
    config: Mapping[str, Any] | None = None,
    kind: str | None = None,
) -> Job:
    """A training that waits to be started, by the recipe of the settings, another or a configuration.

    A program names a base of the catalog, never a path of this machine. Raises `InvalidInput`, and
    what `trainings.request` raises.
    """
    chosen = None if config is None else parse_config(config)
    if chosen and recipe:
        raise InvalidInput("recipe", "and config exclude each other: name one")
    if chosen and chosen.model.base_model and chosen.model.base_model not in catalog_names():
        raise InvalidInput("model.base_model", f"must be one of {', '.join(catalog_names())}")
    if kind is not None:
        engine.kinds.get(kind)
    request = engine.trainings.request(user_id, recipe, config=chosen, kind=kind)
    return _create(engine, user_id, JobKind.TRAINING, request)


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


def catalog_names() -> list[str]:
    """How bases can be named: as in the catalog, or as on the hub."""
    return [name for base in base_models() for name in (base.name, base.hub) if name]


def _create(engine: Engine, user_id: str, kind: JobKind, request: dict[str, object]) -> Job:
    engine.ensure_user(user_id)
    return engine.store.jobs.create(user_id, kind, request, state=JobState.CREATED)
