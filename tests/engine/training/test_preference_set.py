"""What a preference training freezes: by ids beside a training set, never across a split, within reach of
an erasure; and what run.json says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.data.training_set import Rules
from engine.domain.erasure import Noun
from engine.domain.job import JobKind
from engine.domain.preference import Learns, Origin
from engine.domain.snapshot import Snapshot, Split
from engine.errors import InvalidInput, NotEnoughExamples, Quarantined, SnapshotErased
from engine.training.errors import PreferencesChanged, TooFewPreferences
from engine.training.preference_set import (
    describe_preferences,
    freeze_preferences,
    preferences_sha256,
    read_preferences,
    said_of,
)
from engine.training.recipe import parse_config
from tests.engine.lineage.conftest import add_version
from tests.preferred import NAMES, stopped, vote, votes
from tests.processes import Home
from tests.studio.web.shelf import Shelf

BASE = "01" * 32


def freeze(home: Home, **changes: Any) -> Snapshot:
    settings: dict[str, Any] = {
        "learns": Learns.PAIRS,
        "least": 8,
        "base_sha256": BASE,
        "threshold": 7.0,
        "min_examples": 8,
        "validation_share": 0.1,
        "rules": Rules(home.folder),
    }
    return freeze_preferences(home.engine.store, "anna", home.engine.kinds, **settings | changes)


@pytest.fixture
def shelf(home: Home) -> Shelf:
    found = Shelf(home.engine)
    found.examples(30)
    return found


def test_at_the_base_only_held_out_examples_are_in_the_set(home: Home, shelf: Shelf) -> None:
    cast = votes(home.engine.store, 12)
    snapshot = freeze(home)
    frozen = snapshot.preferences
    assert frozen is not None
    assert snapshot.count(Split.TRAIN) == 0
    assert snapshot.count(Split.TEST) > 0
    assert frozen.start_id is None
    assert [row.ids for row in frozen.rows] == [(each.id,) for each in cast]
    assert {row.split for row in frozen.rows} == {*Split}
    assert {row.origin for row in frozen.rows} == {Origin.VOTE}
    assert home.engine.store.snapshots.get("anna", snapshot.id) == snapshot
    assert "Learns from" in said_of(frozen)
    assert said_of(frozen).endswith(
        "It starts at the base; its losses are of preferences, not nats a token."
    )


def test_texts_on_one_prompt_never_straddle(home: Home, shelf: Shelf) -> None:
    """Those of examples and of votes alike."""
    store = home.engine.store
    votes(store, 12)
    held_out = [
        store.examples.get("anna", id) for id, part in freeze(home).rows if part is Split.TEST
    ]
    prompt = held_out[0].seed_prompt
    vote(store, 20, prompt=prompt)
    frozen = freeze(home).preferences
    assert frozen is not None
    assert frozen.rows[-1].split is Split.TEST


def test_what_repeats_a_held_out_text_is_left_out(home: Home, shelf: Shelf) -> None:
    store = home.engine.store
    votes(store, 30)
    first = freeze(home)
    held_out = next(id for id, part in first.rows if part is Split.TEST)
    copied = store.examples.get("anna", held_out).completion
    learned = [row.ids for row in first.preferences.rows if row.split is Split.TRAIN]  # type: ignore[union-attr]
    for number in range(30, 36):
        vote(store, number, worse=copied)
    second = freeze(home).preferences
    assert second is not None
    assert second.left_out > 0
    assert {*learned} <= {row.ids for row in second.rows}
    assert len(second.rows) + second.left_out == 36
    assert f"{second.left_out} left out" in said_of(second)


def test_too_few_are_refused_with_what_is_missing(home: Home, shelf: Shelf) -> None:
    votes(home.engine.store, 3)
    with pytest.raises(TooFewPreferences, match=r"there are 3 \(3 from votes\): 5 missing"):
        freeze(home)
    with pytest.raises(TooFewPreferences, match="0 up and 0 down"):
        freeze(home, learns=Learns.THUMBS)
    with pytest.raises(NotEnoughExamples):
        freeze(home, least=3, min_examples=31)


def test_what_was_frozen_is_read_again_by_its_ids(home: Home, shelf: Shelf) -> None:
    store = home.engine.store
    votes(store, 9)
    snapshot = freeze(home)
    votes(store, 12)  # what comes later is not in it
    assert snapshot.preferences is not None
    found = read_preferences(store, "anna", home.engine.kinds, snapshot.preferences)
    assert [each.seed_prompt.split()[0] for each, _ in found] == [*NAMES[:9]]
    described = describe_preferences(store, home.folder, snapshot, [["Go.", "He went.", ""]])
    rows = described["rows"]
    assert described["start"] is None
    assert rows["test"] == [["Go.", "He went.", ""]]
    assert sum(map(len, rows.values())) == 10
    prompt, better, system, worse = rows["train"][0]
    assert prompt.startswith("Write a mystery story of about 150 words.")
    assert "twice" in better
    assert "a letter" in worse
    assert system == home.engine.kinds.get("stories").system


def test_a_vote_that_is_taken_back_or_cast_anew_ends_what_it_was_frozen_for(
    home: Home, shelf: Shelf
) -> None:
    store = home.engine.store
    votes(store, 9)
    snapshot = freeze(home)
    assert snapshot.preferences is not None
    pair = store.votes.undo("anna")
    assert pair is not None
    with pytest.raises(PreferencesChanged):
        read_preferences(store, "anna", home.engine.kinds, snapshot.preferences)


def test_thumbs_stay_what_they_were_when_they_were_frozen(home: Home, shelf: Shelf) -> None:
    store = home.engine.store
    for place, example in enumerate(store.examples.list("anna")[:12]):
        store.examples.set_feedback("anna", example.id, 1 if place % 2 else -1)
    snapshot = freeze(home, learns=Learns.THUMBS)
    frozen = snapshot.preferences
    assert frozen is not None
    assert {row.origin for row in frozen.rows} == {Origin.UP, Origin.DOWN}
    store.examples.set_feedback("anna", frozen.rows[0].ids[0], 0)
    rows = describe_preferences(store, home.folder, snapshot, [])["rows"]
    last = {row[3] for part in ("train", "validation", "preferences") for row in rows[part]}
    assert last == {True, False}


@pytest.mark.parametrize("of_the_prompt", [False, True])
def test_a_stopped_text_with_a_thumb_is_learned_and_within_reach_of_an_erasure(
    home: Home, shelf: Shelf, of_the_prompt: bool
) -> None:
    store, lineage = home.engine.store, home.engine.lineage
    drafts = [stopped(store, number, 1 if number % 2 else -1) for number in range(12)]
    snapshot = freeze(home, learns=Learns.THUMBS)
    frozen = snapshot.preferences
    assert frozen is not None
    assert {row.ids[0] for row in frozen.rows} == {draft.id for draft in drafts}
    learned = next(row for row in frozen.rows if row.split is Split.TRAIN)
    other = next(row for row in frozen.rows if row is not learned)
    store.feedback.give("anna", 0, draft_id=other.ids[0])  # frozen with the thumb it had
    rows = describe_preferences(store, home.folder, snapshot, [])["rows"]
    told = [row for part in ("train", "validation", "preferences") for row in rows[part]]
    assert {row[1]: row[3:] for row in told} == {
        draft.text: [number % 2 == 1, False] for number, draft in enumerate(drafts)
    }
    words = next(each.text for each in drafts if each.id == learned.ids[0])
    if of_the_prompt:
        words = store.stories.get("anna", learned.ids[1]).prompt
    version = add_version(shelf, home.folder, [], snapshot=snapshot)
    plan = lineage.plan_erasure("anna", phrase=words)
    assert plan.ids(Noun.SNAPSHOT) == [snapshot.id]
    assert plan.ids(Noun.RUN) == [version.run_id]
    assert [each.id for each in plan.quarantined] == [version.id]
    later = freeze(home, learns=Learns.THUMBS)  # between the look and the erasure
    reached = {noun.value: plan.ids(noun) for noun in (Noun.DRAFT, Noun.STORY)}
    store.erasures.erase(plan.id, "anna", "a phrase", reached)
    assert store.versions.by_id(version.id).quarantined_at is not None
    for each in (snapshot, later):
        assert each.preferences is not None
        with pytest.raises(SnapshotErased):
            read_preferences(store, "anna", home.engine.kinds, each.preferences)
    assert {*store.erasures.get("anna", plan.id).reached[Noun.SNAPSHOT.value]} == {
        snapshot.id,
        later.id,
    }
    again = freeze(home, learns=Learns.THUMBS, least=4).preferences
    assert again is not None
    assert learned.ids not in {row.ids for row in again.rows}


def test_it_goes_on_from_the_active_version_on_its_set(home: Home, shelf: Shelf) -> None:
    store = home.engine.store
    version = add_version(shelf, home.folder, [each.id for each in store.examples.list("anna")])
    votes(store, 9)
    held_out = store.snapshots.get("anna", version.snapshot_id).rows[0][0]
    vote(store, 10, prompt=store.examples.get("anna", held_out).seed_prompt)
    snapshot = freeze(home)
    frozen = snapshot.preferences
    assert frozen is not None
    assert snapshot.rows == store.snapshots.get("anna", version.snapshot_id).rows
    assert snapshot.sha256 == store.snapshots.get("anna", version.snapshot_id).sha256
    assert frozen.start_id == version.id
    assert frozen.rows[-1].split is Split.TEST, "its prompt measured the version"
    described = describe_preferences(store, home.folder, snapshot, [])
    assert described["start"] == str((home.folder / version.adapter_path).resolve())
    assert described["start_sha256"] == version.adapter_sha256
    assert "It starts at the version then active" in said_of(frozen)
    elsewhere = freeze(home, base_sha256="99" * 32).preferences
    assert elsewhere is not None
    assert elsewhere.start_id is None, "an adapter of another base is no start"


def test_an_erasure_reaches_sets_and_versions_that_learned_from_a_vote(
    home: Home, shelf: Shelf
) -> None:
    store, lineage = home.engine.store, home.engine.lineage
    cast = votes(store, 12)
    snapshot = freeze(home)
    assert snapshot.preferences is not None
    learned = next(row for row in snapshot.preferences.rows if row.split is Split.TRAIN)
    words = next(each for each in cast if each.id == learned.ids[0]).left_text
    version = add_version(shelf, home.folder, [], snapshot=snapshot)
    later = freeze(home)
    assert later.preferences is not None
    assert later.preferences.earlier, "a version that goes on from it learned the same"
    heir = add_version(shelf, home.folder, [], snapshot=later)
    plan = lineage.plan_erasure("anna", phrase=words)
    assert {*plan.ids(Noun.SNAPSHOT)} == {snapshot.id, later.id}
    assert {each.id for each in plan.quarantined} == {version.id, heir.id}
    lineage.erase(plan)
    assert store.versions.by_id(version.id).quarantined_at is not None
    assert store.versions.by_id(heir.id).quarantined_at is not None
    assert store.versions.active("anna") is None
    assert not (home.folder / f"runs/anna/{version.run_id}").exists()
    with pytest.raises(SnapshotErased):
        read_preferences(store, "anna", home.engine.kinds, snapshot.preferences)
    nothing = replace(later.preferences, rows=(), sha256=preferences_sha256([]))
    with pytest.raises(Quarantined):
        describe_preferences(store, home.folder, replace(later, preferences=nothing), [])


def test_a_preference_training_counts_not_as_one_that_learned_examples(
    home: Home, shelf: Shelf
) -> None:
    store = home.engine.store
    votes(store, 9)
    before = home.engine.readiness("anna")
    assert before.examples == before.total == 30
    snapshot = freeze(home)
    job = store.jobs.create("anna", JobKind.TRAINING, {"recipe": "dpo"})
    store.runs.create(
        job.id, "anna", snapshot.id, recipe="dpo", base_model="tiny", folder="runs", batch_size=2
    )
    after = home.engine.readiness("anna")
    assert (after.examples, after.until_next) == (before.examples, before.until_next)


def test_a_request_says_what_is_missing_and_what_is_not_for_it(home: Home, shelf: Shelf) -> None:
    trainings, store = home.engine.trainings, home.engine.store
    counted = trainings.preferences("anna", "dpo")
    assert counted is not None
    assert (counted.learns, counted.count) == (Learns.PAIRS, 0)
    assert "20 missing" in counted.missing
    assert trainings.preferences("anna", "quick") is None
    with pytest.raises(TooFewPreferences, match="20 missing"):
        home.engine.start_training("anna", "dpo")
    with pytest.raises(TooFewPreferences, match="at least 20, of which 5 or more"):
        trainings.request("anna", "kto")
    votes(store, 20)
    assert trainings.request("anna", "dpo") == {"recipe": "dpo"}
    with pytest.raises(InvalidInput, match="kind must be left out"):
        trainings.request("anna", "dpo", kind="stories")
    plain = home.engine.lineage.freeze("anna")
    with pytest.raises(InvalidInput, match="without preferences"):
        trainings.request("anna", "dpo", snapshot_id=plain.id)
    assert home.engine.start_training("anna", "dpo").request == {"recipe": "dpo"}
    own = parse_config({"model": {"trainer": "dpo", "preference": {"least": 21}}})
    with pytest.raises(TooFewPreferences, match="1 missing"):
        trainings.request("anna", config=own)
