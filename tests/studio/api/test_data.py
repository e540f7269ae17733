"""Synthetic data, exports and keywords for programs."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.domain.job import JobState
from engine.engine import Engine
from tests.fake_llamacpp import FakeLlamaCpp
from tests.processes import wait_for
from tests.studio.api.conftest import Hands

PLACE = "/api/training/synthetic-data"
BODY: dict[str, Any] = {
    "template_prompts": [
        "How can I help you with {topic}?",
        "What would you like to know about {subject}?",
        "Let me explain {concept} to you.",
    ],
    "generation_config": {
        "num_samples": 4,
        "temperature": 0.7,
        "max_tokens": 512,
        "quality_filter": True,
    },
    "output_format": "jsonl",
}


def test_the_body_alone_has_prompts_written_and_their_figures_add_up(
    client: TestClient, engine: Engine, teacher: FakeLlamaCpp, hands: Hands
) -> None:
    hands.work = True
    answer = client.post(PLACE, json=BODY)
    assert answer.status_code == 202
    job_id = answer.json()["job_id"]
    assert client.get(answer.headers["Location"]).json()["kind"] == "synthesis"
    wait_for("the order", lambda: engine.job("default", job_id).state is JobState.SUCCEEDED)
    found = client.get(f"{PLACE}/{job_id}?user_id=default").json()
    assert found["requested"] == 4
    assert found["accepted"] + found["rejected"] + found["failed"] == 4
    assert {each["max_tokens"] for each in teacher.requests} == {512}


def test_what_was_accepted_is_a_file(
    client: TestClient, engine: Engine, teacher: FakeLlamaCpp, hands: Hands
) -> None:
    hands.work = True
    config = {"num_samples": 2, "quality_filter": False}
    order = {"user_id": "anna", "generation_config": config, "output_format": "seq2seq"}
    job_id = client.post(PLACE, json=BODY | order).json()["job_id"]
    wait_for("the order", lambda: engine.job("anna", job_id).state is JobState.SUCCEEDED)
    found = client.get(f"{PLACE}/{job_id}?user_id=anna").json()
    archive = zipfile.ZipFile(BytesIO(client.get(found["file_url"]).content))
    assert archive.namelist() == ["processed/source.txt", "processed/target.txt"]
    assert len(archive.read("processed/target.txt").splitlines()) == found["accepted"]
    assert client.get(found["file_url"].replace("anna", "ben")).status_code == 404


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"template_prompts": ["Of {dragon} and {elf}."]}, "{dragon}, {elf}"),
        ({"values": {"dragon": ["a"]}}, "{dragon}"),
        ({"template_prompts": []}, "template_prompts"),
        ({"output_format": "xls"}, "output_format"),
        ({"generation_config": {"num_samples": "4"}}, "num_samples"),
        ({"generation_config": {"num_texts": 4}}, "num_texts"),
        ({"kind": "sagas"}, "sagas"),
    ],
)
def test_an_order_that_is_off_is_refused_by_name(
    client: TestClient, hands: Hands, change: dict[str, Any], named: str
) -> None:
    answer = client.post(PLACE, json=BODY | change)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert named in answer.json()["message"]
    assert hands.queued == []


def test_examples_leave_as_a_file_that_is_gone_afterwards(
    client: TestClient, engine: Engine
) -> None:
    engine.ensure_user("anna")
    story = engine.start_story("anna", "A lamp.")
    engine.save_edit("anna", story.id, "It burned all night.")
    answer = client.get("/api/training/examples/export?user_id=anna")
    assert answer.status_code == 200
    assert json.loads(answer.text)["completion"] == "It burned all night."
    assert "examples.jsonl" in answer.headers["content-disposition"]
    assert not [each for each in Path(engine.settings.home).iterdir() if "export" in each.name]
    refused = client.get("/api/training/examples/export?user_id=anna&genre=horror")
    assert (refused.status_code, refused.json()["details"]["field"]) == (422, "selection")


def test_keyword_lists_are_kept_reported_and_forgotten(client: TestClient) -> None:
    place = "/api/keywords/harbour terms"
    added = client.post(place, json={"user_id": "anna", "text": "oil can\nOil_Can\nlamp"}).json()
    assert (added["keywords"], added["added"], added["duplicates"]) == (["oil can", "lamp"], 2, 1)
    texts = {"user_id": "anna", "source": "An oilCan, a lamp.", "text": "A lamp."}
    report = client.post(f"{place}/report", json=texts).json()
    assert (report["share"], report["missing"]) == (0.5, ["oil can"])
    spans = client.post(f"{place}/spans", json={"user_id": "anna", "text": "The oil_can"}).json()
    assert spans["spans"] == [{"start": 4, "end": 11, "keyword": "oil can"}]
    assert client.get("/api/keywords?user_id=ben").json() == {"lists": []}
    assert client.get(f"{place}?user_id=ben").status_code == 404
    assert client.delete(f"{place}?user_id=ben").status_code == 404
    assert client.get(f"{place}?user_id=anna").json()["name"] == "harbour terms"
    assert client.delete(f"{place}?user_id=anna").json() == {"lists": []}
