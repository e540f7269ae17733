"""The end of a training in the worker: waiting for the model server, the comparison, and what is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.domain.job import Job
from engine.domain.version import Version
from engine.errors import Cancelled
from engine.jobs import comparison
from engine.jobs.attempt import Attempt, progress_of, run_folder
from engine.jobs.comparison import compare_and_rule, prove_late
from engine.training.process import RESULT_FILE
from engine.training.recipe import load_config
from tests.contests import result, trained
from tests.engine.store.conftest import Make
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp, good_texts
from tests.processes import Home


@pytest.fixture
def server() -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp(texts=[good_texts()[0]["text"]]) as running:
        yield running


@pytest.fixture
def version(home: Home) -> Version:
    """One that was trained and registered, with the result that its training wrote."""
    made = trained(Make(home.engine.store))
    folder = run_folder(home.folder, job_of(home, made))
    folder.mkdir(parents=True)
    (folder / RESULT_FILE).write_text(json.dumps(result()), encoding="utf-8")
    return made


def job_of(home: Home, version: Version) -> Job:
    return home.engine.store.jobs.get(version.run_id)


def serve(home: Home, server: FakeLlamaCpp, *versions: Version) -> None:
    adapters = {version.id: place for place, version in enumerate(versions)}
    home.engine.store.serving.publish(server.url, "tiny", "0" * 64, adapters, "")


def compared(home: Home, version: Version) -> dict[str, Any]:
    engine, job = home.engine, job_of(home, version)
    attempt = Attempt(engine.store, job)
    return compare_and_rule(engine, job, version, load_config("quick"), attempt)


def test_base_and_version_answer_and_the_better_one_is_active(
    home: Home, version: Version, server: FakeLlamaCpp
) -> None:
    serve(home, server, version)
    before = progress_of(home.engine.store, home.folder, job_of(home, version))
    said = compared(home, version)
    found = home.engine.active_version("anna")
    assert found is not None
    assert (found.id, found.verdict) == (version.id, said["verdict"])
    assert "comparison_error" not in said
    loras = [request["lora"] for request in server.requests]
    assert loras == [[]] * 64 + [[{"id": 0, "scale": 1.0}]] * 64
    job = job_of(home, version)
    assert (job.done, job.total) == (128, 128)
    # An attempt that measured a model got further: it is not set aside.
    assert progress_of(home.engine.store, home.folder, job) == before + 2


def test_a_version_that_could_not_be_compared_is_whole_and_waits(
    home: Home, version: Version, server: FakeLlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "LOADED_SECONDS", 0.05)
    serve(home, server)  # without the version
    unloadable = f"Not served: it is broken. {version.verdict}"
    home.engine.store.versions.set_verdict(version.id, unloadable)
    said = compared(home, version)
    assert "did not load zega-anna v1" in said["comparison_error"]
    assert said["verdict"] == (
        "Not served: it is broken. Not proved: it could not be compared with what answers now. "
        f"{said['comparison_error']} {comparison.LATER}"
    )
    found = home.engine.store.versions.by_id(version.id)
    assert (found.verdict, found.ruling) == (said["verdict"], None)
    assert home.engine.active_version("anna") is None
    serve(home, server, version)
    later = home.engine.evaluations.measure("anna", "1")
    prove_late(home.engine, later, found, Attempt(home.engine.store, later))
    proved = home.engine.active_version("anna")
    assert proved is not None
    assert proved.verdict.endswith("It is active.")
    asked = len(server.requests)
    home.engine.activate("anna", None)
    prove_late(home.engine, later, proved, Attempt(home.engine.store, later))
    assert len(server.requests) == asked
    assert home.engine.active_version("anna") is None


def test_a_version_on_another_base_than_is_served_waits(
    home: Home, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home.engine.settings, "base_model", "SmolLM2-135M-Instruct")
    said = compared(home, version)
    assert "zega-anna v1 was trained on tiny" in said["comparison_error"]
    assert "Set ZEGA_BASE_MODEL to tiny" in said["verdict"]
    assert home.engine.active_version("anna") is None


def test_a_later_reason_takes_the_place_of_the_first(
    home: Home, version: Version, server: FakeLlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "LOADED_SECONDS", 0.05)
    serve(home, server)
    home.engine.store.versions.set_verdict(version.id, f"Not served. {version.verdict}")
    compared(home, version)
    monkeypatch.setattr(home.engine.settings, "base_model", "SmolLM2-135M-Instruct")
    found = home.engine.store.versions.by_id(version.id)
    later = home.engine.evaluations.measure("anna", "base")
    prove_late(home.engine, later, found, Attempt(home.engine.store, later))
    verdict = home.engine.store.versions.by_id(version.id).verdict
    assert verdict.startswith("Not served. Not proved: it could not be compared")
    assert "zega-anna v1 was trained on tiny" in verdict
    assert "did not load" not in verdict
    assert verdict.count("Not proved:") == 1


def test_a_cancel_is_obeyed_between_answers(
    home: Home, version: Version, server: FakeLlamaCpp
) -> None:
    serve(home, server, version)
    job = home.engine.store.jobs.start(version.run_id)
    home.engine.cancel("anna", job.id)
    with pytest.raises(Cancelled):
        compared(home, version)
    assert len(server.requests) < 64
    assert home.engine.store.versions.by_id(version.id).ruling is None
