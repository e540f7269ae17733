"""Statistics: what counts as a success, and whose time is averaged."""

from __future__ import annotations

from engine.domain.job import JobKind, JobState
from engine.overview.statistics import statistics_of
from engine.store.workload import Ending

TRAINING, AUTO = JobKind.TRAINING, JobKind.AUTO_TRAIN


def test_cancelled_jobs_are_neither_success_nor_failure() -> None:
    found = statistics_of(
        [
            Ending(TRAINING, JobState.SUCCEEDED, 100.0),
            Ending(TRAINING, JobState.SUCCEEDED, 200.0),
            Ending(TRAINING, JobState.FAILED, 9999.0),
            Ending(TRAINING, JobState.CANCELLED, None),
            Ending(AUTO, JobState.CANCELLED, None),
        ]
    )
    assert found.jobs == 5
    assert (found.success_rate, found.average_seconds) == (2 / 3, 150.0)
    by_kind = {each.kind: each for each in found.by_kind}
    training, auto = by_kind[TRAINING], by_kind[AUTO]
    assert (training.jobs, training.succeeded, training.failed, training.cancelled) == (4, 2, 1, 1)
    assert (training.success_rate, training.average_seconds) == (2 / 3, 150.0)
    assert (auto.jobs, auto.success_rate, auto.average_seconds) == (1, None, None)


def test_without_jobs_there_is_no_rate() -> None:
    found = statistics_of([])
    assert (found.jobs, found.success_rate, found.by_kind) == (0, None, ())
    assert found.average_seconds is None
