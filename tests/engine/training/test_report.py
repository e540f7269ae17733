"""The report on a version: which metrics it holds, and where their figures come from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.errors import Quarantined
from engine.evaluation.report import quality_of, report
from engine.settings import load_settings
from engine.training.recipe import parse_config
from tests.studio.web.shelf import Shelf


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home"))
    yield opened
    opened.store.database.dispose()


def test_a_report_holds_the_metrics_that_were_asked_for(engine: Engine) -> None:
    version = Shelf(engine, "anna").version(pairs=3)
    only = parse_config({"evaluation": {"metrics": ["quality"]}}, name="mine")
    found = report(engine.store, engine.settings, version, only)
    assert (found.version, found.config, found.rows) == ("zega-anna v1", "mine", 0)
    assert list(found.metrics) == ["quality"]
    assert found.metrics["quality"]["prompts"] == 3
    before = [each.quality_before for each in version.comparisons]
    assert found.metrics["quality"]["base"] == pytest.approx(sum(before) / 3)
    assert quality_of(()) is None


def test_the_loss_of_a_t5_is_the_one_it_was_registered_with(engine: Engine) -> None:
    version = replace(Shelf(engine, "anna").version(), base_model="t5-small")
    found = report(engine.store, engine.settings, version, parse_config({}, name="mine"))
    gain = version.gain
    assert found.rows == gain.rows
    assert found.metrics["loss"]["interval"] == [gain.low, gain.high]
    assert found.metrics["perplexity"] == {
        "base": math.exp(gain.before),
        "version": math.exp(gain.after),
    }


def test_a_version_that_learned_an_erased_text_is_not_measured(engine: Engine) -> None:
    version = replace(Shelf(engine, "anna").version(), quarantined_at=datetime.now(UTC))
    with pytest.raises(Quarantined):
        report(engine.store, engine.settings, version, parse_config({}))
