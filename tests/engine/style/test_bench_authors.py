"""The authors' benchmark as a whole, on the tiny model: every figure is there and none is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
    assert row["name"] == row["attributed_to"] == "stories"
    assert row["held_out_loss_after"] < row["held_out_loss_before"], "even noise learns words"
    assert row["longest_copied_words"] <= 12
    assert row["seconds"] > 0
    shown = capsys.readouterr().out
    assert "stories" in shown
    assert "median" in shown
