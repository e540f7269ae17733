"""What a resume compares, and how it names what is different."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.training import fingerprint as fingerprints
from engine.training import hardware
from engine.training.carry_over import as_begun
from engine.training.checkpoints import FOLDER, publish
from engine.training.child import begin, write_json
from engine.training.fingerprint import (
    FINGERPRINT_FILE,
    INSTRUCTIONS,
    Changed,
    compare,
    environment,
    fingerprint,
    read_fingerprint,
)

RUN: dict[str, Any] = {
    "trainer": "lora_sft",
    "base_sha256": "ab",
    "rows": {"train": [["a", "b", ""]]},
    "recipe": {"learning_rate": 1e-3, "batch_size": 4, "gradient_accumulation": 2},
}


CHECKPOINT = Path("checkpoint-5")


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
    assert compare(tmp_path, begun(tmp_path), CHECKPOINT) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learning_rate": 2e-3}, "learning_rate was 0.002, is 0.001"),
        ({"torch": "1.0"}, "torch was 1.0, is 2"),
        ({"threads": 99}, "threads was 99, is "),
        ({"processor": "Other"}, "processor was Other, is "),
        ({"bf16": "both"}, "bf16 was both, is "),
        ({"amx_bf16": "some"}, "amx_bf16 was some, is "),
        ({"rows": "0" * 64}, "rows was 000000000000…, is "),
        ({"base": "cd"}, "base was cd, is ab"),
    ],
)
def test_what_changed_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Changed) as caught:
        compare(tmp_path, begun(tmp_path, **changes), CHECKPOINT)
    assert said in str(caught.value)
    assert len(caught.value.differences) == 1


def test_a_halved_batch_is_no_change(tmp_path: Path) -> None:
    now = begun(tmp_path, batch_size=2, gradient_accumulation=4)
    assert compare(tmp_path, now, CHECKPOINT) is None


def test_without_a_checkpoint_nothing_can_differ(tmp_path: Path) -> None:
    now = begun(tmp_path, learning_rate=2e-3)
    assert compare(tmp_path, now, None) is None
    (tmp_path / FOLDER / CHECKPOINT / "weights").write_text("damaged")
    assert begin(RUN, tmp_path, lambda note: None) is None
    assert read_fingerprint(tmp_path) == now | {"forked": False}


def test_a_fork_takes_another_environment_and_no_other_rows(tmp_path: Path) -> None:
    now = begun(tmp_path, torch="1.0")
    before = json.loads((tmp_path / FINGERPRINT_FILE).read_text(encoding="utf-8"))
    write_json(tmp_path / FINGERPRINT_FILE, before | {"forked": True})
    said = compare(tmp_path, now, CHECKPOINT)
    assert said is not None
    assert "From step 5 on" in said
    assert "torch was 1.0, is 2" in said
    before["data"]["rows"] = "another"
    write_json(tmp_path / FINGERPRINT_FILE, before | {"forked": True})
    with pytest.raises(Changed, match="rows was another"):
        compare(tmp_path, now, CHECKPOINT)


def test_a_fork_stays_one_once_it_has_begun(tmp_path: Path) -> None:
    """Else a kill after its first step would have it refused for what it was forked for."""
    begun(tmp_path, torch="1.0")
    before = read_fingerprint(tmp_path)
    assert before is not None
    write_json(tmp_path / FINGERPRINT_FILE, before | {"forked": True})
    said: list[str] = []
    for _ in range(2):
        assert begin(RUN, tmp_path, said.append) == tmp_path / FOLDER / CHECKPOINT
    assert len(said) == 1
    assert read_fingerprint(tmp_path) == fingerprint(RUN) | {"forked": True}
    changed_again = RUN | {"recipe": RUN["recipe"] | {"learning_rate": 5.0}}
    assert as_begun(tmp_path, changed_again)["recipe"] == RUN["recipe"]


def test_what_a_processor_can_do_is_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processors of one family, of which one multiplies bf16 by itself."""
    found = []
    for flags in ("fpu avx512f", "fpu avx512f avx512_bf16"):
        (tmp_path / "cpuinfo").write_text(f"model name\t: Some CPU\nflags\t\t: {flags}\n")
        monkeypatch.setattr(fingerprints, "CPUINFO", tmp_path / "cpuinfo")
        found.append(environment())
    assert found[0]["processor"] == "Some CPU"
    assert [each for each in INSTRUCTIONS if found[0][each] != found[1][each]] == ["avx512_bf16"]
    monkeypatch.setattr(fingerprints, "CPUINFO", tmp_path / "none")
    assert environment()["processor"]


def test_what_a_training_can_use_of_the_machine_is_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = environment()
    monkeypatch.setattr(hardware, "can_compile", lambda: not before["compiler"])
    assert environment() == before | {"compiler": not before["compiler"]}
