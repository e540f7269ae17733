"""The engine: every verb of the studio, the same from a page, a program or a terminal.

Light: it loads no torch. Long work becomes a job for the worker; verbs only write rows and enqueue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from engine.automation.train_at import train_at_of
from engine.autotrain.estimate import estimate
from engine.autotrain.plan import new_request
from engine.autotrain.readiness import Readiness, readiness
from engine.autotrain.result import read_result
from engine.autotrain.view import auto_train_view
from engine.domain.genre import Genre
from engine.domain.job import Job, JobKind
from engine.domain.story import Draft, Story
from engine.domain.user import check_user_id
from engine.domain.version import Student, Version
from engine.errors import NotEnoughExamples
from engine.evaluation.parent import evaluate
from engine.evaluation.text_loss import TextLoss
from engine.jobs.waiting import OnProgress, check_ended_well, quietly, wait_for_end
from engine.lock import is_held
from engine.nouns import Nouns
from engine.quality.bench import BenchReport, bench
from engine.quality.judge import judge
from engine.store.collection import CollectionStats
from engine.training.config import TrainingConfig
from engine.training.trainings import is_same
from engine.training.view import training_view
from engine.views import AutoTrainResult, AutoTrainView, Estimate, Scored, TrainingView
from engine.writing.begin import Writer, begin, check_request
from engine.writing.edit import save_edit
from engine.writing.writer import Sampling, Writing


class Engine(Nouns):
    """All verbs."""

    # People

    def users(self) -> list[str]:
        """Local user names, in alphabetical order."""
        return self.store.users.list()

    def ensure_user(self, user_id: str) -> None:
        """Make the user if new. Raises `InvalidInput` for a name that cannot be used."""
        self.store.users.ensure(user_id)

    # Writing

    def genres(self) -> list[str]:
        """Names of the genres, in their order."""
        return [genre.value for genre in Genre]

    def start_story(
        self,
        user_id: str,
        prompt: str,
        *,
        genre: str | None = None,
        style: str | None = None,
        kind: str = "stories",
    ) -> Story:
        """A new story, or text of another kind, on the user's shelf; without text yet."""
        check_request(self.kinds.get(kind), prompt, genre=genre, style=style)
        return self.store.stories.create(
            user_id, prompt=prompt.strip(), kind=kind, genre=genre, style=style
        )

    def write(
        self,
        user_id: str,
        story_id: str,
        *,
        writer: Writer = "teacher",
        sampling: Sampling | None = None,
        continue_draft: Draft | None = None,
        memory: bool = False,
        unseen: bool = False,
    ) -> Writing:
        """Another draft, with the user's `memory` of it or without; `unseen`: the A/B may draw who
        writes (engine/writing/trial.py). Raises `Unavailable`."""
        return begin(
            self.store,
            self.scorer,
            self.teachers,
            self.kinds,
            self.store.stories.get(user_id, story_id),
            writer,
            sampling=sampling or Sampling(),
            threshold=self.calibration.threshold(user_id),
            continued=continue_draft,
            share=self.feedback.share(user_id) if unseen else 0,
            memory=self.memory if memory else None,
            context=self.settings.context,
        )

    def save_edit(self, user_id: str, story_id: str, text: str, of: str | None = None) -> Draft:
        """A person's own version of a text, `of` a draft: a new draft, and an example they wrote."""
        story = self.store.stories.get(user_id, story_id)
        kind, threshold = self.kinds.find(story.kind), self.calibration.threshold(user_id)
        return save_edit(self.store, self.scorer, kind, story, text, of, threshold=threshold)

    def score(
        self, text: str, kind: str = "stories", genre: str | None = None, prompt: str = ""
    ) -> Scored:
        """The quality score of any text; nothing is stored. Raises `InvalidInput`."""
        threshold, found = self.settings.keep_threshold, self.kinds.get(kind)
        return judge(self.scorer, found, text, genre=genre, prompt=prompt, threshold=threshold)

    def score_bench(self, folder: Path, *, seed: int = 0) -> BenchReport:
        """How well the score ranks novels' passages above spoiled ones. Raises `InvalidInput`."""
        return bench(folder, scorer=self.scorer, seed=seed)

    def get_stats(self, user_id: str | None = None) -> CollectionStats:
        """Figures of what was collected for this user; None counts everybody's examples."""
        threshold = self.settings.keep_threshold
        if user_id is not None:
            threshold = self.calibration.threshold(user_id)
        return self.store.collection.stats(user_id, threshold=threshold)

    # Auto-training

    def get_available_training_genres(self) -> list[str]:
        """Names of the genres that can be asked for, in their order."""
        return self.genres()

    def auto_train(
        self,
        user_id: str,
        num_examples: int,
        genres: Sequence[str] | None = None,
        *,
        store_in_memory: bool = False,
        kind: str = "stories",
        on_progress: OnProgress = quietly,
    ) -> AutoTrainResult:
        """Have examples written, scored and kept, and wait for the end. No genres = a random mix.

        The worker does it. Raises `InvalidInput`, `NoWorker`, and `Cancelled` or `JobFailed`, which
        carry how many examples were kept.
        """
        mix = dict.fromkeys(genres or (), 1.0)
        job = self.start_auto_train(
            user_id, num_examples, mix, store_in_memory=store_in_memory, kind=kind
        )
        job = self.wait(user_id, job.id, on_progress)
        check_ended_well(job, kept=self.store.outcomes.summary(job.id).kept)
        return self.auto_train_result(user_id, job.id)

    def estimate(self, num_examples: int, user_id: str | None = None) -> Estimate:
        """Time, tokens and money for so many examples; without a user from the built-in base."""
        return estimate(self.store, self.teachers, self.budget, num_examples, user_id)

    def start_auto_train(
        self,
        user_id: str,
        num_examples: int,
        mix: Mapping[str, float] | None = None,
        *,
        store_in_memory: bool = False,
        kind: str = "stories",
    ) -> Job:
        """Queue an auto-training. `mix` weighs genres; none = all alike. Raises `InvalidInput`."""
        found = self.kinds.get(kind)
        request = new_request(num_examples, mix or {}, store_in_memory=store_in_memory, kind=found)
        return self._start(user_id, JobKind.AUTO_TRAIN, request)

    def auto_train_result(self, user_id: str, job_id: str) -> AutoTrainResult:
        """The closing figures of an auto-training; until it has succeeded, what they are now."""
        job, ready = self.job(user_id, job_id), self.readiness(user_id)
        return read_result(self.store, self.kinds, job, ready)

    def auto_train_view(self, user_id: str, job_id: str, *, limit: int = 50) -> AutoTrainView:
        """The state of one auto-training with its newest kept and rejected texts."""
        return auto_train_view(self.store, user_id, job_id, limit=limit)

    def readiness(self, user_id: str) -> Readiness:
        """How far the next training is."""
        return readiness(
            self.store,
            user_id,
            threshold=self.calibration.threshold(user_id),
            train_at=train_at_of(self.store, user_id, self.settings.train_at),
            min_examples=self.settings.min_examples,
        )

    # Training

    def start_training(
        self,
        user_id: str,
        recipe: str | None = None,
        *,
        config: TrainingConfig | None = None,
        snapshot_id: str | None = None,
        kind: str | None = None,
    ) -> Job:
        """Queue a training on everything trainable, one kind of it or a frozen set, by a recipe or a
        configuration.

        Raises `NotEnoughExamples`, and what `trainings.request` raises.
        """
        if kind is not None:
            self.kinds.get(kind)
        request = self.trainings.request(
            user_id, recipe, config=config, snapshot_id=snapshot_id, kind=kind
        )
        ready = self.readiness(user_id)
        if snapshot_id is None and not ready.can_train:
            raise NotEnoughExamples(ready.total, ready.needed)
        running = [job for job in self.active_jobs(user_id) if job.kind is JobKind.TRAINING]
        same = [job for job in running if is_same(job.request, request)]
        return same[0] if same else self._start(user_id, JobKind.TRAINING, request)

    def train(self, user_id: str, on_progress: OnProgress = quietly) -> Version:
        """Train `zega-<user_id>` on everything trainable and wait for the new version.

        Raises `NotEnoughExamples`, `NoWorker`, `Cancelled` and `JobFailed`.
        """
        job = self.wait(user_id, self.start_training(user_id).id, on_progress)
        check_ended_well(job)
        return self.store.versions.by_id(job.result["version_id"])

    def training_view(self, user_id: str, job_id: str) -> TrainingView:
        """The state of one training with its curve."""
        return training_view(self.store, user_id, job_id)

    # Jobs

    def active_jobs(self, user_id: str) -> list[Job]:
        """Queued and running jobs, oldest first."""
        return self.store.jobs.active(user_id)

    def jobs(self, user_id: str, limit: int = 20) -> list[Job]:
        """Jobs, newest first."""
        return self.store.jobs.list(user_id, limit)

    def job(self, user_id: str, job_id: str) -> Job:
        """One job as it is now. Raises `NotFound`."""
        return self.store.jobs.get_for(user_id, job_id)

    def wait(self, user_id: str, job_id: str, on_progress: OnProgress = quietly) -> Job:
        """The job once it has ended, however; `on_progress` gets it at each change.

        Raises `NotFound`, and `NoWorker` when nobody takes it from the queue.
        """
        return wait_for_end(lambda: self.job(user_id, job_id), on_progress, self.has_worker)

    def has_worker(self) -> bool:
        """Whether jobs are run. A database elsewhere may have its worker elsewhere, too."""
        return not self.store.database.is_sqlite or is_held(self.settings.home / "worker.lock")

    def cancel(self, user_id: str, job_id: str) -> Job:
        """Ask a job to stop; everything it kept stays."""
        job = self.store.jobs.request_cancel(user_id, job_id)
        self.imports.sweep()  # of one that had not begun, the files lie there yet
        return job

    # Versions

    def versions(self, user_id: str) -> list[Version]:
        """Versions of `zega-<user_id>` and of the user's T5, newest first."""
        return self.store.versions.list(user_id)

    def active_version(self, user_id: str, student: Student = Student.ZEGA) -> Version | None:
        """The version that answers as this student; None = the untrained base."""
        return self.store.versions.active(user_id, student)

    def activate(self, user_id: str, number: int | None, student: Student = Student.ZEGA) -> None:
        """Make a version answer as its student (None = the base of `student`), without a restart.

        Raises `NotFound` and `Quarantined`.
        """
        version = None if number is None else self.store.versions.get(user_id, number)
        self.store.versions.activate(user_id, version.id if version else None, student)

    def roll_back(self, user_id: str, student: Student = Student.ZEGA) -> Version | None:
        """Go back to the version of this student that was active before."""
        previous = self.store.versions.previous(user_id, student)
        self.store.versions.activate(user_id, previous.id if previous else None, student)
        return previous

    def evaluate(self, user_id: str, version: Literal["base"] | int, text: str) -> TextLoss:
        """The loss of the base or of a version on a text; the same measure for all (text_loss.py).

        Takes a process of its own for some seconds. Raises `InvalidInput`, `NotFound`,
        `IdentityMismatch`, `ChecksumMismatch` and `EvaluationFailed`.
        """
        check_user_id(user_id)
        chosen = None if version == "base" else self.store.versions.get(user_id, version)
        if chosen is not None:
            chosen.check_usable()
        return evaluate(self.settings_now, chosen, text)
