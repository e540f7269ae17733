"""No method that takes a user's id reads or changes what is another user's.

Anna owns one of everything. Ben tries each method on her ids. Either he is told there is no such
thing, or he gets nothing; and not one row of the database differs afterwards.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from engine.domain.benchmark import BenchmarkRow
from engine.domain.budget import Cost
from engine.domain.erasure import Noun
from engine.domain.example import Author
from engine.domain.export import Selection
from engine.domain.harm import Fault
from engine.domain.passage import Scope
from engine.domain.review import Action, Order
from engine.domain.schedule import Schedule
from engine.domain.vote import Choice
from engine.errors import EngineError, InvalidInput, NotFound
from engine.store import Store
from engine.store.example_pages import ExampleFilter
from engine.store.growth import Dimension
from engine.store.tables import metadata
from tests.engine.store.conftest import Make, empty_database, open_for_two
from tests.engine.store.intrusions import ALL, CREATING, DUE, EMPTY, REFUSED

# What methods of EMPTY need besides the user.
SUPPLIED: dict[str, Any] = {
    "where": ALL,
    "order": Order.NEWEST,
    "target": None,
    "example_id": "0" * 32,
    "selection": Selection(),
    "name": "terms",
    "chosen": ExampleFilter(),
    "since": datetime(2020, 1, 1, tzinfo=UTC),
    "tried": DUE,
    "request": {},
    "due_at": DUE,
    "next_at": DUE,
    "at": DUE,
    "noun": Noun.EXAMPLE,
    "import_id": "0" * 32,
    "example_ids": ["0" * 32],
    "draft_ids": ["0" * 32],
    "story_ids": ["0" * 32],
    "sources": [""],
    "threshold": 0.0,
    "key": "mix",
    "by": Dimension.KIND,
    "run_ids": ["0" * 32],
    "collection": "here",
    "ids": ["0" * 32],
    "indexed": (),
    "limit": 9,
    "scope": Scope.OWN,
    "scopes": (Scope.OWN,),
    "text": "a key",
    "version_id": None,
}


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.database.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same for every test here: each of them sees to it that it leaves all as it was."""
    with empty_database(tmp_path_factory.mktemp("two")) as url, open_for_two(url) as opened:
        yield opened


@pytest.fixture(scope="module")
def make(store: Store) -> Make:
    return Make(store)


@pytest.fixture(scope="module")
def anna(store: Store, make: Make) -> SimpleNamespace:
    """One of everything that is anna's."""
    store.preferences.set("anna", "mix", {"horror": 1.0})
    store.keyword_lists.save("anna", "terms", ["lamp"])
    store.benchmarks.add("anna", "verbs", [BenchmarkRow("A verb?", label="go")])
    story = store.stories.create("anna", prompt="p", kind="story", genre=None, style=None)
    job = make.job()
    store.outcomes.record_kept(job.id, 0, make.slot_example(job, 0), [make.new_rejected(1.0)], 1.0)
    store.ledger.reserve("anna", Cost(1, 2, 3), generator="g", owner="o", job_id=job.id)
    run = make.run()
    older, newer = make.version_of(run), make.version()
    store.versions.activate("anna", older.id)
    store.versions.activate("anna", newer.id)
    store.watched.add(newer.id, Fault.EMPTY, limit=1)
    store.watched.take_back(newer.id, reason="r", verdict="v")
    evaluation = make.evaluation("anna", version_id=older.id)
    store.exports.add("anna", format="csv", place="p", example_ids=[make.example().id])
    passage, forgotten = store.passages.add(
        "anna", [make.new_passage("a key"), make.new_passage("b")]
    )
    store.passages.change("anna", passage.id, pinned=True)
    store.outbox.mark_indexed("anna", "here", [passage])
    store.passages.forget("anna", [forgotten.id])
    decided = make.example()
    store.decisions.decide("anna", decided.id, Action.ACCEPT, seen=0)
    draft = make.draft(story.id, trial=Author.STUDENT)
    store.feedback.give("anna", 1, draft_id=draft.id, reasons=["vivid"])
    make.draft(story.id, edited_id=draft.id)
    plan = Schedule("03:00", "UTC", 1, {}, "stories", False, DUE)
    store.schedules.set("anna", plan)
    answers = {"left_model": "l", "right_model": "r", "left_text": "t", "right_text": "u"}
    voted = store.votes.add("anna", prompt="p", kind="story", genre=None, **answers)
    store.votes.vote("anna", voted.id, Choice.LEFT)
    return SimpleNamespace(
        pair=store.votes.add("anna", prompt="p", kind="story", genre=None, **answers).id,
        decided=decided.id,
        draft=draft.id,
        passage=passage,
        forgotten=forgotten.id,
        story=story.id,
        job=job.id,
        import_id=store.imports.begin("anna", job.id, "continuation", ["a.txt"]).id,
        run=run,
        example=make.example().id,
        snapshot=run.snapshot_id,
        erasure=store.erasures.erase("0" * 32, "anna", "", {"example": [make.example().id]}),
        version=older,
        evaluation=evaluation.id,
    )


@pytest.mark.parametrize("method", REFUSED)
def test_another_users_id_is_not_there(
    store: Store, make: Any, anna: SimpleNamespace, method: str
) -> None:
    before = everything(store)
    with pytest.raises(NotFound):
        REFUSED[method](store, anna, make)
    assert everything(store) == before


@pytest.mark.parametrize("method", EMPTY)
def test_another_users_rows_are_not_seen(
    store: Store, make: Any, anna: SimpleNamespace, method: str
) -> None:
    before = everything(store)
    assert not EMPTY[method](store, anna, make)
    assert everything(store) == before


def test_bens_own_preference_leaves_annas_alone(store: Store, anna: SimpleNamespace) -> None:
    store.preferences.set("ben", "mix", 2)
    assert store.preferences.get("anna", "mix") == {"horror": 1.0}
    store.preferences.delete("ben", "mix")


def test_another_users_job_takes_no_example(store: Store, make: Any, anna: Any) -> None:
    before = everything(store)
    with pytest.raises(EngineError):
        store.outcomes.record_kept(
            anna.job, 5, make.new_example("ben", job_id=anna.job, plan_index=5), [], 1.0
        )
    with pytest.raises(NotFound):
        store.examples.add(make.new_example("ben", job_id=anna.job))
    assert everything(store) == before


def test_every_method_that_takes_a_user_is_tried_here(store: Store) -> None:
    taking_a_user = set()
    for field in fields(store):
        for name, method in inspect.getmembers(getattr(store, field.name), inspect.ismethod):
            if not name.startswith("_") and "user_id" in inspect.signature(method).parameters:
                taking_a_user.add(f"{field.name}.{name}")
    assert taking_a_user == CREATING | set(REFUSED) | set(EMPTY)


@pytest.mark.parametrize("method", EMPTY)
def test_an_id_that_no_user_can_have_is_refused(
    store: Store, make: Any, anna: SimpleNamespace, method: str
) -> None:
    """Before any statement is sent, whatever the method."""
    before = everything(store)
    noun, name = method.split(".")
    signature = inspect.signature(getattr(getattr(store, noun), name))
    rest = {
        parameter.name: SUPPLIED[parameter.name]
        for parameter in signature.parameters.values()
        if parameter.default is parameter.empty and parameter.name != "user_id"
    }
    with pytest.raises(InvalidInput) as caught:
        getattr(getattr(store, noun), name)(user_id="../anna", **rest)
    assert caught.value.field == "user_id"
    assert everything(store) == before
