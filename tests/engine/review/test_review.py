"""Deciding about one text after the other, with steps back, and two people at one queue."""

from __future__ import annotations

import pytest

from engine.domain.example import Author, Decision, Source
from engine.domain.job import JobKind
from engine.domain.review import Order, Pile, ReviewFilter
from engine.errors import DecidedMeanwhile, InvalidInput, NotFound
from engine.review import Review
from engine.store import Store
from engine.store.tables import metadata
from tests.engine.review.conftest import Add


def test_the_nearest_to_the_threshold_comes_first_and_a_skipped_one_last(
    review: Review, add: Add
) -> None:
    for score in (2.0, 7.2, 9.5, 6.5):
        add(score=score)
    scores = [each.quality.score for each in review.queue("anna").examples]
    assert scores == [7.2, 6.5, 9.5, 2.0]
    first = review.next("anna")
    assert first is not None
    review.skip("anna", first.example.id)
    assert [each.quality.score for each in review.queue("anna").examples] == [6.5, 9.5, 2.0, 7.2]
    assert review.undo("anna") is not None
    assert review.next("anna") == review.card("anna", first.example.id)
    newest = review.queue("anna", order=Order.NEWEST, limit=2, offset=1)
    assert ([each.quality.score for each in newest.examples], newest.total) == ([9.5, 7.2], 4)


def test_piles_and_filters_narrow_the_queue(review: Review, store: Store, add: Add) -> None:
    job = store.jobs.create("anna", JobKind.AUTO_TRAIN, {})
    add(score=9.0, source=Source.AUTO_TRAIN, job_id=job.id)
    add(score=6.5, source=Source.IMPORT, genre="fantasy")
    add(score=7.0, source=Source.OWN_WRITING, author=Author.PERSON)
    waits = add(score=3.0)
    add(score=9.0, duplicate_of=waits.id)
    add(score=9.0, feedback=-1)
    add(score=9.0, user_id="ben")

    def total(**where: object) -> int:
        return review.queue("anna", ReviewFilter(**where)).total  # type: ignore[arg-type]

    assert total() == 1
    assert total(pile=Pile.BORDERLINE) == 1
    assert total(pile=Pile.KEPT) == 2
    assert total(pile=Pile.UNDECIDED) == 4
    assert total(pile=Pile.UNDECIDED, genre="fantasy") == 1
    assert total(pile=Pile.UNDECIDED, source=Source.IMPORT) == 1
    assert total(pile=Pile.UNDECIDED, job_id=job.id) == 1
    assert total(pile=Pile.UNDECIDED, kind="code") == 0
    review.accept("anna", waits.id, seen=0)
    assert total(pile=Pile.DECIDED) == 1


def test_an_accepted_text_is_kept_and_a_rejected_one_never(
    review: Review, store: Store, add: Add
) -> None:
    weak, strong, thumbed = add(score=2.0), add(score=9.9), add(score=9.0, feedback=-1)
    review.accept("anna", weak.id, seen=0)
    review.accept("anna", thumbed.id, seen=0)
    decided = review.reject("anna", strong.id, seen=0, reasons=["dull", "dull"], note=" so so ")
    assert (decided.reasons, decided.note) == (("dull",), "so so")
    trainable = store.examples.trainable("anna", threshold=7.0)
    assert {each.id for each in trainable} == {weak.id, thumbed.id}
    progress = review.progress("anna")
    assert (progress.accepted, progress.rejected, progress.waiting) == (2, 1, 0)
    assert [entry.action for entry in review.history("anna")] == ["reject", "accept", "accept"]


def test_own_writing_is_judged_without_the_name_of_its_file(review: Review, add: Add) -> None:
    """As it was when it came in."""
    text = "The keeper went down the stairs and waited for the boat to come in."
    values = {"source": Source.OWN_WRITING, "author": Author.PERSON}
    passages = [
        add("Old.", seed_prompt=seed, **values) for seed in ("novel.txt, passage 3", "The keeper")
    ]
    one, other = (review.edit("anna", each.id, text, seen=0).quality for each in passages)
    assert one == other


def test_an_edit_takes_the_place_of_its_text_and_both_stay_linked(
    review: Review, store: Store, add: Add
) -> None:
    original = add("The lamp went out. Nobody saw it.", score=9.0, style="short", plan_index=3)
    mine = review.edit("anna", original.id, "The lamp went out. Mara saw it.", seen=0)
    assert (mine.author, mine.generator, mine.decision) == (
        Author.PERSON,
        "anna",
        Decision.ACCEPTED,
    )
    same = ("prompt", "seed_prompt", "genre", "style", "kind", "split_group", "source")
    assert [getattr(mine, name) for name in same] == [getattr(original, name) for name in same]
    assert mine.quality != original.quality
    assert store.examples.get("anna", original.id).duplicate_of == mine.id
    assert [each.id for each in store.examples.trainable("anna", threshold=7.0)] == [mine.id]
    card = review.card("anna", mine.id)
    assert card.original is not None
    assert card.original.id == original.id
    words = {each.what: each.text for each in review.diff(card) if each.what != "same"}
    assert words == {"removed": "Nobody", "added": "Mara"}
    assert "".join(each.text for each in review.diff(card) if each.what != "added") == (
        original.completion
    )
    assert review.progress("anna").edited == 1


def test_an_unchanged_edit_accepts_the_text_and_an_empty_one_is_refused(
    review: Review, add: Add
) -> None:
    text = add()
    with pytest.raises(InvalidInput, match="text is empty"):
        review.edit("anna", text.id, "  \n", seen=0)
    kept = review.edit("anna", text.id, f" {text.completion}\n", seen=0)
    assert (kept.id, kept.author, kept.decision) == (text.id, Author.TEACHER, Decision.ACCEPTED)


def everything(store: Store) -> list[object]:
    """Every row of every table but the history."""
    with store.database.read() as connection:
        tables = [each for each in metadata.sorted_tables if each.name != "decisions"]
        return [connection.execute(each.select()).all() for each in tables]


def test_any_number_of_steps_back_restores_every_row(
    review: Review, store: Store, add: Add
) -> None:
    texts = [add(score=number) for number in range(4)]
    review.accept("anna", texts[0].id, seen=0)
    before = everything(store)
    rejected = review.reject("anna", texts[0].id, seen=review.card("anna", texts[0].id).seen)
    review.skip("anna", texts[1].id)
    review.accept("anna", texts[2].id, seen=0)
    assert everything(store) != before
    for expected in (texts[2].id, texts[1].id, texts[0].id):
        undone = review.undo("anna")
        assert undone is not None
        assert undone.example_id == expected
    assert everything(store) == before
    history = review.history("anna")
    assert [entry.undone_at is None for entry in history] == [False, False, False, True]
    assert history[2].id == rejected.id
    assert review.undo("anna") is not None
    assert review.undo("anna") is None


def test_an_undone_edit_gives_the_text_back_and_counts_no_more(
    review: Review, store: Store, add: Add
) -> None:
    text = add()
    mine = review.edit("anna", text.id, "In my own words.", seen=0)
    review.undo("anna")
    card = review.next("anna")
    assert card is not None
    assert (card.example, card.seen) == (text, 0)
    assert store.examples.trainable("anna", threshold=7.0) == []
    with pytest.raises(DecidedMeanwhile, match="gave way"):
        review.accept("anna", mine.id, seen=review.card("anna", mine.id).seen)


@pytest.mark.parametrize("first", ["accept", "reject", "edit"])
@pytest.mark.parametrize("second", ["accept", "reject", "edit"])
def test_two_tabs_do_not_decide_the_same_card(
    review: Review, store: Store, add: Add, first: str, second: str
) -> None:
    text = add()
    one, other = review.next("anna"), review.next("anna")
    assert one is not None
    assert one == other
    decide(review, first, text.id, "mara")
    before = everything(store)
    with pytest.raises(DecidedMeanwhile) as caught:
        decide(review, second, text.id, "nils")
    assert (caught.value.what, caught.value.by) == (first, "mara")
    assert f"was {first}ed by mara at" in str(caught.value)
    assert everything(store) == before
    assert len(review.history("anna")) == 1
    assert review.undo("anna", reviewer="nils") is None


def decide(review: Review, action: str, example_id: str, reviewer: str) -> None:
    if action == "edit":
        review.edit("anna", example_id, f"By {reviewer}.", seen=0, reviewer=reviewer)
    else:
        getattr(review, action)("anna", example_id, seen=0, reviewer=reviewer)


def test_nobody_steps_back_over_another_ones_decision(review: Review, add: Add) -> None:
    text = add()
    review.accept("anna", text.id, seen=0, reviewer="mara")
    seen = review.card("anna", text.id).seen
    review.reject("anna", text.id, seen=seen, reviewer="nils")
    with pytest.raises(DecidedMeanwhile, match="rejected by nils"):
        review.undo("anna", reviewer="mara")
    assert review.card("anna", text.id).example.decision is Decision.REJECTED
    assert review.undo("anna", reviewer="nils") is not None
    assert review.undo("anna", reviewer="mara") is not None
    assert review.card("anna", text.id).example.decision is None


def test_progress_runs_to_the_target_of_a_job(review: Review, store: Store, add: Add) -> None:
    job = store.jobs.create("anna", JobKind.TWO_PHASE, {"target_summaries": 3})
    texts = [add(job_id=job.id) for _ in range(4)]
    add()
    review.accept("anna", texts[0].id, seen=0)
    review.edit("anna", texts[1].id, "My own.", seen=0)
    review.reject("anna", texts[2].id, seen=0)
    progress = review.progress("anna", ReviewFilter(job_id=job.id))
    assert (progress.accepted, progress.edited, progress.rejected) == (2, 1, 1)
    assert (progress.waiting, progress.target, progress.to_go) == (1, 3, 1)


def test_what_belongs_to_another_is_not_found(review: Review, add: Add) -> None:
    text = add()
    for attempt in (
        lambda: review.card("ben", text.id),
        lambda: review.accept("ben", text.id, seen=0),
        lambda: review.edit("ben", text.id, "Mine.", seen=0),
        lambda: review.skip("ben", text.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    review.accept("anna", text.id, seen=0)
    assert review.undo("ben") is None
    assert review.history("ben") == []


def test_a_reason_that_is_none_is_refused(review: Review, add: Add) -> None:
    with pytest.raises(InvalidInput, match="reasons must be of"):
        review.reject("anna", add().id, seen=0, reasons=["ugly"])
    assert [entry.action for entry in review.history("anna")] == []
    assert {"repeats", "cut_off"} < {reason.id for reason in review.reasons()}
