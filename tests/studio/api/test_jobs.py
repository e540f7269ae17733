"""Jobs over REST: made, started, followed and cancelled, each only by its own user."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.domain.job import JobKind, JobState
from engine.engine import Engine
from engine.jobs.queue import JobQueue
from tests.fake_llamacpp import FakeLlamaCpp
from tests.processes import wait_for
from tests.studio.api.conftest import Hands

JOBS = "/api/training/jobs"
AUTO = {"kind": "auto_train", "user_id": "anna", "num_examples": 3, "genres": ["horror"]}


def make(client: TestClient, **change: Any) -> dict[str, Any]:
    answer = client.post(JOBS, json=AUTO | change)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_job_is_made_without_being_started(
    client: TestClient, engine: Engine, hands: Hands
) -> None:
    answer = client.post(JOBS, json=AUTO)
    job = answer.json()
    assert (job["state"], job["kind"], job["jobs_ahead"]) == ("created", "auto_train", 0)
    assert answer.headers["Location"] == f"{JOBS}/{job['job_id']}?user_id=anna"
    assert hands.queued == engine.store.jobs.unfinished() == engine.jobs("anna") == []
    assert client.get(answer.headers["Location"]).json() == job
    assert client.get(JOBS, params={"user_id": "anna"}).json()["jobs"] == [job]


def test_the_worker_does_not_find_a_job_that_was_not_started(
    client: TestClient, engine: Engine
) -> None:
    make(client)
    queue = JobQueue(f"sqlite:///{engine.settings.home / 'jobs.db'}")
    assert queue.reconcile(engine.store.jobs.unfinished()) == []
    queue.close()


def test_started_it_runs_and_shows_its_progress_and_result(
    client: TestClient, engine: Engine, teacher: FakeLlamaCpp, hands: Hands
) -> None:
    hands.work = True
    job_id = make(client)["job_id"]
    started = client.post(f"{JOBS}/{job_id}/start", params={"user_id": "anna"})
    assert started.status_code == 200
    assert hands.queued == [job_id]
    wait_for("the job ends", lambda: engine.job("anna", job_id).state.is_final)
    job = client.get(f"{JOBS}/{job_id}", params={"user_id": "anna"}).json()
    assert job["state"] == "succeeded"
    assert (job["progress"]["done"], job["progress"]["total"]) == (3, 3)
    assert job["metrics"]["successful"] == job["result"]["successful"] == 3
    assert job["jobs_ahead"] is None
    assert job["error"] is None


def test_a_job_is_started_once(client: TestClient, hands: Hands) -> None:
    job_id = make(client)["job_id"]
    assert client.post(f"{JOBS}/{job_id}/start?user_id=anna").status_code == 200
    again = client.post(f"{JOBS}/{job_id}/start?user_id=anna")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert again.json()["details"]["state"] == "queued"
    assert hands.queued == [job_id]


def test_a_cancelled_job_cannot_be_started(client: TestClient, hands: Hands) -> None:
    job_id = make(client)["job_id"]
    cancelled = client.post(f"{JOBS}/{job_id}/cancel?user_id=anna")
    assert cancelled.json()["state"] == "cancelled"
    assert client.post(f"{JOBS}/{job_id}/start?user_id=anna").status_code == 409
    assert client.post(f"{JOBS}/{job_id}/cancel?user_id=anna").json()["state"] == "cancelled"
    assert hands.queued == []


def test_a_cancelled_training_goes_on_as_another_job(
    client: TestClient, engine: Engine, hands: Hands
) -> None:
    engine.ensure_user("anna")
    job_id = engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"}).id
    early = client.post(f"{JOBS}/{job_id}/resume?user_id=anna")
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    assert client.post(f"{JOBS}/{job_id}/stop?user_id=anna").status_code == 409
    client.post(f"{JOBS}/{job_id}/cancel?user_id=anna")
    answer = client.post(f"{JOBS}/{job_id}/resume?user_id=anna&fork=true")
    assert answer.status_code == 201
    assert answer.json()["job_id"] != job_id
    assert answer.json()["state"] == "queued"
    assert hands.queued == [answer.json()["job_id"]]


def test_a_running_training_is_asked_to_stop(client: TestClient, engine: Engine) -> None:
    engine.ensure_user("anna")
    job_id = engine.store.jobs.create("anna", JobKind.TRAINING, {}).id
    engine.store.jobs.start(job_id)
    assert client.post(f"{JOBS}/{job_id}/stop?user_id=anna").status_code == 200
    assert engine.job("anna", job_id).stop_requested


def test_jobs_know_how_many_come_first(client: TestClient) -> None:
    first, second = make(client)["job_id"], make(client)["job_id"]
    for job_id in (first, second):
        client.post(f"{JOBS}/{job_id}/start?user_id=anna")
    jobs = client.get(f"{JOBS}?user_id=anna").json()["jobs"]
    assert {job["job_id"]: job["jobs_ahead"] for job in jobs} == {first: 0, second: 1}


def test_a_training_without_enough_examples_is_not_started(
    client: TestClient, engine: Engine, hands: Hands
) -> None:
    job = client.post(JOBS, json={"kind": "training", "user_id": "anna"}).json()
    assert job["request"]["recipe"] == engine.settings.recipe
    answer = client.post(f"{JOBS}/{job['job_id']}/start?user_id=anna")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_enough_examples")
    assert answer.json()["details"] == {"have": 0, "needed": 10, "missing": 10}
    assert engine.job("anna", job["job_id"]).state is JobState.CREATED
    assert hands.queued == []


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "western"},
        {"kind": None},
        {"recipe": "quick"},
        {"num_examples": 501},
        {"kind": "training"},
        {"user_id": "../anna"},
    ],
)
def test_an_order_that_does_not_fit_makes_nothing(
    client: TestClient, engine: Engine, change: dict[str, Any]
) -> None:
    answer = client.post(JOBS, json=AUTO | change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert engine.users() == []


def test_an_unknown_recipe_makes_nothing(client: TestClient, engine: Engine) -> None:
    order = {"kind": "training", "user_id": "anna", "recipe": "../../etc/passwd"}
    answer = client.post(JOBS, json=order)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert engine.users() == []


@pytest.mark.parametrize("verb", ["", "/start", "/cancel", "/stop", "/resume"])
def test_another_users_job_is_not_there(client: TestClient, engine: Engine, verb: str) -> None:
    job_id = make(client)["job_id"]
    engine.ensure_user("ben")
    ask = client.post if verb else client.get
    answer = ask(f"{JOBS}/{job_id}{verb}", params={"user_id": "ben"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert engine.job("anna", job_id).state is JobState.CREATED
    assert client.get(JOBS, params={"user_id": "ben"}).json()["jobs"] == []


@pytest.mark.parametrize("job_id", ["0" * 32, "f" * 31, "0" * 32 + "%0a", "..%2f..%2fetc", "%2500"])
def test_an_id_that_nobody_has_is_refused(client: TestClient, job_id: str) -> None:
    answer = client.get(f"{JOBS}/{job_id}?user_id=anna")
    assert answer.status_code in (404, 422)
    assert set(answer.json()) == {"code", "message", "action", "details"}


@pytest.mark.parametrize(
    "query",
    ["", "user_id=", "user_id=%2561nna", "user_id=anna%0a", "user_id=Anna", "user_id=a%D9%A1"],
)
def test_a_name_is_needed_and_checked(client: TestClient, query: str) -> None:
    answer = client.get(f"{JOBS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_pages_of_jobs_are_newest_first(client: TestClient) -> None:
    made = [make(client)["job_id"] for _ in range(3)]
    page = client.get(f"{JOBS}?user_id=anna&limit=2&offset=1").json()
    assert [job["job_id"] for job in page["jobs"]] == made[1::-1]
    assert page["total"] == 3
    for query in ("limit=0", "limit=101", "offset=-1"):
        assert client.get(f"{JOBS}?user_id=anna&{query}").status_code == 422


def test_who_did_what_is_written_down(client: TestClient, engine: Engine) -> None:
    job_id = make(client)["job_id"]
    client.post(f"{JOBS}/{job_id}/start?user_id=anna")
    client.post(f"{JOBS}/{job_id}/cancel?user_id=anna")
    log = (engine.settings.home / "logs" / "audit.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["action"] for line in lines] == ["create_job", "start_job", "cancel_job"]
    assert {(line["user_id"], line["job_id"]) for line in lines} == {("anna", job_id)}


def test_a_training_is_made_by_a_recipe_or_by_a_configuration(
    client: TestClient, engine: Engine
) -> None:
    asked: dict[str, Any] = {"kind": "training", "user_id": "anna"}
    named = client.post(JOBS, json=asked | {"recipe": "careful"}).json()
    assert named["request"] == {"recipe": "careful"}
    config = {"model": {"name": "mine"}, "hyperparameters": {"epochs": 2}}
    own = client.post(JOBS, json=asked | {"config": config}).json()
    assert own["request"]["recipe"] == "mine"
    assert own["request"]["config"]["hyperparameters"]["epochs"] == 2
    assert own["request"]["config"]["hyperparameters"]["batch_size"] == 8


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"recipe": "slow"}, "not_found", "recipe 'slow'"),
        ({"config": {"hyper": 1}}, "invalid_config", "hyper is not a setting; allowed: model"),
        ({"config": {}, "recipe": "quick"}, "invalid_input", "exclude each other"),
        ({"config": {"model": {"base_model": "/etc"}}}, "invalid_input", "must be one of SmolLM2"),
        (
            {"config": {"training_data": {"source": "file", "path": "/etc/passwd"}}},
            "invalid_input",
            "import the file",
        ),
    ],
)
def test_a_program_reads_no_file_of_this_machine(
    client: TestClient, engine: Engine, change: dict[str, Any], code: str, said: str
) -> None:
    answer = client.post(JOBS, json={"kind": "training", "user_id": "anna"} | change)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] == code
    assert said in answer.json()["message"]
    assert engine.store.jobs.list("anna", created=True) == []
