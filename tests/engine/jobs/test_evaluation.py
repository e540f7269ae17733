"""An evaluation through the worker's runner: who is asked what, what is stored, and how it can end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from engine.domain.evaluation import RowMeasure
from engine.domain.example import Example
from engine.domain.job import Job, JobKind, JobState
from engine.domain.version import Version
from engine.errors import Cancelled, InvalidInput, NotFound
from engine.evaluation.measures import Measure
from engine.jobs import evaluation
from engine.jobs.attempt import progress_of
from engine.jobs.work import Runner
from engine.serving.model_server import under_evaluation
from tests.contests import trained
from tests.engine.store.conftest import Make
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY
from tests.processes import Home

ROWS = [
    {"prompt": "Is a cat an animal?", "label": "yes"},
    {"prompt": "Is a stone an animal?", "label": "no"},
    {"prompt": "Say hello.", "reference": "Yes, hello."},
    {"prompt": "A lamp for liars.", "kind": "stories", "genre": "horror"},
]


@pytest.fixture
def server() -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp(texts=["Yes. It is so.\nNo more."]) as running:
        yield running


def serve(home: Home, server: FakeLlamaCpp, *versions: Version) -> None:
    adapters = {version.id: place for place, version in enumerate(versions)}
    home.engine.store.serving.publish(server.url, "tiny", "0" * 64, adapters, "")


def add_benchmark(home: Home) -> None:
    data = "\n".join(map(json.dumps, ROWS)).encode()
    home.engine.benchmarks.add("anna", "mine", data)


def run(home: Home, job: Job) -> Job:
    Runner(home.engine).run(job.id)
    return home.engine.job("anna", job.id)


def measured_rows(
    settings: Any,
    examples: Sequence[Example],
    versions: Sequence[Version],
    *,
    max_length: int,
    cancelled: Callable[[], bool],
) -> dict[str | None, tuple[RowMeasure, ...]]:
    """In place of the process that measures: a version loses half a nat a token less than the base."""
    assert max_length > 0
    assert not cancelled()
    return {
        name: tuple(
            RowMeasure(row.id, (3.0 - 0.5 * (name is not None)) * 10 + place, 10, row.genre)
            for place, row in enumerate(examples)
        )
        for name in (None, *(each.id for each in versions))
    }


def test_a_benchmark_is_asked_row_by_row_and_kept_with_what_is_right(
    home: Home, server: FakeLlamaCpp
) -> None:
    add_benchmark(home)
    serve(home, server)
    measure = home.engine.evaluations.measure
    ended = run(home, measure("anna", "base", benchmark="mine"))
    assert ended.state is JobState.SUCCEEDED, ended.error
    assert (ended.done, ended.total) == (4, 4)
    assert ended.result["models"] == ["the base tiny"]
    found = home.engine.evaluations.get("anna", ended.result["evaluation_id"])
    assert (found.benchmark, found.version_id, found.rows) == ("mine", None, ())
    assert [each.label for each in found.answers] == ["yes", "no", None, None]
    assert [each.reference for each in found.answers] == [None, None, "Yes, hello.", None]
    by_request = {each["messages"][-1]["content"]: each for each in server.requests}
    labelled, plain = by_request["Is a cat an animal?"], by_request["Say hello."]
    assert (labelled["temperature"], labelled["stop"]) == (0.0, ["\n"])
    assert plain["temperature"] > 0.0
    assert "fiction" not in labelled["messages"][0]["content"]
    assert "Write a horror story of about 150 words. A lamp for liars." in by_request
    figures = home.engine.evaluations.findings("anna", found.id).figures.measures
    assert figures[Measure.ACCURACY].n == 2
    assert figures[Measure.BLEU].n == 1
    assert figures[Measure.QUALITY].n == 2
    again = run(home, measure("anna", "base", benchmark="mine"))
    assert again.result == ended.result
    assert len(server.requests) == 4


def test_a_version_and_the_base_answer_the_version_s_set_and_tell_their_losses(
    home: Home, server: FakeLlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "measure_rows", measured_rows)
    version = trained(Make(home.engine.store))
    home.engine.store.versions.set_verdict(version.id, "Better than the base.")
    serve(home, server, version)
    job = home.engine.evaluations.measure("anna", "v1", rival="base")
    ended = run(home, job)
    assert ended.state is JobState.SUCCEEDED, ended.error
    assert (ended.done, ended.total) == (128, 128)
    loras = [request["lora"] for request in server.requests]
    assert loras == [[{"id": 0, "scale": 1.0}]] * 64 + [[]] * 64
    ids = (ended.result["evaluation_id"], ended.result["rival_evaluation_id"])
    found = home.engine.evaluations.findings("anna", *ids)
    assert found.beside is not None
    loss = found.beside.differences.measures[Measure.LOSS]
    assert loss.value == pytest.approx(-0.5)
    assert loss.n == 6
    assert next(iter(found.by_genre)) == "fantasy"
    assert [each.version_id for each in (found.evaluation, found.beside.evaluation)] == [
        version.id,
        None,
    ]
    assert progress_of(home.engine.store, home.folder, job) == 2
    monkeypatch.setattr(evaluation, "measure_rows", None)
    assert run(home, home.engine.evaluations.measure("anna", "base", rival="1")).result == {
        "evaluation_id": ids[1],
        "rival_evaluation_id": ids[0],
        "models": ["the base tiny", "zega-anna v1"],
    }
    assert len(server.requests) == 128


def test_without_a_version_the_base_is_asked_the_set_of_stories(
    home: Home, server: FakeLlamaCpp
) -> None:
    serve(home, server)
    ended = run(home, home.engine.evaluations.measure("anna", "teacher"))
    found = home.engine.evaluations.get("anna", ended.result["evaluation_id"])
    assert found.model == "the base tiny"
    assert len(found.answers) == 64
    assert found.rows == ()


def test_a_provider_is_asked_by_its_name(home: Home) -> None:
    add_benchmark(home)
    with fake_openai(texts=("yes",)) as fake:
        home.engine.teachers.add(
            "Writers", "openai", base_url=f"{fake.url}/v1", model="writer-large", key=KEY
        )
        ended = run(home, home.engine.evaluations.measure("anna", "writers", benchmark="mine"))
    assert ended.state is JobState.SUCCEEDED, ended.error
    found = home.engine.evaluations.get("anna", ended.result["evaluation_id"])
    assert found.model == "Writers · writer-large"
    assert [each.text for each in found.answers] == ["yes"] * 4


def test_a_cancel_is_obeyed_between_answers(home: Home, server: FakeLlamaCpp) -> None:
    server.script.delay = 0.01
    serve(home, server)
    job = home.engine.evaluations.measure("anna", "base")
    home.engine.store.jobs.start(job.id)
    home.engine.cancel("anna", job.id)
    assert run(home, job).state is JobState.CANCELLED
    assert len(server.requests) < 64
    assert home.engine.evaluations.page("anna") == ([], 0)


def test_a_cancel_reaches_the_process_that_measures_rows(
    home: Home, server: FakeLlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = trained(Make(home.engine.store))
    serve(home, server, version)
    job, told = home.engine.evaluations.measure("anna", "v1"), threading.Event()

    def measuring(*args: Any, cancelled: Callable[[], bool], **options: Any) -> None:
        home.engine.cancel("anna", job.id)
        while not cancelled():
            time.sleep(0.01)
        told.set()
        raise Cancelled("The evaluation")

    monkeypatch.setattr(evaluation, "measure_rows", measuring)
    assert run(home, job).state is JobState.CANCELLED
    assert told.wait(10)
    assert server.requests == []


def test_a_model_server_that_is_away_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.jobs.comparison.LOADED_SECONDS", 0.05)
    ended = run(home, home.engine.evaluations.measure("anna", "base"))
    assert (ended.state, ended.error_code) == (JobState.FAILED, "model_unavailable")
    assert "did not load the base" in ended.error


def test_a_benchmark_that_is_gone_by_its_turn_is_said(home: Home, server: FakeLlamaCpp) -> None:
    add_benchmark(home)
    serve(home, server)
    job = home.engine.evaluations.measure("anna", "base", benchmark="mine")
    home.engine.benchmarks.remove("anna", "mine")
    ended = run(home, job)
    assert (ended.state, ended.error_code) == (JobState.FAILED, "not_found")


def test_what_cannot_be_measured_is_refused_before_anything_is_queued(home: Home) -> None:
    measure = home.engine.evaluations.measure
    home.engine.ensure_user("guest-" + "0" * 24)
    home.engine.teachers.add("Writers", "openai", base_url="https://llm.example.com/v1", model="w")
    for asked, field, why in (
        (("anna", "gpt"), "model", "must be of base, a version's number, teacher, Writers"),
        (
            ("guest-" + "0" * 24, "Writers"),
            "model",
            "must be of base, a version's number, teacher;",
        ),
    ):
        with pytest.raises(InvalidInput, match=why) as caught:
            measure(*asked)
        assert caught.value.field == field
    with pytest.raises(InvalidInput, match="is the same model: the base tiny") as caught:
        measure("anna", "base", rival="teacher")
    assert caught.value.field == "rival"
    with pytest.raises(NotFound):
        measure("anna", "7")
    with pytest.raises(NotFound):
        measure("anna", "base", benchmark="none")
    home.engine.teachers.set_local_only(True)
    with pytest.raises(Exception, match="local only"):
        measure("anna", "Writers")
    assert home.engine.jobs("anna") == []


def test_a_version_trained_on_another_base_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(Make(home.engine.store))
    monkeypatch.setattr(home.engine.settings, "base_model", "SmolLM2-135M-Instruct")
    with pytest.raises(InvalidInput, match="zega-anna v1, which was trained on tiny"):
        home.engine.evaluations.measure("anna", "1")


def test_the_model_server_holds_what_an_evaluation_names_while_it_runs(home: Home) -> None:
    store, version = home.engine.store, trained(Make(home.engine.store))
    for job in store.jobs.unfinished():
        store.jobs.cancelled(job.id)
    job = home.engine.evaluations.measure("anna", "1")
    assert job.kind is JobKind.EVALUATION
    assert under_evaluation(store) == []
    store.jobs.start(job.id)
    assert [each.id for each in under_evaluation(store)] == [version.id]
    store.jobs.succeed(job.id, {})
    assert under_evaluation(store) == []
