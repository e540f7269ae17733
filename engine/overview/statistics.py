"""How past jobs went: how many, how often well, how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.job import JobKind, JobState
from engine.store.workload import Ending


@dataclass(frozen=True)
class KindStatistics:
    """Ended jobs of one kind. Cancelled ones count as jobs, but neither as success nor as failure.

    `average_seconds` is that of the jobs that succeeded, None without any.
    """

    kind: JobKind
    jobs: int
    succeeded: int
    failed: int
    cancelled: int
    average_seconds: float | None

    @property
    def success_rate(self) -> float | None:
        """Succeeded of succeeded and failed, 0-1; None while there is neither."""
        tried = self.succeeded + self.failed
        return self.succeeded / tried if tried else None


@dataclass(frozen=True)
class Statistics:
    """All ended jobs of a user, or of everybody, and each kind that has any.

    `average_seconds` is that of the jobs that succeeded, None without any.
    """

    jobs: int
    success_rate: float | None
    average_seconds: float | None
    by_kind: tuple[KindStatistics, ...]


def statistics_of(endings: Sequence[Ending]) -> Statistics:
    """The statistics of these jobs."""
    kinds = tuple(
        _of_kind(kind, of_kind)
        for kind in JobKind
        if (of_kind := [ending for ending in endings if ending.kind is kind])
    )
    succeeded = sum(each.succeeded for each in kinds)
    tried = succeeded + sum(each.failed for each in kinds)
    rate = succeeded / tried if tried else None
    return Statistics(len(endings), rate, _average_seconds(endings), kinds)


def _of_kind(kind: JobKind, endings: Sequence[Ending]) -> KindStatistics:
    states = [ending.state for ending in endings]
    return KindStatistics(
        kind=kind,
        jobs=len(endings),
        succeeded=states.count(JobState.SUCCEEDED),
        failed=states.count(JobState.FAILED),
        cancelled=states.count(JobState.CANCELLED),
        average_seconds=_average_seconds(endings),
    )


def _average_seconds(endings: Sequence[Ending]) -> float | None:
    """How long the jobs that succeeded took; None without any."""
    seconds = [
        ending.seconds
        for ending in endings
        if ending.state is JobState.SUCCEEDED and ending.seconds is not None
    ]
    return sum(seconds) / len(seconds) if seconds else None
