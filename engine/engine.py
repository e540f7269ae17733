"""The engine: every verb of the studio, the same from a page, a program or a terminal.

Light: importing and using it loads no torch. Long work becomes a job, which the worker runs; the
verbs here only write rows and enqueue.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Literal

from engine.autotrain.favourites import Mixes, with_mix
from engine.autotrain.plan import check_request
from engine.autotrain.run import Readiness, readiness
from engine.domain.example import Author
from engine.domain.genre import Genre
from engine.domain.job import Job, JobKind
from engine.domain.story import Draft, Story
from engine.domain.version import Version
from engine.errors import InvalidInput, NotEnoughExamples, NotFound
from engine.memory.address import address
from engine.memory.memory import Memory
from engine.quality.score import Scorer
from engine.serving.resolve import student, teacher, wait_for
from engine.settings import Settings
from engine.store import Store
from engine.views import AutoTrainView, Estimate, TrainingView
from engine.writing.writer import Sampling, Writing, save_edit

Writer = Literal["teacher", "student"]


class Engine:
    """All verbs. `enqueue` hands a job to the worker's queue."""

    def __init__(self, settings: Settings, store: Store, enqueue: Callable[[Job], None]) -> None:
        self.settings = settings
        self.store = store
        self._enqueue = enqueue

    @cached_property
    def scorer(self) -> Scorer:
        return Scorer.load()

    @cached_property
    def memory(self) -> Memory:
        """What the user's memory can do: engine/memory/memory.py."""
        home, threshold = self.settings.home, self.settings.keep_threshold
        return Memory(self.store, lambda: address(home), threshold=threshold)

    # People

    def users(self) -> list[str]:
        """Local user names, oldest first."""
        return self.store.users.list()

    def ensure_user(self, user_id: str) -> None:
        """Make the user if new. Raises `InvalidInput` for a name that cannot be used."""
        self.store.users.ensure(user_id)

    # Writing

    def genres(self) -> list[str]:
        """Names of the genres, in their order."""
        return [genre.value for genre in Genre]

    def start_story(
        self, user_id: str, prompt: str, *, genre: str | None = None, style: str | None = None
    ) -> Story:
        """A new story on the user's shelf, without text yet."""
        if not prompt.strip():
            raise InvalidInput("prompt", "is empty: write what the story is about")
        if len(prompt) > 4000:
            raise InvalidInput("prompt", f"is {len(prompt):,} characters long, at most 4,000 fit")
        if genre is not None and genre not in self.genres():
            raise InvalidInput("genre", f"must be of {', '.join(self.genres())}; got {genre!r}")
        return self.store.stories.create(
            user_id, prompt=prompt.strip(), kind="stories", genre=genre, style=style
        )

    def write(
        self,
        user_id: str,
        story_id: str,
        *,
        writer: Writer = "teacher",
        sampling: Sampling | None = None,
        continue_draft: Draft | None = None,
    ) -> Writing:
        """Another draft of a story. Raises `Unavailable` when that model is not served in time."""
        story = self.store.stories.get(user_id, story_id)
        if writer == "student":
            version = self.store.versions.active(user_id)
            if version is None:
                raise NotFound("trained model of", user_id)
            model = wait_for(lambda: student(self.store, version))
            author = Author.STUDENT
        else:
            model, author = wait_for(lambda: teacher(self.store)), Author.TEACHER
        return Writing(
            self.store,
            self.scorer,
            model,
            author,
            story,
            sampling=sampling or Sampling(),
            threshold=self.settings.keep_threshold,
            so_far=continue_draft.text if continue_draft else "",
        )

    def save_edit(self, user_id: str, story_id: str, text: str) -> Draft:
        """A person's own version of a text: a new draft, and an example written by a person."""
        story = self.store.stories.get(user_id, story_id)
        threshold = self.settings.keep_threshold
        return save_edit(self.store, self.scorer, story, text, threshold=threshold)

    def rate(self, user_id: str, example_id: str, feedback: int) -> None:
        """A thumb up (1), down (-1, no longer trained on) or none (0)."""
        self.store.examples.set_feedback(user_id, example_id, feedback)

    # Auto-training

    def estimate(self, num_examples: int) -> Estimate:
        """Time and tokens for so many examples, from this machine's own last answers."""
        seconds_a_slot, measured_on = self.store.outcomes.seconds_a_slot(limit=200)
        if not measured_on:
            seconds_a_slot, measured_on = 16.0, 0  # two cores, eight answers in flight
        in_flight = min(self.settings.generation_slots, num_examples)
        return Estimate(
            seconds=seconds_a_slot * num_examples / in_flight,
            tokens=num_examples * 300,
            money=0.0,
            measured_on=measured_on,
        )

    def start_auto_train(
        self,
        user_id: str,
        num_examples: int,
        mix: Mapping[str, float] | None = None,
        *,
        store_in_memory: bool = False,
    ) -> Job:
        """Queue an auto-training. `mix` weighs genres; none = all alike. Raises `InvalidInput`."""
        check_request(num_examples, mix or {})
        request = {
            "num_examples": num_examples,
            "mix": dict(mix or {}),
            "store_in_memory": store_in_memory,
            "seed": secrets.randbelow(2**31),
        }
        return self._start(user_id, JobKind.AUTO_TRAIN, request)

    def auto_train_view(self, user_id: str, job_id: str, *, limit: int = 50) -> AutoTrainView:
        """The state of one auto-training with its newest kept and rejected texts."""
        job = self.store.jobs.get_for(user_id, job_id)
        return AutoTrainView(
            job=job,
            summary=self.store.outcomes.summary(job_id),
            kept=self.store.outcomes.kept(job_id, limit=limit),
            rejected=self.store.outcomes.rejected(user_id, job_id, limit=limit),
        )

    def readiness(self, user_id: str) -> Readiness:
        """How far the next training is."""
        return readiness(
            self.store,
            user_id,
            threshold=self.settings.keep_threshold,
            train_at=self.settings.train_at,
            min_examples=self.settings.min_examples,
        )

    # Training

    def start_training(self, user_id: str) -> Job:
        """Queue a training on everything trainable. Raises `NotEnoughExamples`."""
        ready = self.readiness(user_id)
        if not ready.can_train:
            raise NotEnoughExamples(ready.total, ready.needed)
        running = [job for job in self.active_jobs(user_id) if job.kind is JobKind.TRAINING]
        if running:
            return running[0]
        return self._start(user_id, JobKind.TRAINING, {"recipe": self.settings.recipe})

    def train_when_ready(self, user_id: str) -> Job | None:
        """Queue a training if enough was kept since the last one; what the worker calls."""
        if self.settings.train_at == 0 or self.readiness(user_id).until_next > 0:
            return None
        return self.start_training(user_id) if self.readiness(user_id).can_train else None

    def training_view(self, user_id: str, job_id: str) -> TrainingView:
        """The state of one training with its curve."""
        job = self.store.jobs.get_for(user_id, job_id)
        run = next((run for run in self.store.runs.list(user_id) if run.id == job_id), None)
        version = self.store.versions.by_id(run.version_id) if run and run.version_id else None
        return TrainingView(job, run, self.store.runs.steps(job_id) if run else [], version)

    # Jobs

    def _start(self, user_id: str, kind: JobKind, request: dict[str, object]) -> Job:
        job = self.store.jobs.create(user_id, kind, request)
        self._enqueue(job)
        return job

    def active_jobs(self, user_id: str) -> list[Job]:
        """Queued and running jobs, oldest first."""
        return self.store.jobs.active(user_id)

    def jobs(self, user_id: str, limit: int = 20) -> list[Job]:
        """Jobs, newest first."""
        return self.store.jobs.list(user_id, limit)

    def cancel(self, user_id: str, job_id: str) -> Job:
        """Ask a job to stop; everything it kept stays."""
        return self.store.jobs.request_cancel(user_id, job_id)

    # Versions

    def versions(self, user_id: str) -> list[Version]:
        """Versions of `zega-<user_id>`, newest first."""
        return self.store.versions.list(user_id)

    def active_version(self, user_id: str) -> Version | None:
        """The version that answers as the student; None = the untrained base."""
        return self.store.versions.active(user_id)

    def activate(self, user_id: str, number: int | None) -> None:
        """Make a version answer (None = the base), without a restart. Raises `NotFound`."""
        version = None if number is None else self.store.versions.get(user_id, number)
        self.store.versions.activate(user_id, version.id if version else None)

    def roll_back(self, user_id: str) -> Version | None:
        """Go back to the version that was active before."""
        previous = self.store.versions.previous(user_id)
        self.store.versions.activate(user_id, previous.id if previous else None)
        return previous

    # Favourites

    def favourites(self, user_id: str) -> Mixes:
        """Genre mixes the user has saved, by name."""
        return dict(self.store.preferences.get(user_id, "favourite_mixes", {}))

    def save_favourite(self, user_id: str, name: str, mix: Mapping[str, float] | None) -> None:
        """Keep a genre mix under a name; None forgets it. Raises `InvalidInput`."""
        mixes = with_mix(self.favourites(user_id), name, mix)
        self.store.preferences.set(user_id, "favourite_mixes", mixes)
