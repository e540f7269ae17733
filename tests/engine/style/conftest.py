"""Anna's shelf with texts in one of two voices, and versions trained on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.data.own_text import own_examples
from engine.data.passages import Passage
from engine.domain.evaluation import LossGain
from engine.domain.example import Example
from engine.domain.job import JobKind
from engine.domain.snapshot import Split
from engine.domain.version import AdapterIdentity, Version
from engine.store import Store, open_store
from tests.engine.style.voices import long_winded, passages


class Shelf:
    """Fills the shelf of one user."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.user = "anna"
        store.users.ensure(self.user)

    def own(self, count: int, *, seed: int = 1) -> list[Example]:
        """So many passages of about 160 words of her own."""
        texts = passages(long_winded, count, seed=seed)
        found = [Passage(f"Before {seed}/{n}.", text) for n, text in enumerate(texts)]
        new = own_examples(f"novel{seed}", found, user_id=self.user)
        return [self.store.examples.add(each) for each in new]

    def version(self, examples: list[Example], *, held_out: int) -> Version:
        """The active version, trained on these but for the last few."""
        last = len(examples) - held_out
        rows = [
            (each.id, Split.TEST if place >= last else Split.TRAIN)
            for place, each in enumerate(examples)
        ]
        snapshot = self.store.snapshots.create(self.user, rows, "ab" * 32)
        job = self.store.jobs.create(self.user, JobKind.TRAINING, {"recipe": "quick"})
        names = {"recipe": "quick", "base_model": "tiny"}
        run = self.store.runs.create(
            job.id, self.user, snapshot.id, **names, folder="runs/1", batch_size=4
        )
        version = self.store.versions.add(
            user_id=self.user,
            run_id=run.id,
            snapshot_id=snapshot.id,
            **names,
            adapter_path="versions/1/adapter",
            adapter_sha256="cd" * 32,
            gguf_path="versions/1/adapter.gguf",
            gguf_sha256="ef" * 32,
            identity=AdapterIdentity("01" * 32, "23" * 32, "test"),
            gain=LossGain(3.8, 3.4, 0.4, 0.3, 0.5, 40),
            gain_over_active=None,
            verdict="Better than the base.",
        )
        self.store.versions.activate(self.user, version.id)
        return version


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    store = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    yield Shelf(store)
    store.database.dispose()
