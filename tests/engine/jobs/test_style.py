"""The end of a training for a user with writing of their own: base and version go on from it, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.domain.job import JobKind
from engine.domain.style import Certainty
from engine.domain.version import Version
from engine.engine import Engine
from engine.errors import Cancelled
from engine.jobs.attempt import Attempt
from engine.jobs.style import measure_style
from tests.engine.style.conftest import Shelf
from tests.engine.style.voices import passages, short_spoken
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp

HELD_OUT = 4


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("ZEGA_HOME", str(tmp_path / "home"))
    opened = open_engine()
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def teacher() -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp(texts=passages(short_spoken, 8)) as server:
        yield server


def served(engine: Engine, teacher: FakeLlamaCpp, passages: int) -> Version:
    """A version that learned so many passages, and the server that holds it."""
    shelf = Shelf(engine.store)
    version = shelf.version(shelf.own(passages), held_out=HELD_OUT)
    engine.store.serving.publish(teacher.url, "tiny", "01" * 32, {version.id: 0}, "")
    return version


def measure(engine: Engine, version: Version) -> None:
    job = engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    measure_style(engine, job, version, Attempt(engine.store, engine.store.jobs.start(job.id)))


def test_both_go_on_from_every_held_out_place_once(engine: Engine, teacher: FakeLlamaCpp) -> None:
    version = served(engine, teacher, 20)
    measure(engine, version)
    report = engine.style.style("anna", version.number)
    assert report is not None
    assert report.certainty is Certainty.ROUGH
    assert len(teacher.requests) == 2 * HELD_OUT
    asked = {each.request for each in engine.style.prompts(version)}
    assert {request["messages"][-1]["content"] for request in teacher.requests} == asked
    measure(engine, version)
    assert len(teacher.requests) == 2 * HELD_OUT


def test_without_enough_writing_nobody_is_asked(engine: Engine, teacher: FakeLlamaCpp) -> None:
    version = served(engine, teacher, 8)
    measure(engine, version)
    report = engine.style.style("anna", version.number)
    assert report is not None
    assert report.certainty is Certainty.LOCKED
    assert teacher.requests == []


def test_a_model_that_fails_leaves_no_report(engine: Engine, teacher: FakeLlamaCpp) -> None:
    version = served(engine, teacher, 20)
    teacher.script.errors = 100
    measure(engine, version)
    assert engine.style.style("anna", version.number) is None


def test_a_cancelled_training_stops_asking(engine: Engine, teacher: FakeLlamaCpp) -> None:
    version = served(engine, teacher, 20)
    job = engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    job = engine.store.jobs.start(job.id)
    engine.store.jobs.request_cancel("anna", job.id)
    with pytest.raises(Cancelled):
        measure_style(engine, job, version, Attempt(engine.store, job))
    assert engine.style.style("anna", version.number) is None
