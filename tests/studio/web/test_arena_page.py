"""The Arena page: two texts without names, a vote, then the names; nothing tells them apart before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from engine.arena.contenders import called_base
from engine.domain.version import Version
from engine.domain.vote import Choice, Pair
from engine.engine import Engine
from engine.store.tables import votes
from studio.web.components.arena import verdict
from studio.web.navigation import ARENA
from tests.fake_llamacpp import FakeLlamaCpp
from tests.studio.web.conftest import BASE, all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf

NAME = called_base(BASE)
LABELS = ("Left is better (1)", "Right is better (2)", "Equally good (3)", "Both bad (4)")


@pytest.fixture
def version(engine: Engine, teacher: FakeLlamaCpp, anna: Shelf) -> Version:
    """Anna's own model, active and served beside the base."""
    made = anna.version()
    engine.activate("anna", made.number)
    engine.store.serving.publish(teacher.url, BASE, "01" * 32, {made.id: 0}, "")
    return made


@pytest.fixture
def page(engine: Engine, version: Version) -> AppTest:
    engine.start_story("anna", "The lamp in the tower goes out.", genre="horror")
    return open_studio("anna", ARENA)


def press(page: AppTest, label: str) -> None:
    button(page, label).click().run()
    assert not page.exception


def opened(engine: Engine) -> Pair:
    pair = engine.store.votes.open("anna")
    assert pair is not None
    return pair


def rendered(page: AppTest) -> list[str]:
    """Everything the page sends to the browser, its sidebar left out."""
    sent = [str(node.proto) for node in page.main if getattr(node, "proto", None) is not None]
    assert len(sent) > 10
    return sent


def test_with_one_model_it_says_where_another_comes_from(
    engine: Engine, teacher: FakeLlamaCpp, anna: Shelf
) -> None:
    page = open_studio("anna", ARENA)
    assert "only one model to ask" in all_text(page)
    assert button(page, "Go to Auto-Train")
    assert teacher.requests == []


def test_both_texts_are_there_and_no_name_is(
    engine: Engine, version: Version, page: AppTest
) -> None:
    pair, sent = opened(engine), "\n".join(rendered(page))
    assert pair.is_whole
    assert pair.left_text in all_text(page)
    assert pair.right_text in all_text(page)
    assert version.label not in sent
    assert NAME not in sent
    assert BASE not in sent
    assert version.id not in sent
    assert [each.label for each in page.button if each.label in LABELS] == list(LABELS)


def test_nothing_on_the_page_depends_on_who_wrote_which(engine: Engine, page: AppTest) -> None:
    """The same texts in the same places, the models behind them swapped: not a letter differs."""
    page.run()
    before, pair = rendered(page), opened(engine)
    with engine.store.database.write() as connection:
        connection.execute(
            update(votes)
            .where(votes.c.id == pair.id)
            .values(
                left_model=pair.right_model,
                right_model=pair.left_model,
                left_version_id=pair.right_version_id,
                right_version_id=pair.left_version_id,
            )
        )
    assert opened(engine) != pair
    page.run()
    assert rendered(page) == before


def test_a_reload_shows_the_same_pair_and_asks_nobody_again(
    engine: Engine, teacher: FakeLlamaCpp, page: AppTest
) -> None:
    pair, asked = opened(engine), len(teacher.requests)
    again = open_studio("anna", ARENA)
    assert opened(engine) == pair
    assert pair.left_text in all_text(again)
    assert len(teacher.requests) == asked == 2


@pytest.mark.parametrize(("label", "choice"), zip(LABELS, Choice, strict=True))
def test_a_vote_is_saved_and_says_who_wrote_which(
    engine: Engine, page: AppTest, label: str, choice: Choice
) -> None:
    pair = opened(engine)
    press(page, label)
    (vote,) = engine.arena.votes("anna")
    assert (vote.id, vote.choice) == (pair.id, choice)
    shown = all_text(page).replace("\\", "")
    assert f"Left: {pair.left_model}" in shown
    assert f"Right: {pair.right_model}" in shown
    assert page.success[0].value.replace("\\", "") == verdict(vote)
    assert not [each for each in page.button if each.label in LABELS]
    press(page, "Next pair (N)")
    assert opened(engine).id != pair.id
    assert not page.success


def test_verdicts_name_the_better_one_first(engine: Engine, page: AppTest) -> None:
    press(page, LABELS[0])
    (vote,) = engine.arena.votes("anna")
    vote = replace(vote, left_model="zega-anna v2", right_model=NAME)
    said = [verdict(replace(vote, choice=choice)) for choice in Choice]
    assert said == [
        f"You chose zega-anna v2 (left) over {NAME}.",
        f"You chose {NAME} (right) over zega-anna v2.",
        f"Equally good: zega-anna v2 (left) and {NAME} (right).",
        f"Both bad: zega-anna v2 (left) and {NAME} (right).",
    ]


def test_the_last_vote_is_taken_back_and_its_pair_comes_again(
    engine: Engine, page: AppTest
) -> None:
    pair = opened(engine)
    press(page, LABELS[1])
    press(page, "Undo (Z)")
    assert engine.arena.votes("anna") == []
    assert opened(engine) == pair
    assert pair.left_text in all_text(page)
    press(page, "Undo (Z)")
    assert any("no vote to take back" in each.value for each in page.toast)


def test_a_skipped_pair_gives_way_to_another(engine: Engine, page: AppTest) -> None:
    pair = opened(engine)
    press(page, "Skip (S)")
    assert opened(engine).id != pair.id
    assert engine.arena.votes("anna") == []


def test_a_pair_that_was_voted_on_in_another_tab_is_not_voted_on_again(
    engine: Engine, page: AppTest
) -> None:
    pair = opened(engine)
    engine.arena.vote("anna", pair.id, Choice.TIE)
    press(page, LABELS[0])
    assert "voted on" in problems(page)
    assert [vote.choice for vote in engine.arena.votes("anna")] == [Choice.TIE]
    assert opened(engine).id != pair.id


def pressed_twice(engine: Engine, *, what: str, id: str) -> str:
    """What is told when the press on one drawn button reaches the server twice."""

    def twice(what: str, id: str) -> None:
        import streamlit as st

        from engine.domain.vote import Choice
        from studio.web import session
        from studio.web.components import arena
        from studio.web.connection import engine

        session.act_for("anna")
        studio, rest = engine(), [Choice.LEFT] if what == "cast" else []
        for _ in range(2):
            getattr(arena, what)(studio, id, *rest)
        failure = session.take_failure()
        st.text(failure.message if failure else "no problem")

    script = AppTest.from_function(twice, kwargs={"what": what, "id": id}).run()
    assert not script.exception, script.exception
    said: str = script.text[0].value
    return said


def test_undo_pressed_twice_takes_one_vote_back(engine: Engine, version: Version) -> None:
    vote_often(engine, version, 3, "horror")
    before = engine.arena.votes("anna")
    assert pressed_twice(engine, what="undo", id=before[-1].id) == "no problem"
    assert engine.arena.votes("anna") == before[:-1]


@pytest.mark.parametrize(("what", "votes"), [("cast", 1), ("skip", 0)])
def test_a_second_press_on_the_pair_just_decided_is_no_problem(
    engine: Engine, page: AppTest, what: str, votes: int
) -> None:
    pair = opened(engine)
    assert pressed_twice(engine, what=what, id=pair.id) == "no problem"
    assert len(engine.arena.votes("anna")) == votes
    assert engine.store.votes.open("anna") is None


def test_the_undo_button_is_of_the_newest_vote(engine: Engine, page: AppTest) -> None:
    """A late press on one drawn before has no button any more, so it presses nothing."""
    drawn = [button(page, "Undo (Z)").key]
    for label in (LABELS[0], LABELS[1]):
        press(page, label)
        drawn.append(button(page, "Undo (Z)").key)
        press(page, "Next pair (N)")
    votes = engine.arena.votes("anna")
    assert drawn == ["arena-undo-", *(f"arena-undo-{vote.id}" for vote in votes)]


def test_when_a_model_fails_it_is_said_and_the_other_answer_is_kept(
    engine: Engine, teacher: FakeLlamaCpp, version: Version
) -> None:
    teacher.script.errors = 1
    page = open_studio("anna", ARENA)
    assert "Your votes are safe" in problems(page)
    pair = opened(engine)
    written = pair.left_text or pair.right_text
    assert written
    assert written not in all_text(page)  # nothing is shown half
    assert not [each for each in page.button if each.label in LABELS]
    press(page, "Try again")
    assert opened(engine).is_whole
    assert written in all_text(page)
    assert len(teacher.requests) == 3


def test_another_pair_can_be_taken_after_a_failure(
    engine: Engine, teacher: FakeLlamaCpp, version: Version
) -> None:
    teacher.script.errors = 1
    page = open_studio("anna", ARENA)
    pair = opened(engine)
    press(page, "Another pair (S)")
    assert opened(engine).id != pair.id
    assert opened(engine).is_whole


def vote_often(engine: Engine, version: Version, number: int, genre: str) -> None:
    for place in range(number):
        pair = engine.store.votes.add(
            "anna",
            prompt=f"Lamp {place} of {genre}.",
            kind="stories",
            genre=genre,
            left_model=version.label,
            right_model=NAME,
            left_text="a",
            right_text="b",
        )
        engine.arena.vote("anna", pair.id, Choice.RIGHT if place % 5 == 0 else Choice.LEFT)


def test_too_few_votes_are_said_to_be_too_few(engine: Engine, version: Version) -> None:
    assert "No vote yet" in all_text(open_studio("anna", ARENA))
    engine.store.votes.skip("anna", opened(engine).id)
    vote_often(engine, version, 5, "horror")
    page = open_studio("anna", ARENA)
    assert "too few votes, 5 of 20" in all_text(page).replace("\\", "")
    assert set(page.dataframe[0].value["Points"]) == {"too few votes"}


def test_ratings_are_shown_with_interval_and_votes_and_by_genre(
    engine: Engine, version: Version
) -> None:
    vote_often(engine, version, 25, "horror")
    vote_often(engine, version, 4, "romance")
    page = open_studio("anna", ARENA)
    standings, meetings = (each.value for each in page.dataframe)
    assert list(standings["Model"]) == [version.label, NAME]
    assert list(standings["Votes"]) == [29, 29]
    assert standings["Points"][0].startswith("+")
    assert " to " in standings["95 % interval"][0]
    assert list(standings["Points"])[1] == "0"
    assert (meetings["Won"][0], meetings["Lost"][0]) == (6, 23)
    assert "n = 29 votes" in all_text(page).replace("\\", "")
    next(each for each in page.selectbox if each.label == "Genre").set_value("romance").run()
    assert not page.exception
    assert list(page.dataframe[0].value["Votes"]) == [4, 4]
