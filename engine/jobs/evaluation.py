"""An evaluation as a job: each model that was named answers the same set, and tells its losses on held-out
rows where it can. Who has answered the same before is not asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from engine.cancelling import unless_cancelled
from engine.domain.evaluation import Evaluation, RowMeasure
from engine.domain.job import Job
from engine.domain.version import Student, Version
from engine.engine import Engine
from engine.errors import InvalidInput, NotFound
from engine.evaluation.benchmark_set import BenchmarkSet, benchmark_set, measure_on
from engine.evaluation.contenders import Contender
from engine.evaluation.frozen_set import PROMPTS, FrozenSet, frozen_set, set_of
from engine.evaluation.measure import measure
from engine.evaluation.row_losses import held_out, measure_rows
from engine.jobs.attempt import Attempt, counting
from engine.jobs.comparison import COMPARE_ATTEMPTS, prove_late, wait_until_served
from engine.kinds import stories
from engine.training.config import TrainingConfig
from engine.training.errors import InvalidConfig
from engine.training.recipe import config_of
from models.errors import Unavailable

Losses = Mapping[str | None, Sequence[RowMeasure]]


def evaluate(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """Measure the model of the request, and its rival. Raises `Cancelled`, and what a model raises."""
    find, request = engine.evaluations.contenders.find, job.request
    contenders = [find(job.user_id, request["model"])]
    if request["rival"] is not None:
        contenders.append(find(job.user_id, request["rival"], "rival"))
    owner = next((each.version for each in contenders if each.version), None)
    owner = owner or newest_version(engine, job.user_id)
    losses: Losses = {}
    asked: BenchmarkSet | FrozenSet
    if request["benchmark"] is not None:
        asked = named_set(engine, job.user_id, request["benchmark"])
        prompts = len(asked.rows)
    else:
        asked = frozen_set_of(engine, owner)
        prompts = len(asked.prompts)
        losses = losses_of(engine, job, attempt, asked, owner, contenders)
    measuring = Measuring(engine, job, attempt, asked, losses)
    found, total = [], len(contenders) * prompts
    for place, contender in enumerate(contenders):
        engine.store.jobs.progress(job.id, done=place * prompts, total=total)
        found.append(measuring.measured(contender, place * prompts))
        if contender.version is not None and request["benchmark"] is None:
            prove_late(engine, job, contender.version, attempt)
    engine.store.jobs.progress(job.id, done=total, total=total)
    return {
        "evaluation_id": found[0].id,
        "rival_evaluation_id": found[1].id if len(found) > 1 else None,
        "models": [each.model for each in found],
    }


def named_set(engine: Engine, user_id: str, name: str) -> BenchmarkSet:
    """A benchmark. Raises `NotFound`, and `InvalidInput` for one whose rows were all erased."""
    rows = engine.benchmarks.rows(user_id, name)
    if not rows:
        raise InvalidInput("benchmark", f"{name} has no rows any more: they were erased")
    return benchmark_set(name, rows, engine.kinds)


def frozen_set_of(engine: Engine, owner: Version | None) -> FrozenSet:
    """The frozen set of a version; that of stories while a user has none."""
    if owner is None:
        return frozen_set([stories()])
    snapshot = engine.store.snapshots.get(owner.user_id, owner.snapshot_id)
    config = trained_by(engine, owner)
    prompts = config.evaluation.prompts if config else PROMPTS
    return set_of(engine.store, engine.kinds, snapshot, prompts=prompts)


def newest_version(engine: Engine, user_id: str) -> Version | None:
    """The version whose set the base and teachers are measured on."""
    versions = [each for each in engine.versions(user_id) if each.student is Student.ZEGA]
    return next((each for each in versions if each.quarantined_at is None), None)


def trained_by(engine: Engine, version: Version) -> TrainingConfig | None:
    """What the version was trained by; None when its recipe is not there any more."""
    try:
        return config_of(engine.store.jobs.get(version.run_id).request)
    except (NotFound, InvalidConfig):
        return None


def losses_of(
    engine: Engine,
    job: Job,
    attempt: Attempt,
    asked: FrozenSet,
    owner: Version | None,
    contenders: Sequence[Contender],
) -> Losses:
    """By the version's id (None is the base): losses on held-out rows of the owner's set. What is stored
    is not measured again. Raises `Cancelled`, and what the measuring process raises."""
    own = [each for each in contenders if each.is_own]
    config = trained_by(engine, owner) if owner else None
    if not own or owner is None or config is None:
        return {}
    store = engine.store
    known: dict[str | None, Sequence[RowMeasure]] = {}
    for each in own:
        found = store.evaluations.newest(
            job.user_id, each.version_id, asked.sha256, model=each.name
        )
        if found is not None and found.rows:
            known[each.version_id] = found.rows
    new = [each for each in own if each.version_id not in known]
    examples = held_out(store, store.snapshots.get(owner.user_id, owner.snapshot_id))
    if not new or not examples:
        return known
    store.jobs.progress(job.id, stage="Measuring losses on held-out rows")
    settings, most = engine.settings_now, config.hyperparameters.max_length
    versions = [each.version for each in new if each.version]
    measured = unless_cancelled(
        lambda: measure_rows(
            settings, examples, versions, max_length=most, cancelled=attempt.cancelled
        ),
        attempt.cancelled,
        "The evaluation",
    )
    return {**measured, **known}


class Measuring:
    """One model after the other is asked the same; `losses` are those on held-out rows."""

    def __init__(
        self,
        engine: Engine,
        job: Job,
        attempt: Attempt,
        asked: BenchmarkSet | FrozenSet,
        losses: Losses,
    ) -> None:
        self._engine = engine
        self._job = job
        self._attempt = attempt
        self._asked = asked
        self._losses = losses

    def measured(self, contender: Contender, done: int) -> Evaluation:
        """Its evaluation, stored; `done` answers are there already. A model server that goes away is waited
        for, a few times. Raises `Cancelled`, and what the model raises."""
        for again in Retrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_attempt(COMPARE_ATTEMPTS if contender.is_own else 1),
            reraise=True,
        ):
            with again:
                if contender.is_own:
                    versions = [contender.version] if contender.version else []
                    wait_until_served(self._engine, self._job, versions, self._attempt)
                found = self._once(contender, done)
        return found

    def _once(self, contender: Contender, done: int) -> Evaluation:
        engine, job, cancelled = self._engine, self._job, self._attempt.cancelled
        engine.store.jobs.progress(job.id, stage=f"Asking {contender.name}", done=done)
        contenders = engine.evaluations.contenders
        options: dict[str, Any] = {
            "user_id": job.user_id,
            "name": contender.name,
            "version_id": contender.version_id,
            "in_flight": contenders.in_flight(contender, job.user_id),
            "cancelled": cancelled,
            "on_answer": counting(engine.store, job, done),
        }
        model = contenders.open(
            contender,
            job.user_id,
            job_id=job.id,
            rank=lambda text: engine.scorer.score(text, prompt="", genre=None).score,
            give_up=cancelled,
        )
        if isinstance(self._asked, BenchmarkSet):
            return measure_on(self._asked, engine.store, engine.scorer, model, **options)
        rows = self._losses.get(contender.version_id, ()) if contender.is_own else ()
        return measure(engine.store, engine.scorer, self._asked, model, rows=rows, **options)
