"""What a resume compares, and how it names what is different."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.training.checkpoints import FOLDER, publish
from engine.training.child import write_json
from engine.training.fingerprint import FINGERPRINT_FILE, Changed, compare, fingerprint

RUN: dict[str, Any] = {
    "trainer": "lora_sft",
    "base_sha256": "ab",
    "rows": {"train": [["a", "b", ""]]},
    "recipe": {"learning_rate": 1e-3, "batch_size": 4, "gradient_accumulation": 2},
}


def begun(folder: Path, **changes: Any) -> dict[str, Any]:
    """A run folder with a checkpoint and the fingerprint it began with; that of now."""
    now = fingerprint(RUN)
    written = folder / FOLDER / "written"
    written.mkdir(parents=True)
    (written / "weights").write_text("w")
    publish(written, folder / FOLDER / "checkpoint-5")
    before = json.loads(json.dumps(now))
    for name, value in changes.items():
        part = next(part for part in before.values() if name in part)
        part[name] = value
    write_json(folder / FINGERPRINT_FILE, before)
    return now


def test_nothing_changed(tmp_path: Path) -> None:
    assert compare(tmp_path, begun(tmp_path)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learning_rate": 2e-3}, "learning_rate was 0.002, is 0.001"),
        ({"torch": "1.0"}, "torch was 1.0, is 2"),
        ({"threads": 99}, "threads was 99, is "),
        ({"rows": "0" * 64}, "rows was 000000000000…, is "),
        ({"base": "cd"}, "base was cd, is ab"),
    ],
)
def test_what_changed_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Changed) as caught:
        compare(tmp_path, begun(tmp_path, **changes))
    assert said in str(caught.value)
    assert len(caught.value.differences) == 1


def test_a_halved_batch_is_no_change(tmp_path: Path) -> None:
    assert compare(tmp_path, begun(tmp_path, batch_size=2, gradient_accumulation=4)) is None


def test_without_a_checkpoint_nothing_can_differ(tmp_path: Path) -> None:
    now = begun(tmp_path, learning_rate=2e-3)
    (tmp_path / FOLDER / "checkpoint-5" / "weights").write_text("damaged")
    assert compare(tmp_path, now) is None


def test_a_fork_takes_another_environment_and_no_other_rows(tmp_path: Path) -> None:
    now = begun(tmp_path, torch="1.0")
    before = json.loads((tmp_path / FINGERPRINT_FILE).read_text(encoding="utf-8"))
    write_json(tmp_path / FINGERPRINT_FILE, before | {"forked": True})
    said = compare(tmp_path, now)
    assert said is not None
    assert "From step 5 on" in said
    assert "torch was 1.0, is 2" in said
    before["data"]["rows"] = "another"
    write_json(tmp_path / FINGERPRINT_FILE, before | {"forked": True})
    with pytest.raises(Changed, match="rows was another"):
        compare(tmp_path, now)
