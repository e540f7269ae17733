"""A real store for each test: a SQLite file, or Postgres where TEST_POSTGRES_URL names one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.domain.evaluation import (
    Answer,
    Evaluation,
    Figure,
    LossGain,
    Outcome,
    RowMeasure,
    Ruling,
)
from engine.domain.example import Author, Example, Source
from engine.domain.job import Job, JobKind
from engine.domain.passage import PassageType, Scope
from engine.domain.quality import Quality
from engine.domain.run import Run
from engine.domain.snapshot import Snapshot, Split
from engine.domain.story import Draft
from engine.domain.version import AdapterIdentity, Version
from engine.store import Store, open_store
from engine.store.examples import NewExample
from engine.store.outcomes import NewRejected
from engine.store.passages import NewPassage


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of one in this folder, or of a schema of its own on the tests' Postgres."""
    server = os.environ.get("TEST_POSTGRES_URL")
    if not server:
        yield f"sqlite:///{folder / 'zega.db'}"
        return
    schema = f"test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


@contextmanager
def open_for_two(url: str) -> Iterator[Store]:
    """A migrated store with the users anna and ben."""
    opened = open_store(url)
    opened.users.ensure("anna")
    opened.users.ensure("ben")
    yield opened
    opened.database.dispose()


@pytest.fixture
def store_url(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    with empty_database(tmp_path) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with open_for_two(store_url) as opened:
        yield opened


class Make:
    """Stores whatever a test needs to be there first."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def new_example(
        self, user_id: str = "anna", score: float = 8.0, **values: object
    ) -> NewExample:
        """A kept teacher's text, not stored yet; `values` replace any other field."""
        new = NewExample(
            user_id=user_id,
            kind="story",
            genre="fantasy",
            style="in the style of a fairy tale",
            seed_prompt="A wizard loses her map",
            prompt="A wizard loses her map, in the style of a fairy tale",
            completion="Once there was a wizard … 'Später', sagte sie. 🐉",
            source=Source.WRITE,
            author=Author.TEACHER,
            generator="smollm2-135m",
            quality=Quality(score, {"ending": 9.5, "loops": 6.25}, ("one loop",)),
        )
        return replace(new, **values)  # type: ignore[arg-type]

    def example(self, user_id: str = "anna", score: float = 8.0, **values: object) -> Example:
        return self.store.examples.add(self.new_example(user_id, score, **values))

    def draft(self, story_id: str, user_id: str = "anna", **values: Any) -> Draft:
        """A draft that was stopped early, and so has no example, unless `values` say otherwise."""
        fields: dict[str, Any] = {
            "text": "Once there was",
            "model": "smollm2-135m",
            "seconds": 1.0,
            "completion_tokens": 3,
            "finish_reason": "closed",
            "quality": Quality(8.0),
            "example": None,
        }
        return self.store.stories.add_draft(user_id, story_id, **{**fields, **values})

    def job(self, user_id: str = "anna", kind: JobKind = JobKind.AUTO_TRAIN) -> Job:
        return self.store.jobs.create(user_id, kind, {"num_examples": 2})

    def slot_example(self, job: Job, plan_index: int, score: float = 8.0) -> NewExample:
        """What a plan's slot keeps."""
        return self.new_example(
            job.user_id, score, job_id=job.id, plan_index=plan_index, source=Source.AUTO_TRAIN
        )

    def new_rejected(self, score: float, genre: str = "horror") -> NewRejected:
        quality = Quality(score, {"loops": 1.0}, ("loops",))
        return NewRejected(0, genre, "A shadow", "boo boo boo", quality, "scored too low")

    def new_passage(self, text: str = "Mara hid the key.") -> NewPassage:
        return NewPassage(text, "A title", PassageType.NOTE, Scope.OWN)

    def snapshot(self, user_id: str = "anna") -> Snapshot:
        row = (self.example(user_id).id, Split.TRAIN)
        return self.store.snapshots.create(user_id, [row], "ab" * 32)

    def run(self, user_id: str = "anna") -> Run:
        return self.store.runs.create(
            self.job(user_id, JobKind.TRAINING).id,
            user_id,
            self.snapshot(user_id).id,
            recipe="quick",
            base_model="smollm2-135m",
            folder="runs/1",
            batch_size=4,
        )

    def version_of(self, run: Run) -> Version:
        return self.store.versions.add(
            user_id=run.user_id,
            run_id=run.id,
            snapshot_id=run.snapshot_id,
            base_model=run.base_model,
            recipe=run.recipe,
            adapter_path="models/anna/1/adapter",
            adapter_sha256="cd" * 32,
            gguf_path="models/anna/1.gguf",
            gguf_sha256="ef" * 32,
            identity=AdapterIdentity("01" * 32, "23" * 32, "b4321"),
            gain=LossGain(3.8, 3.4, 0.4, 0.3, 0.5, 40),
            gain_over_active=None,
            verdict="Better than the base.",
        )

    def version(self, user_id: str = "anna") -> Version:
        return self.version_of(self.run(user_id))

    def evaluation(self, user_id: str = "anna", **values: Any) -> Evaluation:
        """One answer and one row of a version, or of the base; `values` replace any field."""
        given: dict[str, Any] = {
            "model": "the base smollm2-135m",
            "version_id": None,
            "set_sha256": "45" * 32,
            "prompts_sha256": "67" * 32,
            "seed": 20_000,
            "answers": [
                Answer(
                    "A wizard?",
                    "stories",
                    "fantasy",
                    20_000,
                    "Yes. 🐉",
                    6.5,
                    {"loops": 9.0},
                    0.1,
                    4,
                    0.5,
                )
            ],
            "rows": [RowMeasure("89" * 16, 41.5, 12, "fantasy")],
        }
        name = values.get("benchmark")
        if name is not None and "asked" not in values:
            given["asked"] = self.store.benchmarks.rows(user_id, name)
        return self.store.evaluations.add(user_id, **given | values)

    def ruling(self, outcome: Outcome = Outcome.PROMOTED) -> Ruling:
        gain = LossGain(3.8, 3.4, 0.4, 0.3, 0.5, 40)
        return Ruling(
            outcome, "Better.", gain, Figure(0.2, -0.1, 0.5, 64), Figure(0.0, -0.01, 0.01, 64)
        )


@pytest.fixture
def make(store: Store) -> Make:
    return Make(store)
