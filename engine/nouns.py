"""The engine's nouns: what it has beside verbs of its own, each with a facade in its package.

A facade is made at its first use, so that a command that needs one pays for no other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from engine.autotrain.favourites import Favourites
from engine.budget import Budget, open_budget
from engine.data.shelf import Shelf
from engine.domain.job import Job, JobKind
from engine.kinds import Kinds, open_kinds
from engine.lineage import Lineage, open_lineage
from engine.memory import Memory, open_memory
from engine.overview.overview import open_overview
from engine.quality.score import Scorer
from engine.review import Review
from engine.settings import Settings
from engine.store import Store
from engine.teaching import Teachers, open_teachers


class Nouns:
    """`enqueue` hands a job to the worker's queue."""

    def __init__(self, settings: Settings, store: Store, enqueue: Callable[[Job], None]) -> None:
        self.settings = settings
        self.store = store
        self.enqueue = enqueue
        self.overview = open_overview(settings, store)

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
        return Review(self.store, lambda: self.scorer, threshold=self.settings.keep_threshold)

    @cached_property
    def teachers(self) -> Teachers:
        """Providers of models and who teaches whom: engine/teaching/teachers.py."""
        return open_teachers(self.settings, self.store, self.budget)

    @cached_property
    def budget(self) -> Budget:
        """Caps, prices and what was spent: engine/budget/budget.py."""
        return open_budget(self.settings.home, self.store)

    @cached_property
    def shelf(self) -> Shelf:
        """A user's examples, looked through a page at a time: engine/data/shelf.py."""
        return Shelf(self.store, threshold=self.settings.keep_threshold)

    @cached_property
    def lineage(self) -> Lineage:
        """Training sets, what was trained on what, erasure: engine/lineage/lineage.py."""
        return open_lineage(self.settings, self.store, self.memory, self._start)

    @cached_property
    def favourites(self) -> Favourites:
        """Genre mixes that users have saved: engine/autotrain/favourites.py."""
        return Favourites(self.store)

    def _start(self, user_id: str, kind: JobKind, request: dict[str, object]) -> Job:
        job = self.store.jobs.create(user_id, kind, request)
        self.enqueue(job)
        return job
