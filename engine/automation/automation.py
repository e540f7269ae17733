"""The verbs of what starts by itself. The worker looks every few seconds (`look`); all others only
write down what is to happen.

Whatever starts is an ordinary job, which says in its request what started it (`Job.started_by`), and is
cancelled like any other. Rows decide, so a restart of the worker neither loses a turn nor doubles one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.automation.clock import next_run, time_of, zone_of
from engine.automation.train_at import TRAIN_AT, check_train_at, train_at_of
from engine.autotrain.plan import new_request
from engine.calibration.threshold import CUTS, threshold_of
from engine.domain.job import Job
from engine.domain.schedule import Schedule
from engine.errors import InvalidInput, NotFound
from engine.kinds import Kinds
from engine.store import Store

NUM_EXAMPLES = 20
# A person who decides about one text after the other gets so long a pause before the machine is busy,
# unless there is twice as much as was asked for.
CALM = timedelta(seconds=10)


class Automation:
    """`train_at` is the default of who chose none; `enqueue` hands a job to the queue."""

    def __init__(
        self,
        store: Store,
        kinds: Kinds,
        enqueue: Callable[[Job], None],
        *,
        train_at: int,
        threshold: float,
        min_examples: int,
        recipe: str,
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._enqueue = enqueue
        self.default_train_at = train_at
        self._threshold = threshold
        self._min_examples = min_examples
        self._recipe = recipe

    # The threshold

    def train_at(self, user_id: str) -> int:
        """New examples at which a training starts by itself; 0 = never."""
        return train_at_of(self._store, user_id, self.default_train_at)

    def set_train_at(self, user_id: str, train_at: int | None) -> int:
        """Choose the number, None for the studio's default; what holds now. Raises `InvalidInput`."""
        if train_at is None:
            self._store.preferences.delete(user_id, TRAIN_AT)
        else:
            self._store.preferences.set(user_id, TRAIN_AT, check_train_at(train_at))
        return self.train_at(user_id)

    # The schedule

    def schedule(self, user_id: str) -> Schedule | None:
        """The user's daily auto-training, if there is one."""
        return self._store.schedules.get(user_id)

    def last_job(self, user_id: str, schedule: Schedule) -> Job | None:
        """The job of the schedule's last run, as it is now; None if there was none."""
        if schedule.last is None or schedule.last.job_id is None:
            return None
        return self._store.jobs.get_for(user_id, schedule.last.job_id)

    def set_schedule(
        self,
        user_id: str,
        *,
        at: str | None = None,
        zone: str | None = None,
        num_examples: int | None = None,
        mix: Mapping[str, float] | None = None,
        kind: str | None = None,
        store_in_memory: bool | None = None,
        paused: bool | None = None,
    ) -> Schedule:
        """Make the schedule or change what is given of it. Raises `InvalidInput`, also for a first one
        without a time; of everything else there is a default."""
        old = self.schedule(user_id)
        if old is None and at is None:
            raise InvalidInput("at", "must say at which time of day, such as 03:00")
        first = Schedule("", "UTC", NUM_EXAMPLES, {}, "stories", False, None)
        given = {
            "at": at,
            "zone": zone,
            "num_examples": num_examples,
            "mix": None if mix is None else dict(mix),
            "kind": kind,
            "store_in_memory": store_in_memory,
        }
        changed: dict[str, Any] = {
            name: value for name, value in given.items() if value is not None
        }
        new = replace(old or first, **changed)
        time_of(new.at)
        zone_of(new.zone)
        self._request(new)
        pauses = paused if paused is not None else old is not None and old.is_paused
        new = replace(new, next_at=None if pauses else _next_at(old, new))
        self._store.schedules.set(user_id, new)
        return new

    def pause(self, user_id: str, paused: bool = True) -> Schedule:
        """Let no turn come until it is resumed; those that pass meanwhile are not made up for.

        Raises `NotFound` without a schedule.
        """
        if self.schedule(user_id) is None:
            raise NotFound("schedule of", user_id)
        return self.set_schedule(user_id, paused=paused)

    def remove_schedule(self, user_id: str) -> Schedule | None:
        """Forget the schedule, which is given back; a job that it started goes on."""
        found = self.schedule(user_id)
        self._store.schedules.remove(user_id)
        return found

    def run_now(self, user_id: str) -> Job:
        """Start the schedule's auto-training now; its next turn stays. Raises `NotFound`."""
        found = self.schedule(user_id)
        if found is None:
            raise NotFound("schedule of", user_id)
        job = self._store.schedules.start_now(user_id, self._request(found))
        self._enqueue(job)
        return job

    # What the worker does

    def look(self, now: datetime | None = None, *, trainings: bool = True) -> list[Job]:
        """Start what is due, for everybody; the jobs that were made. Schedules cost nothing to ask for,
        `trainings` a count (docs/decisions/015-automation.md)."""
        started = self.start_due(now or datetime.now(UTC))
        return [*started, *self.start_trainings()] if trainings else started

    def start_due(self, now: datetime) -> list[Job]:
        """Start each schedule whose turn has come, once, however many turns were missed."""
        jobs = []
        for user_id, schedule in self._store.schedules.due(now):
            job = self._take_turn(user_id, schedule, now)
            if job is not None:
                self._enqueue(job)
                jobs.append(job)
        return jobs

    def start_trainings(self) -> list[Job]:
        """Start a training for each user who has enough new examples and no unfinished job."""
        chosen = self._store.preferences.of_all(TRAIN_AT)
        if not self.default_train_at and not any(chosen.values()):
            return []
        cuts = self._store.preferences.of_all(CUTS)
        own = {user_id: float(found[-1]) for user_id, found in cuts.items() if found}
        counts = self._store.new_examples.since_tried(threshold=self._threshold, own=own)
        enough = [
            user_id
            for user_id, count in counts.items()
            if 0 < chosen.get(user_id, self.default_train_at) <= count
        ]
        busy = self._store.new_examples.busy() if enough else set()
        jobs = [self.train_when_ready(user_id) for user_id in enough if user_id not in busy]
        return [job for job in jobs if job is not None]

    def train_when_ready(self, user_id: str) -> Job | None:
        """Start a training if enough is new since one was last asked for; else None.

        One that failed, was refused or was cancelled counts as asked for: so nothing starts over and
        over.
        """
        train_at = self.train_at(user_id)
        threshold = threshold_of(self._store, user_id, self._threshold)
        tried = self._store.new_examples.moments(user_id).tried
        new = self._store.new_examples.count(user_id, tried, threshold=threshold)
        if not train_at or new < train_at:
            return None
        if self._store.examples.count_trainable(user_id, threshold=threshold) < self._min_examples:
            return None
        reviews = datetime.now(UTC) - self._store.new_examples.decided_at(user_id) < CALM
        if reviews and new < 2 * train_at:
            return None
        request = {"recipe": self._recipe, "started_by": "threshold", "new_examples": new}
        job = self._store.new_examples.begin_training(user_id, request, tried=tried)
        if job is not None:
            self._enqueue(job)
        return job

    def _take_turn(self, user_id: str, schedule: Schedule, now: datetime) -> Job | None:
        """A schedule that cannot be followed any more says why; without its zone it pauses."""
        assert schedule.next_at is not None, "a paused schedule is never due"
        request, skipped, next_at = None, "", None
        try:
            next_at = next_run(schedule.at, schedule.zone, now)
            request = {**self._request(schedule), "started_by": "schedule"}
        except InvalidInput as error:
            skipped = f"It cannot be started: {error}."
        return self._store.schedules.take_turn(
            user_id, schedule.next_at, next_at, request, at=now, skipped=skipped
        )

    def _request(self, schedule: Schedule) -> dict[str, Any]:
        """What its auto-trainings are asked. Raises `InvalidInput`."""
        return new_request(
            schedule.num_examples,
            schedule.mix,
            store_in_memory=schedule.store_in_memory,
            kind=self._kinds.get(schedule.kind),
        )


def _next_at(old: Schedule | None, new: Schedule) -> datetime:
    """The next turn of a schedule that is not paused; a turn that has come stays, whatever else changed."""
    if old is not None and (old.at, old.zone) == (new.at, new.zone) and old.next_at is not None:
        return old.next_at
    return next_run(new.at, new.zone, datetime.now(UTC))
