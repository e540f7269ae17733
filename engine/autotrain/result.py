"""The closing figures of an auto-training: worked out once, stored with its job, read by all doors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.autotrain.readiness import Readiness
from engine.domain.job import Job, JobKind, JobState
from engine.domain.kind import Kind
from engine.errors import NotFound
from engine.kinds import Kinds
from engine.store import Store
from engine.views import AutoTrainResult, TrainingStats


def result_of(store: Store, kind: Kind, job: Job, ready: Readiness) -> AutoTrainResult:
    """The figures as they are now; `total_time` runs from the job's first start, also over kills."""
    summary = store.outcomes.summary(job.id)
    ended = job.finished_at or datetime.now(UTC)
    return AutoTrainResult(
        total_requested=job.request["num_examples"],
        successful=summary.successful,
        failed=summary.failed,
        genre_distribution=every_genre(summary.genre_distribution, kind),
        average_quality=round(summary.average_quality, 2),
        total_time=round((ended - (job.started_at or ended)).total_seconds(), 1),
        training_stats=TrainingStats(
            training_examples=ready.examples, examples_until_next_training=ready.until_next
        ),
        ready_for_finetuning=ready.has_enough,
        kept=summary.kept,
        rejected=summary.rejected,
    )


def read_result(store: Store, kinds: Kinds, job: Job, ready: Readiness) -> AutoTrainResult:
    """What a job that succeeded ended with; of any other, the figures as they are now.

    Raises NotFound for a job that is no auto-training.
    """
    if job.kind is not JobKind.AUTO_TRAIN:
        raise NotFound("auto-training", job.id)
    kind = kinds.find(job.request.get("kind", "stories"))
    if job.state is not JobState.SUCCEEDED:
        return result_of(store, kind, job, ready)
    found = {
        **job.result,
        "genre_distribution": every_genre(job.result["genre_distribution"], kind),
        "training_stats": TrainingStats(**job.result["training_stats"]),
    }
    return AutoTrainResult(**found)


def every_genre(counts: Mapping[str, int], kind: Kind) -> dict[str, int]:
    """The counts of all genres of a kind, in their order; nothing for a kind without."""
    return {genre: counts.get(genre, 0) for genre in kind.categories}
