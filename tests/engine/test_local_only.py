"""Local only, by the switch or by the setting: nothing is fetched from the hub, whoever needs a base."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.serving.base import prepare_base
from engine.serving.process import open_model_server
from engine.settings import load_settings
from engine.two_phase.models import find_model
from models.errors import WeightsMissing

ELSEWHERE = "Qwen3-0.6B"
Opened = Callable[..., Engine]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was fetched from a hub that has everything, for a machine that has nothing."""
    fetched: list[str] = []

    def download(name: str, *, local_files_only: bool, **options: Any) -> str:
        if not local_files_only:
            fetched.append(name)
        raise LocalEntryNotFoundError("not here")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return fetched


@pytest.fixture(params=["the switch", "the setting"])
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    by_setting = request.param == "the setting"
    settings = load_settings(
        home=tmp_path, base_model=ELSEWHERE, models_dir="", local_only=by_setting
    )
    opened = open_engine(settings)
    if not by_setting:
        opened.teachers.set_local_only(True)
    return opened


NEEDING: dict[str, Callable[[Engine], object]] = {
    "a model server": lambda engine: open_model_server(engine, *[None] * 2),  # type: ignore[arg-type]
    "a training": lambda engine: prepare_base(engine.settings_now),
    "a measurement": lambda engine: engine.evaluate("anna", "base", "word " * 200),
}


@pytest.mark.parametrize("need", NEEDING.values(), ids=NEEDING)
def test_a_base_that_is_not_here_is_not_fetched(
    engine: Engine,
    fetched: list[str],
    monkeypatch: pytest.MonkeyPatch,
    need: Callable[[Engine], object],
) -> None:
    monkeypatch.setattr("engine.evaluation.parent.check_memory", lambda *base: None)
    with pytest.raises(WeightsMissing) as missing:
        need(engine)
    said = str(missing.value)
    assert "set to local only: nothing was fetched" in said
    assert f"Put its files into a folder {ELSEWHERE}" in said
    assert "turn the switch in Settings" in said
    assert fetched == []


def test_two_phases_go_on_with_the_served_base_and_say_why(
    engine: Engine, fetched: list[str]
) -> None:
    found = find_model(engine.settings_now, "Qwen2.5-7B-Instruct", "write")
    assert found.name == ELSEWHERE
    assert "set to local only: nothing was fetched" in found.notice
    assert fetched == []


def test_without_it_the_hub_is_asked(tmp_path: Path, fetched: list[str]) -> None:
    opened = open_engine(load_settings(home=tmp_path, base_model=ELSEWHERE, models_dir=""))
    with pytest.raises(WeightsMissing, match="could not be fetched from the hub"):
        prepare_base(opened.settings_now)
    assert fetched == ["Qwen/Qwen3-0.6B"]
