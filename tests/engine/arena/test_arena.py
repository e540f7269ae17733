"""A pair from choosing to the vote: kept, asked for once, blind, and nothing lost when a model fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from engine.arena.contenders import called_base
from engine.domain.version import Version
from engine.domain.vote import Choice, Pair
from engine.engine import Engine
from engine.errors import WrongState
from engine.store.tables import versions, votes
from engine.store.votes import forget_answers
from models.errors import ModelError
from tests.fake_gemini import fake_gemini
from tests.fake_llamacpp import FakeLlamaCpp
from tests.fake_provider import KEY
from tests.studio.web.shelf import Shelf

BASE = called_base("SmolLM2-135M-Instruct")


def next_pair(engine: Engine) -> Pair:
    pair = engine.arena.pair("anna")
    assert pair is not None
    return pair


def voted(engine: Engine, choice: Choice = Choice.LEFT) -> Pair:
    pair = engine.arena.write("anna", next_pair(engine))
    engine.arena.vote("anna", pair.id, choice)
    return pair


def test_one_model_alone_is_compared_with_nobody(engine: Engine, base: FakeLlamaCpp) -> None:
    assert engine.arena.contenders("anna") == [BASE]
    assert engine.arena.pair("anna") is None
    assert base.requests == []


def test_a_pair_is_kept_before_it_is_written_and_both_are_asked_alike(
    engine: Engine, base: FakeLlamaCpp, version: Version
) -> None:
    engine.start_story("anna", "The lamp in the tower goes out.", genre="horror", style="Be brief.")
    pair = next_pair(engine)
    assert (pair.left_text, pair.right_text) == ("", "")
    assert {pair.left_model, pair.right_model} == {BASE, version.label}
    assert next_pair(engine) == pair
    assert base.requests == []
    count: list[int] = []
    whole = engine.arena.write("anna", pair, lambda: count.append(1))
    assert len(count) == 2
    assert whole.is_whole
    assert next_pair(engine) == whole == engine.arena.write("anna", whole)
    first, second = base.requests
    assert (first["messages"], first["seed"]) == (second["messages"], second["seed"])
    assert sorted(bool(each.get("lora")) for each in base.requests) == [False, True]


def test_a_vote_reveals_and_the_next_pair_is_on_another_prompt(
    engine: Engine, version: Version
) -> None:
    pair = voted(engine, Choice.RIGHT)
    (vote,) = engine.arena.votes("anna")
    assert (vote.choice, vote.left_model, vote.right_text) == (
        Choice.RIGHT,
        pair.left_model,
        pair.right_text,
    )
    assert next_pair(engine).prompt != pair.prompt
    with pytest.raises(WrongState):
        engine.arena.vote("anna", pair.id, Choice.LEFT)
    assert engine.arena.undo("anna") == pair == next_pair(engine)
    assert engine.arena.votes("anna") == []


def test_a_skipped_pair_counts_for_nobody(engine: Engine, version: Version) -> None:
    pair = next_pair(engine)
    engine.arena.skip("anna", pair.id)
    assert next_pair(engine).id != pair.id
    assert engine.arena.votes("anna") == []


def test_a_vote_whose_texts_are_gone_counts_and_cannot_be_taken_back(
    engine: Engine, version: Version
) -> None:
    before, last = voted(engine), voted(engine, Choice.RIGHT)
    at = datetime.now(UTC)
    with engine.store.database.write() as connection:
        connection.execute(
            update(votes)
            .where(votes.c.id == before.id)
            .values(left_version_id=None, right_version_id=None)
        )
        connection.execute(
            update(versions).where(versions.c.id == version.id).values(quarantined_at=at)
        )
        forget_answers(connection, "anna", at)
    assert engine.arena.undo("anna") == replace(before, left_version_id=None, right_version_id=None)
    assert engine.arena.undo("anna") is None
    (vote,) = engine.arena.votes("anna")
    assert (vote.id, vote.choice, vote.has_texts) == (last.id, Choice.RIGHT, False)


def test_one_answer_is_kept_when_the_other_fails(
    engine: Engine, base: FakeLlamaCpp, version: Version
) -> None:
    pair = next_pair(engine)
    base.script.errors = 1
    with pytest.raises(ModelError):
        engine.arena.write("anna", pair)
    half = next_pair(engine)
    assert half.id == pair.id
    assert bool(half.left_text) != bool(half.right_text)
    whole = engine.arena.write("anna", half)
    assert len(base.requests) == 3  # the one that came is not asked for again
    assert whole.is_whole
    assert half.left_text in ("", whole.left_text)
    assert half.right_text in ("", whole.right_text)


def test_an_answer_of_nothing_is_no_answer(
    engine: Engine, base: FakeLlamaCpp, version: Version
) -> None:
    base.script.texts = [" "]
    with pytest.raises(ModelError, match="answered with nothing"):
        engine.arena.write("anna", next_pair(engine))
    assert not next_pair(engine).is_whole


def test_a_teacher_is_a_contender_and_is_asked_at_the_users_cost(
    engine: Engine, base: FakeLlamaCpp
) -> None:
    with fake_gemini(texts=("The fox waited in the snow until the last light was out.",)) as server:
        gemini = engine.teachers.add(
            "Gemini", "gemini", base_url=server.url, model="writer-large", key=KEY
        )
        engine.teachers.choose("anna", [gemini.id])
        assert engine.arena.contenders("anna") == [BASE, "Gemini API · writer-large"]
        voted(engine)
        spent = engine.store.ledger.by_generator("anna", datetime(2020, 1, 1, tzinfo=UTC))
        assert list(spent) == ["Gemini API · writer-large"]
    assert len(base.requests) == 1


def test_a_teacher_elsewhere_is_none_while_local_only(engine: Engine, version: Version) -> None:
    away = engine.teachers.add("Far away", "gemini", model="gemini-flash", key=KEY)
    engine.teachers.choose("anna", [away.id])
    pair = engine.store.votes.add(
        "anna",
        prompt="A lamp.",
        kind="stories",
        genre=None,
        left_model=away.generator,
        right_model=BASE,
    )
    assert next_pair(engine) == pair
    engine.teachers.set_local_only(True)
    assert engine.arena.contenders("anna") == [BASE, version.label]
    assert next_pair(engine).id != pair.id


def test_versions_that_are_served_are_contenders_and_shut_ones_are_not(
    engine: Engine, base: FakeLlamaCpp, version: Version
) -> None:
    newer = Shelf(engine, "anna").version()
    Shelf(engine, "anna").t5("20261121-143000")
    assert engine.arena.contenders("anna") == [BASE, version.label]
    engine.store.serving.publish(base.url, "base", "0" * 64, {version.id: 3, newer.id: 4}, "")
    assert engine.arena.contenders("anna") == [BASE, newer.label, version.label]
    pair = next_pair(engine)
    shut = next(each for each in (pair.left_version_id, pair.right_version_id) if each)
    with engine.store.database.write() as connection:
        at = datetime.now(UTC)
        connection.execute(update(versions).where(versions.c.id == shut).values(quarantined_at=at))
    assert shut not in (next_pair(engine).left_version_id, next_pair(engine).right_version_id)


def test_ratings_are_of_all_votes_or_of_one_genre(engine: Engine, version: Version) -> None:
    for number in range(24):
        pair = engine.store.votes.add(
            "anna",
            prompt=f"Lamp {number}.",
            kind="stories",
            genre="horror" if number < 21 else "romance",
            left_model=version.label,
            right_model=BASE,
            left_text="a",
            right_text="b",
        )
        engine.arena.vote("anna", pair.id, Choice.LEFT if number % 4 else Choice.RIGHT)
    ratings = engine.arena.ratings("anna")
    assert (ratings.votes, ratings.anchor) == (24, BASE)
    best = ratings.standings[0]
    assert (best.model, best.won, best.lost) == (version.label, 18, 6)
    assert best.rating is not None
    assert best.rating.n == 24
    assert engine.arena.ratings("anna", "horror").votes == 21
    assert engine.arena.ratings("anna", "romance").anchor is None
