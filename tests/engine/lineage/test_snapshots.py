"""Training sets: what is in them, whether they still are what was frozen, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.bootstrap import open_engine
from engine.domain.example import Author, Source
from engine.domain.quality import Quality
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.errors import NotEnoughExamples, NotFound
from engine.lineage.views import Change, Moved
from engine.settings import load_settings
from tests.engine.lineage.conftest import add_snapshot, add_version
from tests.studio.web.shelf import Shelf


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home", train_at=0))
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    return Shelf(engine)


def reword(engine: Engine, example_id: str) -> None:
    """Change words behind the studio's back, as no verb does."""
    with engine.store.database.write() as connection:
        changed = "UPDATE examples SET completion = 'Another text.' WHERE id = :id"
        connection.execute(text(changed), {"id": example_id})


def test_a_frozen_set_says_whether_it_is_what_it_was(engine: Engine, shelf: Shelf) -> None:
    ids = shelf.examples(12)
    frozen = engine.lineage.freeze("anna")
    assert engine.lineage.verify("anna", frozen.id).intact
    reword(engine, ids[4])
    found = engine.lineage.verify("anna", frozen.id)
    assert (found.intact, found.changed, found.erased) == (False, (ids[4],), ())
    assert found.sentence == "1 rows have other words than when they were frozen, of 12."
    engine.lineage.erase(engine.lineage.plan_erasure("anna", [ids[7]]))
    found = engine.lineage.verify("anna", frozen.id)
    assert (found.changed, found.erased) == ((ids[4],), (ids[7],))
    (listed,) = engine.lineage.snapshots("anna")
    assert (listed.counts.total, listed.counts.erased) == (12, 1)


def test_a_set_from_before_rows_had_hashes_is_judged_as_a_whole(
    engine: Engine, shelf: Shelf
) -> None:
    ids = shelf.examples(3)
    snapshot = add_snapshot(shelf, ids)
    with engine.store.database.write() as connection:
        connection.execute(text("UPDATE snapshot_rows SET sha256 = NULL"))
    found = engine.lineage.verify("anna", snapshot.id)
    assert (found.intact, found.unknown) == (True, 3)
    reword(engine, ids[1])
    found = engine.lineage.verify("anna", snapshot.id)
    assert (found.intact, found.changed, found.unknown) == (False, (), 3)
    assert "cannot be named" in found.sentence


def test_the_list_counts_parts_and_names_versions(engine: Engine, shelf: Shelf) -> None:
    older = add_snapshot(shelf, shelf.examples(3))
    version = shelf.version()
    listed = engine.lineage.snapshots("anna")
    assert [each.counts.id for each in listed] == [version.snapshot_id, older.id]
    assert (listed[1].counts.train, listed[1].counts.validation, listed[1].counts.test) == (2, 0, 1)
    assert [each.label for each in listed[0].versions] == ["zega-anna v1"]
    assert engine.lineage.snapshots("anna", limit=1, offset=1) == listed[1:]
    assert engine.lineage.snapshots("ben") == []


def test_what_came_went_moved_and_was_reworded(engine: Engine, shelf: Shelf) -> None:
    ids = shelf.examples(5)
    before = add_snapshot(shelf, ids)  # the first measures, the others are trained on
    own = replace(
        shelf.example(9),
        author=Author.PERSON,
        source=Source.IMPORT,
        quality=Quality(10.0),
        genre=None,
    )
    added = engine.store.examples.add(own).id
    reword(engine, ids[2])
    # ids[1] measures now; ids[4] is gone; ids[2] has other words.
    after = add_snapshot(shelf, [ids[1], ids[0], ids[2], ids[3], added])
    diff = engine.lineage.diff("anna", before.id, after.id)
    assert (diff.added, diff.removed, diff.changed) == ((added,), (ids[4],), (ids[2],))
    assert {*diff.moved} == {
        Moved(ids[1], Split.TRAIN, Split.TEST),
        Moved(ids[0], Split.TEST, Split.TRAIN),
    }
    assert diff.same == 1
    assert diff.tables["source"] == {
        "auto_train": Change(0, 1, 2),
        "import": Change(1, 0, 0),
    }
    assert diff.tables["author"]["person"] == Change(1, 0, 0)
    assert diff.tables["genre"]["none"] == Change(1, 0, 0)
    assert diff.tables["score"] == {"8-9": Change(0, 1, 2), "9-10": Change(1, 0, 0)}
    back = engine.lineage.diff("anna", after.id, before.id)
    assert (back.added, back.removed) == (diff.removed, diff.added)
    assert engine.lineage.diff("anna", after.id, after.id).is_empty
    with pytest.raises(NotFound):
        engine.lineage.diff("ben", before.id, after.id)


def test_rows_come_page_by_page_with_their_texts(engine: Engine, shelf: Shelf) -> None:
    ids = shelf.examples(5)
    snapshot = add_snapshot(shelf, ids)
    rows = engine.lineage.rows("anna", snapshot.id, limit=2, offset=1)
    assert [(row.example.id, row.split) for row in rows] == [(id, Split.TRAIN) for id in ids[1:3]]
    assert rows[0].example.completion
    (measuring,) = engine.lineage.rows("anna", snapshot.id, Split.TEST)
    assert measuring.example.id == ids[0]


def test_a_chosen_set_is_what_is_trained_on(engine: Engine, shelf: Shelf) -> None:
    shelf.examples(12)
    frozen = engine.lineage.freeze("anna")
    job = engine.lineage.train("anna", frozen.id)
    assert job.request["snapshot_id"] == frozen.id
    small = add_snapshot(shelf, shelf.examples(3))
    with pytest.raises(NotEnoughExamples):
        engine.lineage.train("anna", small.id)
    with pytest.raises(NotFound):
        engine.lineage.train("ben", frozen.id)


def test_an_example_leads_up_and_a_version_leads_down(engine: Engine, shelf: Shelf) -> None:
    ids = shelf.examples(4)
    version = add_version(shelf, engine.settings.home, ids)
    down = engine.lineage.of_version("anna", 1)
    assert (down.run.id, down.snapshot.id) == (version.run_id, version.snapshot_id)
    assert [row[0] for row in down.snapshot.rows] == ids
    trained, measured = (engine.lineage.of_example("anna", id) for id in (ids[1], ids[0]))
    assert [each.label for each in trained.versions] == ["zega-anna v1"]
    assert (trained.measured, trained.active) == ((), "zega-anna v1")
    assert (measured.versions, [each.label for each in measured.measured]) == ((), ["zega-anna v1"])
    assert trained.parts == {version.snapshot_id: Split.TRAIN}
    story = engine.store.stories.create("anna", prompt="p", kind="stories", genre=None, style=None)
    draft = engine.store.stories.add_draft(
        "anna",
        story.id,
        text="A goat ate the map of the town.",
        model="m",
        seconds=1.0,
        completion_tokens=1,
        finish_reason="stop",
        quality=Quality(8.0),
        example=replace(shelf.example(20), completion="A goat ate the map of the town."),
    )
    passage = engine.memory.remember_draft("anna", story.id, draft.id).passages[0]
    variant = engine.store.examples.add(replace(shelf.example(21), variant_of=draft.example_id)).id
    engine.store.exports.add(
        "anna", format="jsonl", place="/nowhere.jsonl", example_ids=[draft.example_id or ""]
    )
    found = engine.lineage.of_example("anna", draft.example_id or "")
    assert [each.story_id for each in found.drafts] == [story.id]
    assert [each.id for each in found.passages] == [passage.id]
    assert (found.variants, found.versions) == ((variant,), ())
    assert [each.place for each in found.exports] == ["/nowhere.jsonl"]
    assert engine.lineage.of_example("anna", variant).variant_of == draft.example_id
    with pytest.raises(NotFound):
        engine.lineage.of_example("ben", ids[1])
