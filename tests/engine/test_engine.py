"""The verbs as a program calls them: with a real database and a teacher on loopback."""

from __future__ import annotations

import inspect
from dataclasses import asdict, fields
from typing import Any

import pytest

from engine.domain.genre import Genre
from engine.domain.job import Job, JobKind, JobState
from engine.engine import Engine
from engine.errors import Cancelled, InvalidInput, JobFailed, NotFound, NoWorker
from engine.jobs import waiting
from engine.views import AutoTrainResult, TrainingStats
from tests.fake_llamacpp import fake_llamacpp, good_texts
from tests.processes import Home, wait_for, worked_here

HOSTILE = ("../anna", "anna/..", "Anna", "", "a" * 65, "anna\n", "a;ls", "-rf", "anna\x00", "%2e")


# Whatever a verb needs besides the user, all of it acceptable.
SUPPLIED: dict[str, Any] = {
    "prompt": "A clock runs backwards.",
    "story_id": "0" * 32,
    "job_id": "0" * 32,
    "example_id": "0" * 32,
    "text": "word " * 100,
    "feedback": 1,
    "num_examples": 3,
    "number": None,
    "name": "mine",
    "mix": {"horror": 1.0},
    "version": "base",
}

VERBS = [
    name
    for name, verb in inspect.getmembers(Engine, inspect.isfunction)
    if not name.startswith("_") and "user_id" in inspect.signature(verb).parameters
]


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_refuses_a_hostile_name(home: Home, name: str) -> None:
    verb = getattr(home.engine, name)
    needed = {
        parameter.name: SUPPLIED[parameter.name]
        for parameter in inspect.signature(verb).parameters.values()
        if parameter.default is parameter.empty and parameter.name != "user_id"
    }
    before = sorted(home.folder.rglob("*"))
    for user_id in HOSTILE:
        with pytest.raises(InvalidInput) as caught:
            verb(user_id=user_id, **needed)
        assert caught.value.field == "user_id"
    assert sorted(home.folder.rglob("*")) == before
    assert home.engine.users() == ["anna"]


def test_auto_train_answers_the_closing_figures(home: Home) -> None:
    seen: list[Job] = []
    with fake_llamacpp() as teacher, worked_here(home):
        home.publish(teacher)
        result = home.engine.auto_train("anna", 6, ["horror", "sci_fi"], on_progress=seen.append)
    assert result.total_requested == result.successful + result.failed == 6
    assert result.kept + result.rejected == result.successful
    assert list(result.genre_distribution) == [genre.value for genre in Genre]
    assert sum(result.genre_distribution.values()) == result.successful
    assert result.genre_distribution["horror"] == result.genre_distribution["sci_fi"] == 3
    assert result.training_stats.training_examples == result.kept > 0
    assert result.total_time > 0
    stats = home.engine.get_stats("anna")
    assert stats.total_examples == stats.kept == result.kept
    assert stats.by_kind == {"stories": result.kept}
    assert stats.last_updated is not None
    assert home.engine.get_stats() == stats
    assert [job.state for job in seen][-1] is JobState.SUCCEEDED
    assert [job.done for job in seen] == sorted(job.done for job in seen)
    assert home.engine.auto_train_result("anna", seen[-1].id) == result


def test_the_fields_of_the_result_are_the_contract() -> None:
    assert [field.name for field in fields(AutoTrainResult)] == [
        "total_requested",
        "successful",
        "failed",
        "genre_distribution",
        "average_quality",
        "total_time",
        "training_stats",
        "ready_for_finetuning",
        "kept",
        "rejected",
    ]
    stats = TrainingStats(3, 47)
    assert asdict(stats) == {"training_examples": 3, "examples_until_next_training": 47}


def test_a_cancelled_auto_train_says_what_was_kept(home: Home) -> None:
    def cancel_soon(job: Job) -> None:
        if home.engine.get_stats("anna").kept:
            home.engine.cancel("anna", job.id)

    with fake_llamacpp(delay=0.005) as teacher, worked_here(home):
        home.publish(teacher)
        with pytest.raises(Cancelled) as caught:
            home.engine.auto_train("anna", 100, on_progress=cancel_soon)
    stats = home.engine.get_stats("anna")
    assert caught.value.kept == stats.kept > 0
    result = home.engine.auto_train_result("anna", caught.value.job_id)
    assert (result.kept, result.total_requested) == (stats.kept, 100)
    assert result.successful < 100


def test_a_failed_job_keeps_its_code(home: Home) -> None:
    def give_up(job: Job) -> None:
        home.engine.store.jobs.fail(job.id, "parked", "It was set aside.")

    with pytest.raises(JobFailed, match="set aside") as caught:
        home.engine.auto_train("anna", 3, on_progress=give_up)
    assert (caught.value.code, caught.value.kept) == ("parked", 0)


def test_nobody_to_run_a_job_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WORKER_SECONDS", 0.0)
    with pytest.raises(NoWorker) as caught:
        home.engine.auto_train("anna", 1)
    assert home.engine.job("anna", caught.value.job_id).state is JobState.QUEUED
    monkeypatch.undo()
    with fake_llamacpp() as teacher, worked_here(home):
        home.publish(teacher)
        wait_for("the job", lambda: home.state(caught.value.job_id) == "succeeded")


def test_genres_that_do_not_exist_are_refused(home: Home) -> None:
    with pytest.raises(InvalidInput, match="western") as caught:
        home.engine.auto_train("anna", 1, ["western"])
    assert caught.value.field == "genres"
    assert home.engine.jobs("anna") == []
    assert home.engine.get_available_training_genres() == [genre.value for genre in Genre]


def test_the_result_of_a_training_is_not_an_auto_training(home: Home) -> None:
    job = home.engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    with pytest.raises(NotFound):
        home.engine.auto_train_result("anna", job.id)


def test_a_good_text_is_kept_and_word_salad_is_not(home: Home) -> None:
    row = good_texts()[0]
    good = home.engine.score(row["text"], genre=row["genre"], prompt=row["prompt"])
    assert good.kept
    assert good.score >= 7.0
    assert set(good.parts) >= {"repetition", "likelihood", "relevance", "genre"}
    words = row["text"].split()
    bad = home.engine.score(" ".join(sorted(words)), genre=row["genre"], prompt=row["prompt"])
    assert not bad.kept
    assert bad.score < good.score
    assert bad.reasons


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"kind": "poems"}, "kind"), ({"genre": "western"}, "genre"), ({"text": "a" * 10**6 + "a"}, "text")],
)  # fmt: skip
def test_what_cannot_be_scored_is_named(home: Home, arguments: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        home.engine.score(**{"text": "A story.", **arguments})
    assert caught.value.field == field


@pytest.mark.parametrize("number", [0, -1, 501])
def test_an_estimate_of_a_number_that_cannot_be_asked_for(home: Home, number: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        home.engine.estimate(number)
    assert caught.value.field == "num_examples"
