"""The examples of docs/python.md, run one after the other with real processes on a tiny model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidInput
from tests.engine.jobs.test_training import keep_examples
from tests.fake_llamacpp import good_texts
from tests.processes import ROOT, Home, wait_for

PAGE = ROOT / "docs" / "python.md"


@pytest.fixture
def home(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder that examples in this process use, too, in a folder of their own."""
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return home


def examples() -> list[str]:
    """Every block of Python on the page, on the lines it has there."""
    text = PAGE.read_text(encoding="utf-8")
    return [
        "\n" * text[: block.start(1)].count("\n") + block.group(1)
        for block in re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S)
    ]


def test_the_examples_run(home: Home, tmp_path: Path) -> None:
    chapter = " ".join(row["text"] for row in good_texts()[:6])
    (tmp_path / "chapter.txt").write_text(chapter, encoding="utf-8")
    keep_examples(home)  # a tiny model writes nothing that would be kept
    home.start("engine.serving.process")
    home.start_worker()
    wait_for("the model server", lambda: home.engine.store.serving.current() is not None)
    names: dict[str, Any] = {}
    for example in examples():
        exec(compile(example, str(PAGE), "exec"), names)
    result = names["result"]
    assert result.total_requested == result.successful + result.failed == 4
    assert result.genre_distribution["horror"] + result.genre_distribution["sci_fi"] == 4
    assert names["job"].state == "cancelled"
    assert names["stats"].total_examples >= 16
    assert names["version"].label == "zega-anna v1"
    assert names["base"].tokens == names["mine"].tokens > 500
    assert names["mine"].loss_per_token < names["base"].loss_per_token
    assert names["found"].evaluation.benchmark == "whales"
    engine = names["engine"]
    with pytest.raises(InvalidInput):
        engine.auto_train("anna", 1000)
    engine.store.database.dispose()
