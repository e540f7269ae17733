"""The engine's nouns: what it has beside verbs of its own, each with a facade in its package.

A facade is made at its first use, so that a command that needs one pays for no other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from engine.arena import Arena, open_arena
from engine.automation import Automation, open_automation
from engine.autotrain.favourites import Favourites
from engine.budget import Budget, open_budget
from engine.calibration import Calibrator
from engine.data.augmentation import Augmentation, open_augmentation
from engine.data.exports import Exports
from engine.data.imports import Imports
from engine.data.keyword_lists import KeywordLists
from engine.data.leaks import Decontaminator
from engine.data.shelf import Shelf
from engine.data.synthesis import Templates
from engine.data.training_set import Rules
from engine.domain.job import Job, JobKind
from engine.evaluation.benchmarks import Benchmarks
from engine.evaluation.comparing import Comparing
from engine.evaluation.evaluations import Evaluations, open_evaluations
from engine.feedback import Feedback
from engine.judging import Judging
from engine.kinds import Kinds, open_kinds
from engine.lineage import Lineage, open_lineage
from engine.memory import Memory, open_memory
from engine.overview.overview import open_overview
from engine.quality.score import Scorer
from engine.review import Review
from engine.settings import Settings
from engine.store import Store
from engine.style.style import Style
from engine.teaching import Teachers, open_teachers
from engine.training.trainings import Trainings
from engine.two_phase import TwoPhaseTraining, open_two_phase


class Nouns:
    """`enqueue` hands a job to the worker's queue."""

    def __init__(self, settings: Settings, store: Store, enqueue: Callable[[Job], None]) -> None:
        self.settings = settings
        self.store = store
        self.enqueue = enqueue
        self.overview = open_overview(settings, store)

    @property
    def settings_now(self) -> Settings:
        """The settings, local only also where the studio's switch says so; for what may be fetched."""
        return self.settings.model_copy(update={"local_only": self.teachers.local_only})

    @cached_property
    def scorer(self) -> Scorer:
        return Scorer.load()

    @cached_property
    def kinds(self) -> Kinds:
        """What can be written: stories and other kinds of text, the home's own among them."""
        return open_kinds(self.settings.home)

    @cached_property
    def memory(self) -> Memory:
        return open_memory(self.settings.home, self.store, threshold=self.settings.keep_threshold)

    @cached_property
    def review(self) -> Review:
        """What waits for a person and what they decide: engine/review/review.py."""
        threshold = self.settings.keep_threshold
        return Review(self.store, lambda: self.scorer, self.kinds, threshold=threshold)

    @cached_property
    def two_phase(self) -> TwoPhaseTraining:
        """A large model writes, a person decides, a small one learns: engine/two_phase/facade.py."""
        return open_two_phase(self.settings, self.store, self.kinds, self.enqueue)

    @cached_property
    def teachers(self) -> Teachers:
        """Providers of models and who teaches whom: engine/teaching/teachers.py."""
        return open_teachers(self.settings, self.store, self.budget)

    @cached_property
    def budget(self) -> Budget:
        """Caps, prices and what was spent: engine/budget/budget.py."""
        return open_budget(self.settings.home, self.store)

    @cached_property
    def calibration(self) -> Calibrator:
        """From which score a user's texts are kept: engine/calibration/calibration.py."""
        return Calibrator(self.store, self.settings.keep_threshold)

    @cached_property
    def feedback(self) -> Feedback:
        """Thumbs with reasons, the A/B, and what they come to: engine/feedback/feedback.py."""
        return Feedback(self.store)

    @cached_property
    def judging(self) -> Judging:
        """A model that judges texts near the threshold, if one was chosen: engine/judging/judging.py."""
        return Judging(self.store, self.settings.home, self.teachers)

    @cached_property
    def shelf(self) -> Shelf:
        """A user's examples, looked through a page at a time: engine/data/shelf.py."""
        return Shelf(self.store, threshold=self.settings.keep_threshold)

    @cached_property
    def imports(self) -> Imports:
        """Files that become examples: engine/data/imports.py."""
        home, kinds, teachers = self.settings.home, self.kinds, self.teachers
        return Imports(home, self.store, kinds, teachers, lambda: self.scorer, self._start)

    @cached_property
    def lineage(self) -> Lineage:
        """Training sets, what was trained on what, erasure: engine/lineage/lineage.py."""
        rules = self.training_rules
        return open_lineage(self.settings, self.store, self.memory, self._start, rules)

    @cached_property
    def exports(self) -> Exports:
        """Examples as files for other programs: engine/data/exports.py."""
        home, threshold = self.settings.home, self.settings.keep_threshold
        return Exports(home, self.store, self.kinds, threshold=threshold)

    @cached_property
    def keywords(self) -> KeywordLists:
        """Words that texts must not lose, marked and counted: engine/data/keyword_lists.py."""
        return KeywordLists(self.store, threshold=self.settings.keep_threshold)

    @cached_property
    def templates(self) -> Templates:
        """Prompts with placeholders, written by the teacher: engine/data/synthesis.py."""
        return Templates(self.store, self.kinds, self._start)

    @cached_property
    def training_rules(self) -> Rules:
        """How training sets are made: engine/data/training_set.py."""
        most, embed = self.settings.data_augmentation, self.memory.indexing.embed
        return Rules(self.settings.home, most, embed, self.benchmarks.held_out)

    @cached_property
    def benchmarks(self) -> Benchmarks:
        """Sets of prompts that users measure models by: engine/evaluation/benchmarks.py."""
        return Benchmarks(self.store, self.kinds)

    @cached_property
    def decontaminator(self) -> Decontaminator:
        """Which training rows repeat held-out ones: engine/data/leaks.py."""
        threshold = self.settings.keep_threshold
        return Decontaminator(self.store, self.training_rules, threshold=threshold)

    @cached_property
    def augmentation(self) -> Augmentation:
        """Rewordings of kept examples: engine/data/augmentation/augmentation.py."""
        return open_augmentation(self.settings, self.store, lambda: self.scorer, self._start)

    @cached_property
    def automation(self) -> Automation:
        """What starts by itself, and at how many examples: engine/automation/automation.py."""
        return open_automation(self.settings, self.store, self.kinds, self.enqueue)

    @cached_property
    def trainings(self) -> Trainings:
        """Recipes, configurations, and what a training by one may be: engine/training/trainings.py."""
        return Trainings(
            self.settings,
            self.store,
            self.imports,
            self.calibration,
            self.training_rules,
            local_only=lambda: self.teachers.local_only,
        )

    @cached_property
    def arena(self) -> Arena:
        """Blind pairs of answers, votes on them, ratings of models: engine/arena/arena.py."""
        return open_arena(self.settings, self.store, self.teachers, self.kinds, lambda: self.scorer)

    @cached_property
    def style(self) -> Style:
        """How near a version comes to its user's own writing: engine/style/style.py."""
        return Style(self.store, self.kinds)

    @cached_property
    def evaluations(self) -> Evaluations:
        """Having any model measured, and what that says: engine/evaluation/evaluations.py."""
        return open_evaluations(self.settings, self.store, self.teachers, self._start)

    @cached_property
    def comparing(self) -> Comparing:
        """Two measured models beside each other: engine/evaluation/comparing.py."""
        return Comparing(self.store, threshold=self.settings.keep_threshold)

    @cached_property
    def favourites(self) -> Favourites:
        """Genre mixes that users have saved: engine/autotrain/favourites.py."""
        return Favourites(self.store)

    def _start(self, user_id: str, kind: JobKind, request: dict[str, object]) -> Job:
        job = self.store.jobs.create(user_id, kind, request)
        self.enqueue(job)
        return job
