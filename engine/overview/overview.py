"""The overview's verbs: every figure of the dashboard, for pages, programs and terminals alike.

Nothing here is stored or cached: each answer is counted when it is asked for, from rows that the
other verbs wrote. `scripts/bench_dashboard.py` says how long that takes. Who looks at a training again and
again follows it (following.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.automation.train_at import train_at_of
from engine.autotrain.readiness import Readiness, readiness
from engine.calibration.threshold import threshold_of
from engine.domain.job import JobKind, JobState
from engine.domain.style import StyleReport
from engine.domain.version import Version
from engine.errors import InvalidInput
from engine.overview.curves import Curve, as_csv
from engine.overview.following import FollowedCurves, FollowedRun
from engine.overview.growth import GenreGap, Growth, every_genre, gaps_of, growth_of
from engine.overview.next_step import NextStep, Situation, next_step
from engine.overview.quality import ScoreDistribution, distribution_of
from engine.overview.resources import Resources, resources_of
from engine.overview.run_report import RunReport
from engine.overview.statistics import Statistics, statistics_of
from engine.settings import Settings
from engine.store import Store
from engine.store.curves import RunLine
from engine.store.growth import Dimension
from engine.store.workload import Ending, Move, Waiting
from engine.style.kept import kept


@dataclass(frozen=True)
class Figures:
    """The four figures: usable examples, their median score with n, the active version with its
    held-out gain (None: the base answers) and its style (None: not measured), and the newest version
    with its verdict."""

    usable: int
    median_quality: float | None
    active: Version | None
    newest: Version | None
    style: StyleReport | None = None


@dataclass(frozen=True)
class Board:
    """Everything on the dashboard that does not move by itself."""

    figures: Figures
    next_step: NextStep
    genres: dict[str, int]
    gaps: tuple[GenreGap, ...]
    scores: ScoreDistribution
    runs: list[RunLine]
    statistics: Statistics


class Overview:
    """All verbs of the overview. Those that take a user tell of that user's work only."""

    def __init__(
        self, store: Store, home: Path, *, threshold: float, train_at: int, min_examples: int
    ) -> None:
        self._store = store
        self._home = home
        self._threshold = threshold
        self._train_at = train_at
        self._min_examples = min_examples

    def board(self, user_id: str) -> Board:
        """All of it at once, each table looked at no more often than needed."""
        genres, scores = self.genres(user_id), self.scores(user_id)
        endings = self._store.workload.endings(user_id)
        figures = self._figures(user_id, scores)
        gaps = tuple(gaps_of(genres))
        return Board(
            figures=figures,
            next_step=next_step(self._situation(user_id, figures, gaps, endings)),
            genres=genres,
            gaps=gaps,
            scores=scores,
            runs=self.runs(user_id),
            statistics=statistics_of(endings),
        )

    def figures(self, user_id: str) -> Figures:
        """The four figures."""
        return self._figures(user_id, self.scores(user_id))

    def next_step(self, user_id: str) -> NextStep:
        """What to do next."""
        return self.board(user_id).next_step

    # The collection

    def growth(self, user_id: str, by: str = "genre") -> Growth:
        """Usable examples over time, by genre, kind or generator. Raises `InvalidInput`."""
        if by not in list(Dimension):
            raise InvalidInput("by", f"must be of {', '.join(Dimension)}; got {by!r}")
        rows = self._store.growth.days(
            user_id, Dimension(by), threshold=threshold_of(self._store, user_id, self._threshold)
        )
        return growth_of(rows, Dimension(by))

    def genres(self, user_id: str) -> dict[str, int]:
        """Usable examples of every genre."""
        return every_genre(
            self._store.growth.genres(
                user_id, threshold=threshold_of(self._store, user_id, self._threshold)
            )
        )

    def gaps(self, user_id: str) -> list[GenreGap]:
        """Genres with few usable examples beside the others, the shortest first."""
        return gaps_of(self.genres(user_id))

    def scores(self, user_id: str) -> ScoreDistribution:
        """How the scores of all texts are spread."""
        return distribution_of(
            self._store.growth.scores(
                user_id, threshold=threshold_of(self._store, user_id, self._threshold)
            )
        )

    # Trainings

    def runs(self, user_id: str) -> list[RunLine]:
        """Every training, newest first."""
        return self._store.curves.runs(user_id)

    def run(self, user_id: str, run_id: str) -> RunReport:
        """One training as it is now, with its pace and health; of a two-phase training its second
        phase. Raises NotFound."""
        return self.follow_run(user_id, run_id).look()

    def follow_run(self, user_id: str, run_id: str) -> FollowedRun:
        """The same for who looks again and again."""
        return FollowedRun(self._store, user_id, run_id)

    def curves(self, user_id: str, run_ids: Sequence[str]) -> list[Curve]:
        """The losses of these trainings, thinned for display, in this order. One that has logged
        nothing yet, or is another user's, is left out."""
        return self.follow_curves(user_id, run_ids).look()

    def follow_curves(self, user_id: str, run_ids: Sequence[str]) -> FollowedCurves:
        """The same for who looks again and again."""
        return FollowedCurves(self._store, user_id, run_ids)

    def curves_csv(self, user_id: str, run_ids: Sequence[str]) -> str:
        """Every logged step of these trainings as CSV, complete."""
        runs = [run for run in self.runs(user_id) if run.id in run_ids]
        return as_csv(runs, self._store.curves.steps(user_id, run_ids))

    # Jobs and the machine

    def queue(self, user_id: str) -> list[Waiting]:
        """Running and waiting jobs in the order of their turns."""
        return self._store.workload.waiting(user_id)

    def move(self, user_id: str, job_id: str, to: str) -> list[Waiting]:
        """Move a waiting job to the front, up, down or to the back of one's own jobs of its kind;
        the queue as it is then. Raises `InvalidInput` and `NotFound`."""
        if to not in list(Move):
            raise InvalidInput("to", f"must be of {', '.join(Move)}; got {to!r}")
        self._store.workload.move(user_id, job_id, Move(to))
        return self.queue(user_id)

    def statistics(self, user_id: str | None = None) -> Statistics:
        """Ended jobs: how many, how often well, how long. None counts everybody's."""
        return statistics_of(self._store.workload.endings(user_id))

    def resources(self) -> Resources:
        """CPU, memory, disk, graphics cards, and the studio's processes."""
        return resources_of(self._home)

    def _figures(self, user_id: str, scores: ScoreDistribution) -> Figures:
        newest = self._store.versions.list(user_id, limit=1)
        active = self._store.versions.active(user_id)
        return Figures(
            usable=sum(scores.usable),
            median_quality=scores.median,
            active=active,
            newest=newest[0] if newest else None,
            style=kept(self._store, active) if active else None,
        )

    def _situation(
        self,
        user_id: str,
        figures: Figures,
        gaps: tuple[GenreGap, ...],
        endings: Sequence[Ending],
    ) -> Situation:
        ready = self._readiness(user_id)
        open_kinds = {waiting.job.kind for waiting in self.queue(user_id)}
        last: dict[JobKind, JobState] = {}
        for ending in endings:
            last.setdefault(ending.kind, ending.state)
        return Situation(
            total=ready.total,
            new=ready.examples,
            needed=ready.needed,
            train_at=ready.train_at,
            is_training=JobKind.TRAINING in open_kinds,
            last_ended=last,
            undecided=self._undecided(user_id, figures),
            has_version=figures.newest is not None,
            gaps=gaps,
            median=figures.median_quality,
        )

    def _readiness(self, user_id: str) -> Readiness:
        return readiness(
            self._store,
            user_id,
            threshold=threshold_of(self._store, user_id, self._threshold),
            train_at=train_at_of(self._store, user_id, self._train_at),
            min_examples=self._min_examples,
        )

    def _undecided(self, user_id: str, figures: Figures) -> Version | None:
        """The newest version, unless it answers or somebody chose what answers since it was made."""
        newest, active = figures.newest, figures.active
        if newest is None or (active is not None and active.id == newest.id):
            return None
        chosen_at = self._store.versions.changed_at(user_id)
        return newest if chosen_at is None or chosen_at < newest.created_at else None


def open_overview(settings: Settings, store: Store) -> Overview:
    """The overview of the work that these settings keep."""
    return Overview(
        store,
        settings.home,
        threshold=settings.keep_threshold,
        train_at=settings.train_at,
        min_examples=settings.min_examples,
    )
