"""A kind of one's own, added as a file in the home: written, scored, collected and trained on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.domain.job import JobKind
from engine.errors import InvalidInput
from engine.jobs.work import Runner
from engine.kinds import stories
from engine.training.run import take_snapshot
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp, good_texts
from tests.processes import PATIENCE_SECONDS, Home, wait_for

FILE = Path(__file__).parents[2] / "data" / "recipes_kind.yaml"


def recipe(text: str) -> str:
    return f"Ingredients:\n- two onions\n- a cup of barley\n\nMethod:\n{text.strip()}"


@pytest.fixture
def kitchen(home: Home) -> Home:
    """A home that knows recipes."""
    (home.folder / "kinds").mkdir()
    shutil.copy(FILE, home.folder / "kinds" / "recipes.yaml")
    return home


@pytest.fixture
def cook(kitchen: Home) -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp(texts=[recipe(row["text"]) for row in good_texts()]) as fake:
        kitchen.publish(fake)
        yield fake


def test_it_is_written_and_scored(kitchen: Home, cook: FakeLlamaCpp) -> None:
    engine = kitchen.engine
    story = engine.start_story("anna", "A soup of nettles.", kind="recipes")
    list(engine.write("anna", story.id))
    (draft,) = engine.store.stories.get("anna", story.id).drafts
    assert draft.example_id is not None
    example = engine.store.examples.get("anna", draft.example_id)
    assert (example.kind, example.genre) == ("recipes", None)
    assert example.prompt == "Write down how to cook this. A soup of nettles."
    asked = cook.requests[0]["messages"]
    assert asked[0]["content"] == engine.kinds.get("recipes").system
    assert engine.score(example.completion, "recipes").score == draft.quality.score >= 7
    without = engine.score(good_texts()[0]["text"], "recipes")
    assert not without.kept
    assert "sections" in without.reasons[0]
    with pytest.raises(InvalidInput, match="genre"):
        engine.start_story("anna", "A soup.", kind="recipes", genre="horror")


def test_what_a_model_leaves_out_is_begun_for_it(kitchen: Home, cook: FakeLlamaCpp) -> None:
    engine = kitchen.engine
    cook.script.texts = ["Ingredients:\n- two onions\n- barley", " Cut the onions. Boil all of it."]
    story = engine.start_story("anna", "A soup. Of onions.", kind="recipes")
    pieces = list(engine.write("anna", story.id))
    (draft,) = engine.store.stories.get("anna", story.id).drafts
    assert "".join(pieces).strip() == draft.text
    assert cook.requests[1]["messages"][-1]["role"] == "assistant"
    assert cook.requests[1]["messages"][-1]["content"].endswith("- barley\n\nMethod:")


def collect(kitchen: Home) -> None:
    engine = kitchen.engine
    job = engine.start_auto_train("anna", 12, kind="recipes")
    Runner(engine).run(job.id)
    result = engine.auto_train_result("anna", job.id)
    assert (result.kept, result.genre_distribution) == (12, {})
    assert engine.get_stats("anna").by_kind == {"recipes": 12}
    assert {each.seed_prompt for each in engine.store.examples.list("anna")} == set(
        engine.kinds.get("recipes").prompts[""]
    )


def test_it_is_collected_and_frozen(kitchen: Home, cook: FakeLlamaCpp) -> None:
    collect(kitchen)
    store = kitchen.engine.store
    snapshot = take_snapshot(store, "anna", threshold=7.0, min_examples=10)
    assert len(snapshot.rows) == 12
    ids = [row[0] for row in snapshot.rows]
    assert {each.kind for each in store.examples.of_ids("anna", ids)} == {"recipes"}


@pytest.mark.prove
def test_it_is_trained_on(kitchen: Home, cook: FakeLlamaCpp) -> None:
    collect(kitchen)
    engine = kitchen.engine
    kitchen.start("engine.serving.process")
    lesson = engine.start_training("anna")
    kitchen.start_worker()
    wait_for(
        "the job to end",
        lambda: engine.job("anna", lesson.id).state.is_final,
        4 * PATIENCE_SECONDS,
    )
    assert engine.job("anna", lesson.id).error == ""
    (version,) = engine.versions("anna")
    assert [pair.prompt for pair in version.comparisons] == [
        f"Write down how to cook this. {idea.prompt}"
        for idea in engine.kinds.get("recipes").evaluation
    ]
    (run,) = [each for each in engine.store.runs.list("anna") if each.id == lesson.id]
    rows = json.loads((kitchen.folder / run.folder / "run.json").read_text(encoding="utf-8"))[
        "rows"
    ]
    assert {row[2] for part in rows.values() for row in part} == {
        engine.kinds.get("recipes").system
    }


def test_jobs_of_before_there_were_kinds_are_stories(kitchen: Home, cook: FakeLlamaCpp) -> None:
    cook.script.texts = ()
    request = {"num_examples": 1, "mix": {}, "seed": 1, "store_in_memory": False}
    job = kitchen.engine.store.jobs.create("anna", JobKind.AUTO_TRAIN, request)
    Runner(kitchen.engine).run(job.id)
    assert kitchen.engine.auto_train_result("anna", job.id).successful == 1
    assert cook.requests[0]["messages"][0]["content"] == stories().system
