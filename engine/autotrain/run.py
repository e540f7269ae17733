"""One auto-training from its request to its closing figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.autotrain.generate import Generation
from engine.autotrain.plan import check_request, make_plan
from engine.domain.job import Job
from engine.quality.score import Scorer
from engine.store import Store
from models.base import LanguageModel


@dataclass(frozen=True)
class Readiness:
    """How far the next training is. `examples` are trainable ones since the last training.

    `level` is the row of the readiness scale that was reached: not ready, ready, excellent.
    """

    examples: int
    total: int
    until_next: int
    needed: int
    level: str

    @property
    def can_train(self) -> bool:
        """Whether a training started by hand would be accepted."""
        return self.total >= self.needed


def readiness(
    store: Store, user_id: str, *, threshold: float, train_at: int, min_examples: int
) -> Readiness:
    """Counts for one user. The scale is the source's: 10 not ready, 50 ready, 100 excellent."""
    last = store.snapshots.latest(user_id)
    since = last.created_at if last else None
    examples = store.examples.count_trainable(user_id, threshold=threshold, since=since)
    total = store.examples.count_trainable(user_id, threshold=threshold)
    level = "excellent" if examples >= 100 else "ready" if examples >= 50 else "not ready"
    return Readiness(examples, total, max(0, train_at - examples), min_examples, level)


def run_auto_train(
    store: Store,
    scorer: Scorer,
    teacher: LanguageModel,
    job: Job,
    *,
    threshold: float,
    train_at: int,
    min_examples: int,
    in_flight: int,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Fill every slot of the job's plan; the figures every door answers with (FEATURES: A5).

    Called again after a kill it goes on with the slots that are missing. Raises `Cancelled`.
    """
    started = time.monotonic()
    mix = check_request(job.request["num_examples"], job.request["mix"])
    slots = make_plan(job.request["num_examples"], mix, seed=job.request["seed"])
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
    )
    generation.run(slots, on_recorded=lambda done: store.jobs.progress(job.id, done=done))
    ready = readiness(
        store, job.user_id, threshold=threshold, train_at=train_at, min_examples=min_examples
    )
    return result_of(store, job, ready, seconds=time.monotonic() - started)


def result_of(store: Store, job: Job, ready: Readiness, *, seconds: float) -> dict[str, Any]:
    """The answer of an auto-training, exact names."""
    summary = store.outcomes.summary(job.id)
    return {
        "total_requested": summary.successful + summary.failed,
        "successful": summary.successful,
        "failed": summary.failed,
        "kept": summary.kept,
        "rejected": summary.rejected,
        "genre_distribution": summary.genre_distribution,
        "average_quality": round(summary.average_quality, 2),
        "total_time": round(seconds, 1),
        "training_stats": {
            "training_examples": ready.examples,
            "examples_until_next_training": ready.until_next,
        },
        "ready_for_finetuning": ready.until_next == 0,
    }
