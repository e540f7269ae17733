"""The threshold of one user: it is suggested, moves when they agree, and everything follows it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.domain.example import Author, Decision
from engine.domain.quality import Quality
from engine.domain.review import BY_SCORE, Action
from engine.engine import Engine
from engine.errors import InvalidInput
from engine.settings import load_settings
from tests.engine.store.conftest import Make


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home", train_at=5, min_examples=3))
    for user in ("anna", "ben"):
        opened.ensure_user(user)
    yield opened
    opened.store.database.dispose()


def decide(engine: Engine, count: int, accepts: float, *, seed: int = 1) -> None:
    """Anna decides about texts scored 5 to 10: those from `accepts` on are accepted, but for one in
    twelve, where she does the opposite."""
    make, rng = Make(engine.store), random.Random(seed)
    for number in range(count):
        score = rng.uniform(5, 10)
        likes = (score >= accepts) is (rng.random() > 1 / 12)
        new = make.new_example(
            score=score,
            seed_prompt=f"prompt {number}",
            completion=f"text {number}",
            decision=Decision.ACCEPTED if likes else Decision.REJECTED,
        )
        engine.store.examples.add(new)


def test_below_thirty_decisions_nothing_is_said(engine: Engine) -> None:
    decide(engine, 29, 8.0)
    found = engine.calibration.look("anna")
    assert (found.decisions, found.suggested, found.ranking) == (29, None, None)
    assert "1 more" in found.finding
    with pytest.raises(InvalidInput, match="stays at 7"):
        engine.calibration.accept_suggested("anna")


def test_the_suggestion_waits_until_the_user_agrees_and_can_be_taken_back(engine: Engine) -> None:
    decide(engine, 80, 8.5)
    found = engine.calibration.look("anna")
    assert found.suggested is not None
    assert found.now is not None
    assert found.ranking is not None
    assert 8.2 <= found.suggested.threshold <= 8.8
    assert found.ranking.low > 0.5
    assert found.suggested.agreement.value > found.now.agreement.value
    assert found.suggested.agreement.low < found.suggested.agreement.value
    assert engine.calibration.threshold("anna") == found.threshold == 7.0
    assert not found.can_go_back
    taken = engine.calibration.accept_suggested("anna")
    assert taken == engine.calibration.threshold("anna") == found.suggested.threshold
    assert engine.calibration.threshold("ben") == 7.0
    again = engine.calibration.look("anna")
    assert (again.can_go_back, again.suggested) == (True, None)  # nothing is better now
    assert engine.calibration.go_back("anna") == 7.0
    assert engine.calibration.go_back("anna") == 7.0


def test_a_reviewer_who_goes_by_something_else_is_told_so(engine: Engine) -> None:
    make, rng = Make(engine.store), random.Random(3)
    for _ in range(60):
        decision = rng.choice([Decision.ACCEPTED, Decision.REJECTED])
        engine.store.examples.add(make.new_example(score=rng.uniform(5, 10), decision=decision))
    found = engine.calibration.look("anna")
    assert found.suggested is None
    assert found.ranking is not None
    assert found.ranking.low <= 0.5
    assert "no better than chance" in found.finding


def test_who_accepts_everything_is_told_that_nothing_can_be_learned(engine: Engine) -> None:
    make = Make(engine.store)
    for _ in range(30):
        engine.store.examples.add(make.new_example(decision=Decision.ACCEPTED))
    assert "accepted every text" in engine.calibration.look("anna").finding


@pytest.mark.parametrize("accepted", [1, 4, 26, 29])
def test_below_five_of_either_kind_nothing_is_compared(engine: Engine, accepted: int) -> None:
    make = Make(engine.store)
    for number in range(30):
        decision = Decision.ACCEPTED if number < accepted else Decision.REJECTED
        engine.store.examples.add(make.new_example(score=6 + number / 10, decision=decision))
    found = engine.calibration.look("anna")
    assert (found.ranking, found.suggested) == (None, None)
    said = f"accepted {accepted}" if accepted < 5 else f"rejected {30 - accepted}"
    assert f"{said} of 30 texts: from 5 on" in found.finding


def test_from_five_of_either_kind_on_they_are_compared(engine: Engine) -> None:
    make = Make(engine.store)
    for number in range(30):
        decision = Decision.ACCEPTED if number < 5 else Decision.REJECTED
        engine.store.examples.add(make.new_example(score=6 + number / 10, decision=decision))
    assert engine.calibration.look("anna").ranking is not None


def test_what_the_score_accepted_itself_says_nothing_about_it(engine: Engine) -> None:
    add, make = engine.store.examples.add, Make(engine.store)
    by_score = add(make.new_example(score=8.0))
    overruled = add(make.new_example(score=8.1))
    for each in (by_score, overruled):
        engine.store.decisions.decide("anna", each.id, Action.ACCEPT, seen=0, reviewer=BY_SCORE)
    seen = engine.review.card("anna", overruled.id).seen
    engine.review.reject("anna", overruled.id, seen=seen)
    assert engine.store.verdicts.newest("anna", limit=9) == [(8.1, False)]
    engine.review.undo("anna")
    assert engine.store.verdicts.newest("anna", limit=9) == []


def test_a_decision_is_about_the_text_before_it_was_mended(engine: Engine) -> None:
    new = Make(engine.store).new_example(score=6.0, completion="Sure.")
    accepted = engine.store.examples.add(new)
    engine.review.accept("anna", accepted.id, seen=0)
    seen = engine.review.card("anna", accepted.id).seen
    mended = replace(new, quality=Quality(9.0), decision=Decision.ACCEPTED)
    (entry,) = engine.store.decisions.replace("anna", [(accepted.id, seen, mended)], Action.REPAIR)
    assert engine.store.verdicts.newest("anna", limit=9) == []
    engine.review.accept("anna", entry.result_id or "", seen=entry.id)
    assert engine.store.verdicts.newest("anna", limit=9) == [(9.0, True)]


def test_thumbs_count_where_there_is_no_decision_and_a_persons_text_never(engine: Engine) -> None:
    make = Make(engine.store)
    add = engine.store.examples.add
    add(make.new_example(score=6.0, feedback=1))
    add(make.new_example(score=7.5, feedback=1, decision=Decision.REJECTED))
    add(make.new_example(score=9.0, author=Author.PERSON, decision=Decision.ACCEPTED))
    add(make.new_example(score=9.5))
    found = engine.store.verdicts.newest("anna", limit=9)
    assert sorted(found) == [(6.0, True), (7.5, False)]
    assert engine.store.verdicts.newest("ben", limit=9) == []


def test_everything_that_keeps_or_counts_texts_follows_the_users_threshold(engine: Engine) -> None:
    make = Make(engine.store)
    for number, score in enumerate((6.5, 7.5, 8.5, 8.6, 8.7)):
        for user in ("anna", "ben"):
            engine.store.examples.add(
                make.new_example(user, score, seed_prompt=f"{number}", completion=f"t {number}")
            )
    engine.calibration.accept("anna", 8.0)
    assert [engine.get_stats(user).kept for user in ("anna", "ben", None)] == [3, 4, 8]
    assert [engine.readiness(user).examples for user in ("anna", "ben")] == [3, 4]
    assert [sum(engine.shelf.scores(user).usable) for user in ("anna", "ben")] == [3, 4]
    assert [engine.overview.board(user).figures.usable for user in ("anna", "ben")] == [3, 4]


def test_automatic_training_counts_by_the_users_threshold(engine: Engine) -> None:
    make = Make(engine.store)
    for number in range(5):
        new = make.new_example(score=7.5, seed_prompt=f"{number}", completion=f"t {number}")
        engine.store.examples.add(new)
    engine.calibration.accept("anna", 8.0)
    assert engine.automation.train_when_ready("anna") is None
    engine.calibration.go_back("anna")
    job = engine.automation.train_when_ready("anna")
    assert job is not None
    assert job.request["new_examples"] == 5


@pytest.mark.parametrize("threshold", [-0.1, 10.5, float("nan"), True])
def test_a_threshold_off_the_scale_is_refused(engine: Engine, threshold: float) -> None:
    with pytest.raises(InvalidInput, match="threshold must be from 0 to 10"):
        engine.calibration.accept("anna", threshold)
