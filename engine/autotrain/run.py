"""One auto-training from its request to its closing figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from engine.autotrain.generate import Generation
from engine.autotrain.plan import check_request, make_plan
from engine.autotrain.readiness import readiness
from engine.autotrain.result import result_of
from engine.domain.job import Job
from engine.domain.kind import Kind
from engine.judging import SecondOpinion, unjudged
from engine.quality.score import Scorer
from engine.store import Store
from models.base import LanguageModel


def run_auto_train(
    store: Store,
    scorer: Scorer,
    teacher: LanguageModel,
    kind: Kind,
    job: Job,
    *,
    threshold: float,
    train_at: int,
    min_examples: int,
    in_flight: int,
    retry_seconds: float,
    cancelled: Callable[[], bool],
    second_opinion: SecondOpinion = unjudged,
) -> dict[str, Any]:
    """Fill every slot of the job's plan; the figures every door answers with (FEATURES: A5).

    Called again after a kill it goes on with the slots that are missing. Raises `Cancelled`,
    and the teacher's error when it will not answer. `retry_seconds`: see `Generation`.
    """
    mix = check_request(job.request["num_examples"], job.request["mix"], kind)
    slots = make_plan(job.request["num_examples"], mix, seed=job.request["seed"], kind=kind)
    store.jobs.progress(job.id, stage="Writing and scoring", total=len(slots))
    generation = Generation(
        store,
        scorer,
        teacher,
        user_id=job.user_id,
        job_id=job.id,
        threshold=threshold,
        in_flight=in_flight,
        cancelled=cancelled,
        retry_seconds=retry_seconds,
        kind=kind,
        second_opinion=second_opinion,
    )
    generation.run(slots, on_recorded=lambda done: store.jobs.progress(job.id, done=done))
    ready = readiness(
        store, job.user_id, threshold=threshold, train_at=train_at, min_examples=min_examples
    )
    return asdict(result_of(store, kind, job, ready))
