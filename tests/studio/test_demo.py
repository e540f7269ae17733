"""The whole job in one process on the tiny model: what `make demo TEXT=…` does, in seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.settings import Settings
from models.weights import sha256_of
from studio.demo import run_demo
from tests.fake_llamacpp import good_texts


@pytest.fixture
def novel(tmp_path: Path) -> Path:
    path = tmp_path / "novel.txt"
    path.write_text("\n\n".join(row["text"] for row in good_texts()), encoding="utf-8")
    return path


def test_the_demo_reports_what_it_measured(tmp_path: Path, novel: Path, tiny_gguf: Path) -> None:
    settings = Settings(
        home=tmp_path, base_model=str(tiny_gguf), generation_slots=2, context=512, threads=1
    )
    report = run_demo(settings, novel)
    written = json.loads((tmp_path / "demo" / "report.json").read_text(encoding="utf-8"))
    assert written == report
    assert report["examples"]["kept"] == report["training"]["examples"] >= 12
    training, evaluation = report["training"], report["evaluation"]
    assert training["recipe"] == "quick"
    assert training["base_model"] == "tiny"
    assert training["tokens_per_second"] == pytest.approx(
        training["tokens"] / training["seconds"], rel=0.2
    )
    low, high = evaluation["interval"]
    gain = evaluation["held_out_loss_before"] - evaluation["held_out_loss_after"]
    assert low <= gain + 1e-3
    assert gain <= high + 1e-3
    assert gain > 0, "three passes over English teach even a random model its commonest words"
    assert evaluation["n"] >= 2
    adapters = list((tmp_path / "demo" / "versions").glob("*/*/adapter/adapter_model.safetensors"))
    assert [sha256_of(path) for path in adapters] == [report["version"]["adapter_sha256"]]
    assert report["version"]["name"] == "zega-demo"
    assert len(report["samples"]) >= 2
    assert all(sample["before"] != sample["after"] for sample in report["samples"])
    assert report["serving"]["tokens_per_second"] > 0


def test_a_second_demo_starts_from_nothing(tmp_path: Path) -> None:
    old = tmp_path / "demo" / "left-over"
    old.mkdir(parents=True)
    with pytest.raises(Exception, match=r"missing\.txt"):
        run_demo(Settings(home=tmp_path), tmp_path / "missing.txt")
    assert not old.exists()
