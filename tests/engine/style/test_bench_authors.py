"""The authors' benchmark as a whole, on the tiny model: every figure is there and none is invented."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.domain.evaluation import LossGain
from engine.settings import Settings
from scripts import bench_authors
from tests.fake_llamacpp import good_texts

FIELDS = [
    "name",
    "held_out_loss_before",
    "held_out_loss_after",
    "style_match",
    "attributed_to",
    "longest_copied_words",
    "seconds",
]


def test_each_novel_gets_its_row_in_the_file_and_on_the_terminal(
    tmp_path: Path,
    tiny_gguf: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With a stand-in for what is trained and for what it answers."""
    texts = [row["text"] for row in good_texts()]
    version = SimpleNamespace(
        gain=LossGain(before=3.0, after=2.5, gain=0.5, low=0.4, high=0.6, rows=9)
    )
    monkeypatch.setattr(bench_authors, "train", lambda *_: version)
    monkeypatch.setattr(bench_authors, "answer", lambda *_: (["Rain. " * 90] * 10, texts[:10]))
    row = row_of(tmp_path, tiny_gguf, monkeypatch)
    assert (row["held_out_loss_before"], row["held_out_loss_after"]) == (3.0, 2.5)
    assert row["attributed_to"] == "stories"
    assert row["longest_copied_words"] > 12, "they are the novel's own"
    shown = capsys.readouterr().out
    assert "stories" in shown
    assert "median" in shown


@pytest.mark.prove
def test_each_novel_is_really_learned_and_gone_on_from(
    tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = row_of(tmp_path, tiny_gguf, monkeypatch)
    assert row["attributed_to"] == "stories"
    assert row["held_out_loss_after"] < row["held_out_loss_before"], "even noise learns words"
    assert row["longest_copied_words"] <= 12


def row_of(tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the benchmark writes of one novel that is made of all good texts."""
    data, out = tmp_path / "data", tmp_path / "report.json"
    data.mkdir()
    (data / "stories.txt").write_text(
        "\n\n".join(row["text"] for row in good_texts()), encoding="utf-8"
    )
    settings = Settings(
        home=tmp_path / "home",
        base_model=str(tiny_gguf),
        generation_slots=2,
        context=512,
        threads=1,
    )
    monkeypatch.setattr(bench_authors, "WORDS", 1700)
    monkeypatch.setattr(bench_authors, "load_settings", lambda: settings)
    monkeypatch.setattr("sys.argv", ["bench_authors", str(data), "--out", str(out)])
    bench_authors.main()
    (row,) = json.loads(out.read_text(encoding="utf-8"))["authors"]
    assert list(row) == FIELDS
    assert row["name"] == "stories"
    assert row["seconds"] >= 0
    return dict(row)
