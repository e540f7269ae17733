"""Outcomes: every slot is recorded once, with all that belongs to it or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from engine.domain.quality import Quality
from engine.errors import InvalidInput, NotFound
from engine.store import Store
from engine.store.outcomes import OutcomeSummary


def test_a_kept_slot_is_stored_with_its_example_and_the_losers(store: Store, make: Any) -> None:
    job = make.job()
    new = make.slot_example(job, 0, score=8.5)
    assert store.outcomes.record_kept(job.id, 0, new, [make.new_rejected(4.0)], 2.5)
    (example,) = store.outcomes.kept(job.id)
    assert (example.plan_index, example.quality.score) == (0, 8.5)
    assert store.examples.list("anna", job_id=job.id) == [example]
    (loser,) = store.outcomes.rejected("anna", job.id)
    assert (loser.user_id, loser.job_id, loser.plan_index) == ("anna", job.id, 0)
    assert (loser.genre, loser.prompt, loser.completion) == ("horror", "A shadow", "boo boo boo")
    assert (loser.quality, loser.reason) == (make.new_rejected(4.0).quality, "scored too low")


def test_rejected_texts_are_never_examples(store: Store, make: Any) -> None:
    job = make.job()
    store.outcomes.record_rejected(job.id, 0, [make.new_rejected(9.9)], 1.0)
    assert store.examples.list("anna") == []
    assert store.examples.count_trainable("anna", threshold=0.0) == 0
    assert store.outcomes.kept(job.id) == []


def test_a_slot_is_recorded_once_and_the_first_counts(store: Store, make: Any) -> None:
    job = make.job()
    outcomes = store.outcomes
    assert outcomes.record_kept(job.id, 0, make.slot_example(job, 0, 8.0), [], 1.0)
    assert outcomes.record_rejected(job.id, 1, [make.new_rejected(3.0)], 1.0)
    assert outcomes.record_failed(job.id, 2, "no answer", 1.0)
    before = outcomes.summary(job.id)
    for index in range(3):
        slot = make.slot_example(job, index, 9.0)
        assert not outcomes.record_kept(job.id, index, slot, [make.new_rejected(1.0)], 9.0)
        assert not outcomes.record_rejected(job.id, index, [make.new_rejected(1.0)], 9.0)
        assert not outcomes.record_failed(job.id, index, "again", 9.0)
    assert outcomes.summary(job.id) == before
    assert len(outcomes.kept(job.id)) == 1
    assert len(outcomes.rejected("anna", job.id)) == 1
    assert outcomes.done(job.id) == {0, 1, 2}


def test_no_slot_is_stored_when_its_example_cannot_be(store: Store, make: Any) -> None:
    job = make.job()
    new = make.new_example(job_id=job.id, plan_index=0, duplicate_of="0" * 32)
    with pytest.raises(NotFound):
        store.outcomes.record_kept(job.id, 0, new, [make.new_rejected(1.0)], 1.0)
    assert store.outcomes.done(job.id) == set()
    assert store.outcomes.rejected("anna", job.id) == []


def test_no_slot_is_stored_when_a_rejected_text_cannot_be(store: Store, make: Any) -> None:
    job = make.job()
    good = make.new_rejected(5.0)
    broken = replace(good, quality=Quality(1.0, {"loops": float("nan")}))
    with pytest.raises((StatementError, ValueError), match="JSON"):
        store.outcomes.record_kept(job.id, 0, make.slot_example(job, 0), [good, broken], 1.0)
    assert store.outcomes.rejected("anna", job.id) == []
    assert store.outcomes.done(job.id) == set()
    assert store.examples.list("anna") == []


def test_an_example_must_belong_to_its_slot(store: Store, make: Any) -> None:
    job, other = make.job(), make.job("ben")
    for wrong in (
        make.slot_example(job, 1),
        make.slot_example(make.job(), 0),
        make.slot_example(other, 0),
        make.new_example(),
    ):
        with pytest.raises(InvalidInput, match=r"example\."):
            store.outcomes.record_kept(job.id, 0, wrong, [], 1.0)
    assert store.outcomes.done(job.id) == set()


def test_the_summary_covers_what_was_scored(store: Store, make: Any) -> None:
    job = make.job()
    assert store.outcomes.summary(job.id) == OutcomeSummary()
    store.outcomes.record_failed(job.id, 3, "no answer", 1.0)
    candidates = [make.new_rejected(3.0), make.new_rejected(6.0), make.new_rejected(5.0)]
    store.outcomes.record_rejected(job.id, 2, candidates, 1.0)
    store.outcomes.record_kept(job.id, 1, make.slot_example(job, 1, 7.0), [], 1.0)
    store.outcomes.record_kept(job.id, 0, make.slot_example(job, 0, 8.0), candidates, 1.0)
    summary = store.outcomes.summary(job.id)
    assert summary == OutcomeSummary(
        kept=2,
        rejected=1,
        failed=1,
        average_quality=7.0,
        genre_distribution={"fantasy": 2, "horror": 1},
        scores=[8.0, 7.0, 6.0],
    )
    assert summary.successful == 3


def test_kept_is_newest_first_and_narrowed(store: Store, make: Any) -> None:
    job, other = make.job(), make.job()
    for index in (2, 0, 1):
        store.outcomes.record_kept(job.id, index, make.slot_example(job, index), [], 1.0)
    store.outcomes.record_kept(other.id, 0, make.slot_example(other, 0), [], 1.0)

    def indexes(**narrow: int) -> list[int | None]:
        return [example.plan_index for example in store.outcomes.kept(job.id, **narrow)]

    assert indexes() == [1, 0, 2]
    assert indexes(limit=1) == [1]
    assert indexes(after_index=0) == [1, 2]


def test_rejected_is_limited_and_without_candidates_refused(store: Store, make: Any) -> None:
    job = make.job()
    for index in range(3):
        store.outcomes.record_rejected(job.id, index, [make.new_rejected(float(index))], 1.0)
    newest = store.outcomes.rejected("anna", job.id, limit=2)
    assert [candidate.plan_index for candidate in newest] == [2, 1]
    with pytest.raises(InvalidInput):
        store.outcomes.record_rejected(job.id, 9, [], 1.0)


def test_unknown_jobs(store: Store, make: Any) -> None:
    with pytest.raises(NotFound):
        store.outcomes.record_failed("0" * 32, 0, "no answer", 1.0)
    with pytest.raises(NotFound):
        store.outcomes.record_rejected("0" * 32, 0, [make.new_rejected(1.0)], 1.0)
    with pytest.raises(NotFound):
        store.outcomes.record_kept("0" * 32, 0, make.new_example(), [], 1.0)
    with pytest.raises(NotFound):
        store.outcomes.rejected("anna", "0" * 32)
