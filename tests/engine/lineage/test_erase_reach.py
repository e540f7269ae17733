"""What an erasure reaches beyond the plan's rows: sets frozen meanwhile, inputs of two-phase trainings."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.erasure import Noun
from engine.domain.feedback import Remark
from engine.domain.two_phase import Input
from engine.domain.version import Version
from engine.domain.vote import Choice
from engine.lineage import erase
from engine.lineage.files import redact
from engine.lineage.matching import Wanted
from engine.store.texts import ERASED
from tests.engine.lineage.conftest import BODY, SECRET, Shelved, add_version
from tests.engine.lineage.test_erase import holding


def test_a_training_set_that_is_frozen_meanwhile_is_reached_too(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[Version] = []

    def freeze_first(home: Path, wanted: Wanted) -> list[Path]:
        late.append(add_version(shelved.shelf, home, [*shelved.others, shelved.secret.id]))
        return redact(home, wanted)

    plan = shelved.engine.lineage.plan_erasure("anna", [shelved.secret.id])
    monkeypatch.setattr(erase, "redact", freeze_first)
    done = shelved.engine.lineage.erase(plan)
    (made,) = late
    assert {*done.ids(Noun.SNAPSHOT)} == {shelved.version.snapshot_id, made.snapshot_id}
    assert shelved.engine.store.versions.by_id(made.id).quarantined_at is not None
    hashes = shelved.engine.store.snapshots.row_hashes("anna", made.snapshot_id)
    assert hashes[shelved.secret.id] is None
    assert holding(shelved.home, SECRET) == []


def test_notes_on_an_erased_text_and_notes_that_quote_it_go(shelved: Shelved) -> None:
    engine, give = shelved.engine, shelved.engine.feedback.give
    give("anna", -1, draft_id=shelved.draft.id, reasons=["dull"], note="Aunt Odile is not in it.")
    give("anna", 1, example_id=shelved.others[0], note=f"Like this: {BODY}")
    give("anna", 1, example_id=shelved.others[1], note="A fine end.")
    give("anna", 1, example_id=shelved.variant)
    plan = engine.lineage.plan_erasure("anna", [shelved.secret.id])
    assert {*plan.ids(Noun.REMARK)} == {shelved.secret.id, shelved.others[0]}
    engine.lineage.erase(plan)
    assert engine.feedback.of("anna", shelved.draft.id) == Remark(-1, ("dull",), "")
    assert holding(shelved.home, "Aunt Odile") == []
    assert holding(shelved.home, SECRET) == []
    assert holding(shelved.home, "A fine end.")


def test_the_input_of_an_erased_text_goes_with_the_last_text_about_it(shelved: Shelved) -> None:
    engine, shelf = shelved.engine, shelved.shelf
    asked = [Input("Aunt Ottilie counts."), Input("A lamp goes out.")]
    job = engine.two_phase.create("anna", asked, two_phase_training=False)

    def write(place: int, number: int) -> str:
        seed = asked[place].prompt
        words = {"seed_prompt": seed, "prompt": f"Write. {seed}"}
        return shelf.store.examples.add(shelf.example(number, job_id=job.id, **words)).id

    first, second, other = write(0, 11), write(0, 12), write(1, 13)
    assert engine.lineage.plan_erasure("anna", [first]).ids(Noun.INPUT) == []
    plan = engine.lineage.plan_erasure("anna", [first, second])
    assert plan.ids(Noun.INPUT) == [f"{job.id}:0"]
    engine.lineage.erase(plan)
    assert engine.store.two_phases.inputs(job.id) == [Input(ERASED), asked[1]]
    assert engine.store.examples.get("anna", other).completion
    assert holding(shelved.home, "Aunt Ottilie") == []


def test_votes_lose_what_holds_the_text_and_what_a_shut_version_answered(shelved: Shelved) -> None:
    votes = shelved.engine.store.votes

    def cast(prompt: str, answer: str, version: Version) -> str:
        pair = votes.add(
            "anna",
            prompt=prompt,
            kind="stories",
            genre=None,
            left_model=version.label,
            right_model="the base tiny",
            left_version_id=version.id,
            left_text=answer,
            right_text="It rained all day.",
        )
        return votes.vote("anna", pair.id, Choice.LEFT).id

    story = cast("The tower", "She went up.", shelved.clean)  # what the erased story was asked for
    words = cast("A bell", f"Once more. {BODY}", shelved.clean)
    learned = cast("A cart", "The cart stood still.", shelved.version)
    other = cast("A boat", "The boat left.", shelved.clean)
    plan = shelved.engine.lineage.plan_erasure("anna", [shelved.secret.id])
    assert {*plan.ids(Noun.VOTE)} == {story, words}
    shelved.engine.lineage.erase(plan)
    assert holding(shelved.home, SECRET) == []
    left = {vote.id: (vote.prompt, vote.left_text, vote.right_text) for vote in votes.list("anna")}
    assert left == {
        story: (ERASED, "", ""),
        words: (ERASED, "", ""),
        learned: ("A cart", "", "It rained all day."),
        other: ("A boat", "The boat left.", "It rained all day."),
    }


def test_what_was_taken_back_does_not_answer_in_its_place(shelved: Shelved) -> None:
    engine, store = shelved.engine, shelved.engine.store
    store.versions.activate("anna", shelved.version.id)
    store.versions.activate("anna", shelved.clean.id)
    assert store.watched.take_back(shelved.clean.id, reason="It loops.", verdict="Taken back.")
    assert engine.active_version("anna") == shelved.version
    engine.lineage.erase(engine.lineage.plan_erasure("anna", [shelved.secret.id]))
    assert engine.active_version("anna") is None
