"""The verbs of two-phase training: start it, look at it, say that what is accepted is enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.calibration.threshold import threshold_of
from engine.domain.job import Job, JobKind, JobState
from engine.domain.review import Pile, ReviewFilter, ReviewProgress
from engine.domain.two_phase import ROUNDS, Input, TwoPhase, TwoPhaseSettings
from engine.errors import InvalidInput, NotEnoughExamples, NotFound, WrongState
from engine.kinds import Kinds
from engine.settings import Settings
from engine.store import Store
from engine.training.view import training_view
from engine.two_phase.request import check_inputs, new_request, read_settings, settings_of
from engine.views import TrainingView


@dataclass(frozen=True)
class TwoPhaseView:
    """Everything a screen shows of one two-phase training at one moment.

    `phase` is 1 while texts are written and decided about, then 2. `written` texts have come of
    `inputs` so far, `failed` slots got no answer. `where` is the queue of its texts in Review. From
    `needed` accepted texts on a person can say that it is enough. `training` appears with phase 2.
    """

    job: Job
    settings: TwoPhaseSettings
    state: TwoPhase
    phase: int
    inputs: int
    written: int
    failed: int
    progress: ReviewProgress
    where: ReviewFilter
    needed: int
    training: TrainingView | None


class TwoPhaseTraining:
    """All verbs. Kept means a score from `threshold`; `enqueue` hands a job to the worker."""

    def __init__(
        self,
        store: Store,
        kinds: Kinds,
        enqueue: Callable[[Job], None],
        *,
        threshold: float,
        min_examples: int,
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._enqueue = enqueue
        self._threshold = threshold
        self._min_examples = min_examples

    def start(
        self,
        user_id: str,
        inputs: Sequence[Input] = (),
        *,
        kind: str = "stories",
        **settings: Any,
    ) -> Job:
        """Queue a two-phase training; `settings` are those of `TwoPhaseSettings`, by their names.

        Without inputs the kind's own prompts are written about. Raises `InvalidInput`.
        """
        job = self.create(user_id, inputs, kind=kind, state=JobState.QUEUED, **settings)
        self._enqueue(job)
        return job

    def create(
        self,
        user_id: str,
        inputs: Sequence[Input] = (),
        *,
        kind: str = "stories",
        state: JobState = JobState.CREATED,
        **settings: Any,
    ) -> Job:
        """The same, waiting to be started. Raises `InvalidInput`."""
        found, chosen = self._kinds.get(kind), read_settings(settings)
        if chosen.two_phase_training and chosen.target_summaries < self._min_examples:
            raise InvalidInput(
                "target_summaries",
                f"is {chosen.target_summaries}: a training needs at least {self._min_examples}",
            )
        asked = check_inputs(inputs, found)
        most = ROUNDS * len(asked)
        if most < self._needed(chosen):
            raise InvalidInput(
                "inputs",
                f"are {len(asked)}, each is written about {ROUNDS} times at most: a training needs "
                f"at least {self._min_examples} texts",
            )
        notices = []
        if most < chosen.target_summaries:
            notices.append(
                f"{len(asked)} inputs give {most} texts at most, {ROUNDS} each: the target of "
                f"{chosen.target_summaries} cannot be reached, phase 1 ends with fewer."
            )
        request = new_request(chosen, found)
        return self._store.two_phases.create(user_id, request, asked, notices, state=state)

    def view(self, user_id: str, job_id: str) -> TwoPhaseView:
        """How a two-phase training stands. Raises `NotFound`."""
        job = self._mine(user_id, job_id)
        settings, state = settings_of(job.request), self._store.two_phases.get(job_id)
        summary = self._store.outcomes.summary(job_id)
        where = ReviewFilter(Pile.WAITING, job_id=job_id)
        progress = self._store.review_queue.progress(
            user_id,
            where,
            threshold=threshold_of(self._store, user_id, self._threshold),
            target=settings.target_summaries,
        )
        training = state.training_job_id
        return TwoPhaseView(
            job=job,
            settings=settings,
            state=state,
            phase=1 if training is None else 2,
            inputs=len(self._store.two_phases.inputs(job_id)),
            written=summary.kept,
            failed=summary.failed,
            progress=progress,
            where=where,
            needed=self._needed(settings),
            training=training_view(self._store, user_id, training) if training else None,
        )

    def newest(self, user_id: str) -> Job | None:
        """The user's newest two-phase training."""
        jobs = self._store.jobs.list(user_id, 200)
        return next((job for job in jobs if job.kind is JobKind.TWO_PHASE), None)

    def enough(self, user_id: str, job_id: str) -> None:
        """Write no more and train on what is accepted now.

        Raises `NotFound`, `WrongState`, and `NotEnoughExamples` for fewer than a training needs.
        """
        job = self._mine(user_id, job_id)
        if job.state.is_final:
            possible = [JobState.QUEUED.value, JobState.RUNNING.value]
            raise WrongState("two-phase training", job.state.value, "go on to phase 2", possible)
        have = self._store.two_phases.count(job_id).accepted
        if have < (needed := self._needed(settings_of(job.request))):
            raise NotEnoughExamples(have, needed)
        self._store.two_phases.update(job_id, enough=True)

    def _needed(self, settings: TwoPhaseSettings) -> int:
        """How many accepted texts are enough."""
        return self._min_examples if settings.two_phase_training else 1

    def _mine(self, user_id: str, job_id: str) -> Job:
        job = self._store.jobs.get_for(user_id, job_id)
        if job.kind is not JobKind.TWO_PHASE:
            raise NotFound("two-phase training", job_id)
        return job


def open_two_phase(
    settings: Settings, store: Store, kinds: Kinds, enqueue: Callable[[Job], None]
) -> TwoPhaseTraining:
    """The verbs of one home."""
    return TwoPhaseTraining(
        store,
        kinds,
        enqueue,
        threshold=settings.keep_threshold,
        min_examples=settings.min_examples,
    )
