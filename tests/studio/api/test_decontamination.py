"""The dry run of decontamination over HTTP."""

from __future__ import annotations

import json

from starlette.testclient import TestClient

from engine.engine import Engine
from tests.engine.data.leaks import passages
from tests.engine.data.test_training_set import keep


def test_what_would_be_left_out_is_told(client: TestClient, engine: Engine) -> None:
    engine.ensure_user("anna")
    examples = keep(engine)
    where = "/api/training/decontamination?user_id=anna"
    clean = client.get(where).json()
    assert clean["removed"] == []
    assert clean["compared"] < len(examples)
    folder = engine.settings.home / "benchmarks"
    folder.mkdir()
    texts = [row.completion for row in passages()[:3]]
    lines = [
        json.dumps({"question": f"Question {at}?", "answer": text}) for at, text in enumerate(texts)
    ]
    (folder / "own.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = client.get(where).json()
    assert found["held_out"]["benchmark"] == 3
    assert found["removed"]
    for row in found["removed"]:
        assert row["held_out"] == "benchmark"
        assert row["likeness"] == "exact"
        assert row["why"] == "the same words"
    assert not found["by_meaning"]
    assert found["note"].startswith("Meanings were not compared")
    (folder / "own.jsonl").write_text("no json", encoding="utf-8")
    refused = client.get(where)
    assert refused.json()["code"] == "unreadable_file"
    assert "own.jsonl:1" in refused.json()["message"]
