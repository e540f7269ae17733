"""A shelf with a text that is everywhere: written as a story, kept, reworded, remembered, trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.domain.evaluation import Comparison, LossGain
from engine.domain.example import Author, Example, Source
from engine.domain.job import JobKind
from engine.domain.snapshot import Snapshot, Split
from engine.domain.story import Draft
from engine.domain.version import AdapterIdentity, Version
from engine.engine import Engine
from engine.store.examples import NewExample
from engine.store.outcomes import NewRejected
from engine.training.split import row_sha256, snapshot_sha256
from tests.processes import Home
from tests.studio.web.shelf import Shelf

SECRET = "Ottilie Brandt keeps the blue ledger under the ninth step of the bell tower."
BODY = (
    f"{SECRET} Nobody in the harbour knew why she climbed there every evening with a lamp and a "
    "loaf, and nobody asked her, for the tower had been shut since the flood took its lower door."
)
REWORDED = (
    "Every dusk the baker's widow went up the closed belfry carrying bread and light; hidden in its "
    "stairs lay the accounts that the whole quay would have paid to see burnt."
)


@dataclass(frozen=True)
class Shelved:
    """What anna has. `secret` is the example, `version` learned from it, `clean` did not."""

    engine: Engine
    home: Path
    shelf: Shelf
    secret: Example
    draft: Draft
    variant: str
    candidate: str
    passage: str
    others: list[str]
    clean: Version
    version: Version


@pytest.fixture
def shelved(home: Home) -> Shelved:
    engine, store = home.engine, home.engine.store
    shelf = Shelf(engine)
    others = shelf.examples(10)
    clean = add_version(shelf, home.folder, others)
    story = store.stories.create("anna", prompt="The tower", kind="stories", genre=None, style=None)
    new = text_of(shelf, BODY)
    draft = store.stories.add_draft(
        "anna",
        story.id,
        text=BODY,
        model="m",
        seconds=1.0,
        completion_tokens=1,
        finish_reason="stop",
        quality=new.quality,
        example=new,
    )
    assert draft.example_id is not None
    secret = store.examples.get("anna", draft.example_id)
    variant = store.examples.add(
        replace(
            text_of(shelf, REWORDED), source=Source.VARIANT, variant_of=secret.id, variant="words"
        )
    ).id
    job = store.jobs.create("anna", JobKind.AUTO_TRAIN, {})
    lost = NewRejected(0, "horror", "A tower", f"{BODY} Boo.", new.quality, "too short")
    store.outcomes.record_rejected(job.id, 0, [lost], 1.0)
    candidate = store.outcomes.rejected("anna", job.id)[0].id
    passage = engine.memory.remember_draft("anna", story.id, draft.id).passages[0].id
    version = add_version(shelf, home.folder, [*others, secret.id, variant])
    return Shelved(
        engine,
        home.folder,
        shelf,
        secret,
        draft,
        variant,
        candidate,
        passage,
        others,
        clean,
        version,
    )


def text_of(shelf: Shelf, text: str) -> NewExample:
    words = {"completion": text, "seed_prompt": "The tower", "prompt": "Tell of the tower."}
    return replace(shelf.example(0), **words, author=Author.PERSON)


def add_snapshot(shelf: Shelf, ids: list[str]) -> Snapshot:
    """A training set of these; the first of them only measures."""
    examples = shelf.store.examples.of_ids(shelf.user, ids)
    rows = [(id, Split.TEST if id == ids[0] else Split.TRAIN) for id in ids]
    hashes = [row_sha256(each, part) for each, (_, part) in zip(examples, rows, strict=True)]
    whole = snapshot_sha256(examples, rows)
    return shelf.store.snapshots.create(shelf.user, rows, whole, hashes)


def add_version(
    shelf: Shelf, home: Path, ids: list[str], *, snapshot: Snapshot | None = None
) -> Version:
    """The active version, trained on these or on a training set, with files and an answer that say all it
    learned."""
    store = shelf.store
    version = new_version(shelf, home, ids, snapshot=snapshot)
    words = "\n".join(each.completion for each in store.examples.of_ids(shelf.user, ids))
    store.versions.add_comparisons(version.id, [Comparison("A tower?", "No.", words, 5.0, 6.0)])
    store.versions.activate(shelf.user, version.id)
    return store.versions.by_id(version.id)


def new_version(
    shelf: Shelf, home: Path, ids: list[str], *, snapshot: Snapshot | None = None
) -> Version:
    """A version, trained on these or on a training set, with the files that a training leaves."""
    store, user = shelf.store, shelf.user
    snapshot = snapshot or add_snapshot(shelf, ids)
    job = store.jobs.create(user, JobKind.TRAINING, {"recipe": "quick"})
    store.jobs.start(job.id)
    run = store.runs.create(
        job.id,
        user,
        snapshot.id,
        recipe="quick",
        base_model="tiny",
        folder=f"runs/{user}/{job.id}",
        batch_size=4,
    )
    words = "\n".join(each.completion for each in store.examples.of_ids(user, ids))
    folder = f"versions/{user}/{run.id}"
    for path in (home / run.folder / "run.json", home / folder / "adapter.gguf"):
        path.parent.mkdir(parents=True)
        path.write_text(words, encoding="utf-8")
    version = store.versions.add(
        user_id=user,
        run_id=run.id,
        snapshot_id=snapshot.id,
        base_model="tiny",
        recipe="quick",
        adapter_path=f"{folder}/adapter",
        adapter_sha256="cd" * 32,
        gguf_path=f"{folder}/adapter.gguf",
        gguf_sha256="ef" * 32,
        identity=AdapterIdentity("01" * 32, "23" * 32, "test"),
        gain=LossGain(3.8, 3.4, 0.4, 0.3, 0.5, 40),
        gain_over_active=None,
        verdict="Better than the base.",
    )
    store.jobs.succeed(job.id, {})
    return store.versions.by_id(version.id)
