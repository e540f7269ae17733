"""Votes: a pair is open until it is decided about, answers are written once, the newest can be undone."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.erasure import Noun
from engine.domain.vote import Choice, Pair
from engine.errors import InvalidInput, NotFound, WrongState
from engine.store import Store
from engine.store.texts import blank


def new_pair(store: Store, prompt: str = "A lamp goes out.", **values: Any) -> Pair:
    whole = {"left_text": "The lamp went out.", "right_text": "A lamp? Out."}
    models = {"left_model": "zega-anna v1", "right_model": "the base tiny"}
    return store.votes.add(
        "anna", prompt=prompt, kind="stories", genre="horror", **models | whole | values
    )


def test_a_vote_is_its_pair_with_a_choice(store: Store) -> None:
    pair = new_pair(store, style="briefly")
    assert store.votes.list("anna") == []
    vote = store.votes.vote("anna", pair.id, Choice.RIGHT)
    assert store.votes.list("anna") == [vote]
    assert (vote.choice, vote.style, vote.genre) == (Choice.RIGHT, "briefly", "horror")
    assert (vote.left_model, vote.right_model) == (pair.left_model, pair.right_model)
    assert vote.created_at >= pair.created_at
    assert vote.has_texts
    assert store.votes.open("anna") is None


def test_one_pair_is_open_until_it_is_decided_about(store: Store) -> None:
    pair = new_pair(store)
    assert new_pair(store, "Another prompt") == pair
    assert store.votes.open("anna") == pair
    store.votes.skip("anna", pair.id)
    assert store.votes.open("anna") is None
    assert new_pair(store, "Another prompt").prompt == "Another prompt"
    shown = {each.prompt for each in store.votes.shown("anna")}
    assert shown == {"A lamp goes out.", "Another prompt"}
    assert store.votes.list("anna") == []


def test_an_answer_is_written_once(store: Store) -> None:
    pair = new_pair(store, left_text="", right_text="")
    assert not pair.is_whole
    with pytest.raises(InvalidInput, match="wait for both answers"):
        store.votes.vote("anna", pair.id, Choice.LEFT)
    store.votes.write("anna", pair.id, right="first")
    again = store.votes.write("anna", pair.id, left="other side", right="second")
    assert (again.left_text, again.right_text) == ("other side", "first")
    assert again == store.votes.open("anna")
    store.votes.vote("anna", pair.id, Choice.TIE)
    assert store.votes.write("anna", pair.id, left="late").left_text == "other side"


def test_a_decided_pair_takes_no_other_vote(store: Store) -> None:
    voted = new_pair(store)
    store.votes.vote("anna", voted.id, Choice.LEFT)
    skipped = new_pair(store)
    store.votes.skip("anna", skipped.id)
    for pair, state in ((voted, "voted on"), (skipped, "skipped")):
        with pytest.raises(WrongState, match=state):
            store.votes.vote("anna", pair.id, Choice.RIGHT)
        with pytest.raises(WrongState, match=state):
            store.votes.skip("anna", pair.id)
    assert [vote.choice for vote in store.votes.list("anna")] == [Choice.LEFT]
    with pytest.raises(NotFound):
        store.votes.vote("anna", "0" * 32, Choice.LEFT)


def test_undo_takes_back_one_vote_after_the_other_and_shows_its_pair_first(store: Store) -> None:
    first = new_pair(store, "first")
    store.votes.vote("anna", first.id, Choice.LEFT)
    second = new_pair(store, "second")
    store.votes.vote("anna", second.id, Choice.BOTH_BAD)
    third = new_pair(store, "third")
    assert store.votes.undo("anna") == second
    assert store.votes.open("anna") == second
    assert store.votes.undo("anna") == first
    assert store.votes.undo("anna") is None
    for pair in (first, second, third):
        assert store.votes.open("anna") == pair
        store.votes.vote("anna", pair.id, Choice.TIE)


def test_undo_of_another_vote_than_the_newest_changes_nothing(store: Store) -> None:
    assert store.votes.newest("anna") is None
    first = new_pair(store, "first")
    store.votes.vote("anna", first.id, Choice.LEFT)
    second = new_pair(store, "second")
    newest = store.votes.vote("anna", second.id, Choice.TIE)
    assert store.votes.newest("anna") == newest
    assert store.votes.undo("anna", first.id) is None
    assert store.votes.undo("anna", second.id) == second
    assert store.votes.undo("anna", second.id) is None
    assert [vote.id for vote in store.votes.list("anna")] == [first.id]


def test_an_erased_vote_still_counts_and_is_never_shown_again(store: Store) -> None:
    voted = new_pair(store)
    store.votes.vote("anna", voted.id, Choice.LEFT)
    opened = new_pair(store)
    with store.database.write() as connection:
        blank(connection, "anna", Noun.VOTE, [voted.id, opened.id])
    (vote,) = store.votes.list("anna")
    assert (vote.choice, vote.left_text, vote.right_text) == (Choice.LEFT, "", "")
    assert not vote.has_texts
    assert store.votes.open("anna") is None
    assert store.votes.undo("anna") is None
    assert store.votes.write("anna", opened.id, left="late").left_text == ""
