"""The pages My model and Settings."""

from __future__ import annotations

import os
from typing import Never

import pytest
from streamlit.proto.Metric_pb2 import Metric

from engine.domain.version import Student
from engine.engine import Engine
from engine.settings import Settings
from engine.store.snapshots import Snapshots
from studio.web.navigation import AUTO_TRAIN, MY_MODEL, SETTINGS
from tests.studio.web.conftest import all_text, button, open_studio
from tests.studio.web.shelf import Shelf


def test_without_a_version_one_sentence_and_one_button_lead_to_teaching(
    engine: Engine, anna: Shelf
) -> None:
    page = open_studio("anna", MY_MODEL)
    assert "There is no model of your own yet" in all_text(page)
    button(page, "Teach it").click()
    page.run()
    assert page.title[0].value == "Auto-Train"


def test_a_card_shows_what_a_version_is_and_how_it_was_measured(
    engine: Engine, anna: Shelf
) -> None:
    anna.version()
    page = open_studio("anna", MY_MODEL)
    text = all_text(page).replace("\\", "")
    assert "zega-anna v1" in text
    assert "95 % interval +0.300 to +0.500, n = 40" in text
    assert "SmolLM2-135M-Instruct" in text
    assert "9.8 MB, SHA-256 " + "cd" * 32 in text
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures["Examples"] == "12"
    assert figures["Held-out loss, n = 40"] == "3.427"


def test_neither_a_card_nor_a_training_reads_the_rows_of_its_training_set(
    engine: Engine, anna: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*asked: object) -> Never:
        raise AssertionError("rows were read")

    anna.version()
    monkeypatch.setattr(Snapshots, "get", read)
    for screen in (MY_MODEL, AUTO_TRAIN):
        page = open_studio("anna", screen)
        assert "zega-anna v1" in all_text(page).replace("\\", "")


@pytest.mark.parametrize(("gain", "colour"), [(0.4, "GREEN"), (0.05, "GRAY"), (-0.4, "RED")])
def test_a_change_of_loss_has_a_colour_where_the_interval_says_so(
    engine: Engine, anna: Shelf, gain: float, colour: str
) -> None:
    anna.version(gain=gain)
    page = open_studio("anna", MY_MODEL)
    loss = next(each for each in page.metric if each.label.startswith("Held-out loss"))
    assert Metric.MetricColor.Name(loss.proto.color) == colour


@pytest.mark.parametrize(
    ("pairs", "colour", "said"),
    [(1, "GRAY", "(no interval, n = 1): too close to tell."), (3, "GREEN", "n = 3): better.")],
)
def test_the_average_score_comes_with_its_interval(
    engine: Engine, anna: Shelf, pairs: int, colour: str, said: str
) -> None:
    anna.version(pairs=pairs)
    page = open_studio("anna", MY_MODEL)
    score = next(each for each in page.metric if each.label.startswith("Average score after"))
    assert Metric.MetricColor.Name(score.proto.color) == colour
    assert said in all_text(page).replace("\\", "")


def test_activate_roll_back_and_back_to_the_base(engine: Engine, anna: Shelf) -> None:
    for _ in range(2):
        anna.version()
    page = open_studio("anna", MY_MODEL)
    assert "untrained base" in all_text(page)
    page.button(key="activate/1").click().run()
    page.button(key="activate/2").click().run()
    active = engine.active_version("anna")
    assert active is not None
    assert active.number == 2
    button(page, "Roll back to zega-anna v1").click().run()
    active = engine.active_version("anna")
    assert active is not None
    assert active.number == 1
    assert "active" in all_text(page)
    button(page, "Back to the base").click().run()
    assert engine.active_version("anna") is None


def test_a_t5_is_active_beside_zega_and_taken_back(engine: Engine, anna: Shelf) -> None:
    anna.version()
    first, second = anna.t5("20261121-143000"), anna.t5("20261122-090000")
    engine.activate("anna", 1)
    page = open_studio("anna", MY_MODEL)
    assert "No **T5** of yours answers" in all_text(page)
    assert "ROUGE-L 4.2 → 31.5, chrF 11.0 → 40.2 of 100 (n = 16)" in all_text(page)
    page.button(key="activate/2").click().run()
    page.button(key="activate/3").click().run()
    assert engine.active_version("anna", Student.T5) == second
    button(page, f"Roll back to {first.label}").click().run()
    assert engine.active_version("anna", Student.T5) == first
    button(page, "Back to no T5").click().run()
    assert engine.active_version("anna", Student.T5) is None
    zega = engine.active_version("anna")
    assert zega is not None
    assert zega.number == 1


@pytest.mark.usefixtures("anna")
def test_settings_in_force_name_the_variable_that_changes_them(engine: Engine) -> None:
    page = open_studio("anna", SETTINGS)
    table = page.dataframe[-1].value
    variables = set(table["Variable"])
    assert variables == {
        f"ZEGA_{name.upper()}" for name in Settings.model_fields if name != "database_url"
    }
    value = table.set_index("Variable")["Value"]
    assert value["ZEGA_HOME"] == os.environ["ZEGA_HOME"]
    assert value["ZEGA_MIN_EXAMPLES"] == "10"


def test_storage_counts_the_files_of_the_home_folder(engine: Engine, anna: Shelf) -> None:
    anna.version()
    page = open_studio("anna", SETTINGS)
    tables = [each.value for each in page.dataframe]
    storage = next(each for each in tables if "Together" in set(each.get("What", ())))
    table = storage.set_index("What")["Size"]
    assert table["Versions of models"] == "19.5 MB"


def test_a_name_can_be_added_in_the_settings(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", SETTINGS)
    fields = [each for each in page.main.text_input if each.label == "Add a name"]
    fields[0].set_value("ben")
    next(each for each in page.main.button if each.label == "Add and switch").click()
    page.run()
    assert engine.users() == ["anna", "ben"]
    assert page.query_params["who"] == "ben"


def test_a_version_that_was_taken_back_by_itself_says_why_until_somebody_decides(
    engine: Engine, anna: Shelf
) -> None:
    for _ in range(2):
        anna.version()
    for number in (1, 2):
        engine.activate("anna", number)
    harmful = engine.store.versions.get("anna", 2)
    assert not open_studio("anna", MY_MODEL).warning
    engine.store.watched.take_back(harmful.id, reason="5 of 7 were empty.", verdict="It was bad.")
    page = open_studio("anna", MY_MODEL)
    said = page.warning[0].value.replace("\\", "")
    assert said.startswith("zega-anna v2 was taken back by itself on ")
    assert "5 of 7 were empty. You may activate it again" in said
    assert "It was bad" in all_text(page)
    page.button(key="activate/2").click().run()
    assert not page.warning
