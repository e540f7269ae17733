"""Orders of templates, run as the worker runs them against a teacher that is a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_engine
from engine.data.templates import TemplateOrder, fill, read_order
from engine.domain.example import Author, Source
from engine.domain.job import Job, JobKind, JobState
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.errors import InvalidInput, NotFound
from engine.jobs.events import history
from engine.jobs.work import Runner
from engine.settings import load_settings
from engine.training.split import split_examples
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp, good_texts

PLACES = {"place": ["a mill", "a ship", "a tower", "a mine", "a bridge", "a school"]}
SHORT = "The lamp went out. Nobody had a match, and so they waited for the moon to rise again."


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home", train_at=0))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def teacher(engine: Engine) -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp() as server:
        engine.store.serving.publish(server.url, "base", "0" * 64, {}, "")
        yield server


def order(*templates: str, **config: Any) -> TemplateOrder:
    names = {name for each in templates for name in PLACES if f"{{{name}}}" in each}
    return read_order(
        {
            "template_prompts": list(templates),
            "values": {name: PLACES[name] for name in names},
            "generation_config": config,
            "seed": 7,
        }
    )


def run(engine: Engine, wanted: TemplateOrder) -> Job:
    job = engine.templates.start("anna", wanted)
    Runner(engine).run(job.id)
    return engine.job("anna", job.id)


def test_prompts_are_asked_word_for_word_and_kept_as_examples(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    wanted = order("Write a {genre} story in {place}. {style}", num_samples=5, temperature=0.3)
    preview = engine.templates.preview(wanted, limit=5)
    job = run(engine, wanted)
    assert (job.kind, job.state) == (JobKind.SYNTHESIS, JobState.SUCCEEDED)
    asked = {each["messages"][-1]["content"] for each in teacher.requests}
    assert asked == set(preview.prompts)
    assert (preview.combinations, preview.asked) == (8 * 6 * 10, 5)
    assert {each["temperature"] for each in teacher.requests} == {0.3}
    assert {each["max_tokens"] for each in teacher.requests} == {300}
    filled = {each.prompt: each for each in fill(wanted, 5, seed=7)}
    examples = engine.store.examples.list("anna", source=Source.TEMPLATE)
    assert examples
    for each in examples:
        made_of = filled[each.prompt]
        assert (each.genre, each.style) == (made_of.genre, made_of.style)
        assert each.split_group == made_of.seed_prompt
        assert (each.kind, each.author) == ("stories", Author.TEACHER)


def test_what_was_asked_is_accepted_rejected_or_failed(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    teacher.script.texts = [good_texts()[0]["text"], "no " * 60, good_texts()[9]["text"]]
    job = run(engine, order("Write of {place}.", num_samples=9))
    found = engine.templates.result("anna", job.id)
    assert found.requested == found.accepted + found.rejected + found.failed == 9
    assert found.accepted in (1, 2)
    assert found.failed == 0
    assert found.output_format == "jsonl"
    reasons = {each.reason for each in engine.store.outcomes.rejected("anna", job.id)}
    assert any("Scored" in each for each in reasons)
    assert any("Nearly repeats" in each for each in reasons)
    last = history(engine.store, job).events[-1]
    assert (last.name, last.progress.done, last.progress.total) == ("generationCompleted", 9, 9)


def test_without_a_filter_every_answer_becomes_an_example_and_none_is_trained_on_unasked(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    teacher.script.texts = [SHORT]
    wanted = order("Write of {place}.", quality_filter=False, max_tokens=64, num_samples=1)
    found = engine.templates.result("anna", run(engine, wanted).id)
    assert (found.accepted, found.rejected) == (1, 0)
    (example,) = engine.store.examples.list("anna")
    assert example.completion == SHORT
    assert not example.is_kept(threshold=10.0)
    assert teacher.requests[0]["max_tokens"] == 64


def test_a_killed_order_goes_on_with_what_is_missing(engine: Engine, teacher: FakeLlamaCpp) -> None:
    job = engine.templates.start("anna", order("Write of {place}.", quality_filter=False))
    engine.store.jobs.start(job.id)  # and its process was killed after two answers
    for index in range(2):
        engine.store.outcomes.record_failed(job.id, index, "no answer", 1.0)
    Runner(engine).run(job.id)
    found = engine.templates.result("anna", job.id)
    assert (found.requested, found.failed, len(teacher.requests)) == (6, 2, 4)


def test_a_cancelled_order_keeps_what_it_has(engine: Engine, teacher: FakeLlamaCpp) -> None:
    job = engine.templates.start("anna", order("Write of {place}."))
    engine.cancel("anna", job.id)
    Runner(engine).run(job.id)
    assert engine.job("anna", job.id).state is JobState.CANCELLED
    found = engine.templates.result("anna", job.id)
    assert (found.requested, found.accepted + found.rejected + found.failed) == (6, 0)


def test_prompts_that_differ_in_style_only_are_never_split(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    run(engine, order("Write of {place}. {style}", quality_filter=False, num_samples=40))
    examples = engine.store.examples.list("anna", limit=100)
    assert len({each.split_group for each in examples}) < len(examples)
    parts: dict[str, set[Split]] = {}
    groups = {each.id: each.split_group for each in examples}
    for example_id, part in split_examples(examples):
        parts.setdefault(groups[example_id], set()).add(part)
    assert all(len(each) == 1 for each in parts.values())


def test_what_is_off_is_refused_before_a_job_is_made(engine: Engine) -> None:
    unknown = order("Write.").model_copy(update={"kind": "sagas"})
    with pytest.raises(InvalidInput, match="sagas"):
        engine.templates.start("anna", unknown)
    assert engine.jobs("anna") == []
    training = engine.store.jobs.create("anna", JobKind.TRAINING, {})
    with pytest.raises(NotFound):
        engine.templates.result("anna", training.id)
