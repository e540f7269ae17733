"""Trainings that are looked at again and again: a look reads and works out only what is new since the last.

Where nothing changed, a look gives the very same objects, so that who draws them can tell. Nothing is
shared: whoever looks follows for himself, and lets go of it with the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.job import JobKind
from engine.domain.run import Step
from engine.errors import NotFound
from engine.overview.curves import Curve, curve_of
from engine.overview.run_report import RunReport, run_report
from engine.store import Store
from engine.store.curves import RunLine
from engine.store.runs import Logged


class FollowedSteps:
    """The logged steps of one training."""

    def __init__(self, store: Store, run_id: str) -> None:
        self._store = store
        self._run_id = run_id
        self._logged = Logged(0, None)
        self._rows: dict[tuple[int, bool], Step] = {}
        self._steps: Sequence[Step] = []

    def look(self) -> Sequence[Step]:
        """Every step, in order. A resumed training logs some of them again."""
        logged = self._store.runs.logged(self._run_id)
        if logged != self._logged:
            self._add(self._store.runs.steps(self._run_id, since=self._logged.newest))
            if len(self._rows) != logged.rows:
                self._rows = {}
                self._add(self._store.runs.steps(self._run_id))
            self._steps = [self._rows[key] for key in sorted(self._rows)]
            self._logged = logged
        return self._steps

    def _add(self, steps: Sequence[Step]) -> None:
        self._rows |= {(step.step, step.is_validation): step for step in steps}


class FollowedCurves:
    """The losses of some trainings of one user. Of one that has ended nothing is read again."""

    def __init__(self, store: Store, user_id: str, run_ids: Sequence[str]) -> None:
        self._store = store
        self._user_id = user_id
        self._steps = {run_id: FollowedSteps(store, run_id) for run_id in run_ids}
        self._made: dict[str, tuple[RunLine, Sequence[Step], Curve]] = {}
        self._curves: list[Curve] = []

    def look(self) -> list[Curve]:
        """In the order asked for. One that has logged nothing yet, or is another user's, is left out."""
        if not self._steps:
            return self._curves
        lines = {line.id: line for line in self._store.curves.runs(self._user_id)}
        curves = [
            self._curve(lines[run_id], steps)
            for run_id, steps in self._steps.items()
            if run_id in lines
        ]
        found = [curve for curve in curves if curve is not None]
        if list(map(id, found)) != list(map(id, self._curves)):
            self._curves = found
        return self._curves

    def _curve(self, line: RunLine, following: FollowedSteps) -> Curve | None:
        before = self._made.get(line.id)
        if before is not None and before[0] == line and line.state.is_final:
            return before[2]
        steps = following.look()
        if not steps:
            return None
        if before is None or before[0] != line or before[1] is not steps:
            self._made[line.id] = (line, steps, curve_of(line, steps))
        return self._made[line.id][2]


class FollowedRun:
    """One training as a whole. That of a two-phase training is its second phase."""

    def __init__(self, store: Store, user_id: str, job_id: str) -> None:
        self._store = store
        self._user_id = user_id
        self._job_id = job_id
        self._run_id = ""
        self._steps: FollowedSteps | None = None
        self._seen: tuple[object, ...] = ()
        self._report: RunReport | None = None

    def look(self) -> RunReport:
        """It as it is now. Raises NotFound for another's, or one that has not begun."""
        store, run_id = self._store, self._training_id()
        lines = {line.id: line for line in store.curves.runs(self._user_id)}
        if run_id not in lines:
            raise NotFound("training", run_id)
        if self._steps is None:
            self._steps = FollowedSteps(store, run_id)
        steps, samples = self._steps.look(), tuple(store.runs.samples(run_id))
        job, run, line = store.jobs.get(run_id), store.runs.get(run_id), lines[run_id]
        seen = (job, run, line, samples, id(steps))
        if self._report is None or seen != self._seen:
            self._report = run_report(job, run, line, steps, samples)
            self._seen = seen
        return self._report

    def _training_id(self) -> str:
        """The job that trains, once it is known."""
        if not self._run_id:
            job = self._store.jobs.get_for(self._user_id, self._job_id)
            two_phase = job.kind is JobKind.TWO_PHASE
            training = self._store.two_phases.get(job.id).training_job_id if two_phase else job.id
            if training is None:
                raise NotFound("training", job.id)
            self._run_id = training
        return self._run_id
