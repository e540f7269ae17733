"""Files by the API: shown, taken in, listed, taken back."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from engine.engine import Engine
from engine.jobs.work import Runner
from studio.api.door import MAX_BODY
from tests.fake_llamacpp import good_texts

STORY = "\n\n".join(row["text"] for row in good_texts()[:6]).encode()
ROWS = b'{"prompt": "Write of the sea.", "completion": "The sea was calm."}\nnot\n'
FILES = [
    ("files", ("mine.txt", STORY)),
    ("files", ("rows.jsonl", ROWS)),
    ("files", ("a.mp4", b"1")),
]
ANNA = {"user_id": "anna"}


def test_a_dry_run_saves_nothing(client: TestClient, engine: Engine) -> None:
    answer = client.post("/api/training/import", data=ANNA | {"dry_run": "true"}, files=FILES)
    assert answer.status_code == 200
    found = answer.json()
    assert found["accepted"] + found["rejected"] == found["read"] > 4
    story, rows, film = found["files"]
    assert story["samples"][0]["prompt"].startswith("Continue this story")
    assert [each["row"] for each in rows["refused"]] == [2]
    assert "only .txt" in film["problem"]
    assert engine.users() == []


def test_files_are_taken_in_by_a_job_and_undone(client: TestClient, engine: Engine) -> None:
    answer = client.post("/api/training/import", data=ANNA, files=FILES)
    assert answer.status_code == 202, answer.text
    import_id = answer.json()["job_id"]
    early = client.delete(f"/api/training/imports/{import_id}", params=ANNA)
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    Runner(engine).run(import_id)
    job = client.get(answer.json()["status_url"]).json()
    assert job["state"] == "succeeded"
    (found,) = client.get("/api/training/imports", params=ANNA).json()["imports"]
    assert found["id"] == import_id
    assert job["result"] == {name: found[name] for name in ("read", "accepted", "rejected")}
    refused = client.get(f"/api/training/imports/{import_id}/rejections", params=ANNA).json()
    assert [(row["file"], row["row"]) for row in refused["rejections"]] == [("rows.jsonl", 2)]
    undone = client.delete(f"/api/training/imports/{import_id}", params=ANNA).json()
    assert undone == {"removed": found["accepted"], "staying": 0}


@pytest.mark.parametrize("verb", ["rejections", ""])
def test_anothers_import_is_not_there(client: TestClient, engine: Engine, verb: str) -> None:
    engine.ensure_user("ben")
    job = client.post("/api/training/import", data=ANNA, files=FILES).json()["job_id"]
    place = f"/api/training/imports/{job}"
    ask = client.get if verb else client.delete
    answer = ask(f"{place}/{verb}".rstrip("/"), params={"user_id": "ben"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("data", "field"), [({}, "user_id"), (ANNA | {"prompts": "riddle"}, "prompts")]
)
def test_a_field_that_is_off_is_named(client: TestClient, data: dict[str, str], field: str) -> None:
    answer = client.post("/api/training/import", data=data, files=FILES)
    assert answer.status_code == 422
    assert field in json.dumps(answer.json())


def test_only_files_may_be_large(client: TestClient) -> None:
    large = [("files", ("large.txt", STORY * (MAX_BODY // len(STORY) + 1)))]
    data = ANNA | {"dry_run": "true"}
    assert client.post("/api/training/import", data=data, files=large).status_code == 200
    assert client.post("/auto-train", data=data, files=large).status_code == 413
    huge = [("files", ("huge.txt", b"a" * 53_000_000))]
    assert client.post("/api/training/import", data=data, files=huge).status_code == 413
