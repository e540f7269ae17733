"""The tabs Snapshots and Erase of the Data page, and a quarantined version on My model."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from engine.engine import Engine
from studio.web.navigation import DATA, MY_MODEL
from tests.engine.lineage.conftest import BODY, add_version, text_of
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf


def open_tab(name: str) -> AppTest:
    page = open_studio("anna", DATA)
    page.session_state["anna/data/tab"] = name
    page.run()
    assert not page.exception
    return page


def test_training_sets_are_frozen_looked_into_and_compared(engine: Engine, anna: Shelf) -> None:
    page = open_tab("Snapshots")
    assert "No training set is frozen yet" in all_text(page)
    button(page, "Freeze what I have now").click().run()
    assert "not_enough_examples" in all_text(page)
    anna.examples(12)
    button(page, "Freeze what I have now").click().run()
    added = engine.store.examples.add(text_of(anna, BODY)).id
    button(page, "Freeze what I have now").click().run()
    assert not page.exception
    newer, older = engine.lineage.snapshots("anna")
    assert newer.counts.total == older.counts.total + 1
    listed = page.dataframe[0].value.to_dict("records")
    assert [row["Versions"] for row in listed] == ["none", "none"]
    assert "1 came, 0 went, 0 moved, 0 reworded; 12 are the same" in all_text(page).replace(
        "\\", ""
    )
    assert page.dataframe[1].value.to_dict("records") == [
        {"From": "Auto-Train", "Came": 1, "Went": 0, "Moved": 0}
    ]
    assert page.dataframe[2].value["Text"][0].startswith("Ottilie Brandt")
    page.selectbox(key=f"anna/snapshots/after/{newer.counts.id}").select(older.counts.id).run()
    assert "the same 12 texts in the same parts" in all_text(page)
    assert engine.store.examples.get("anna", added).completion == BODY


def test_what_would_go_is_listed_before_it_goes(engine: Engine, anna: Shelf) -> None:
    secret = engine.store.examples.add(text_of(anna, BODY)).id
    version = add_version(anna, engine.settings.home, [*anna.examples(11), secret])
    page = open_tab("Erase")
    page.text_input[0].set_value("no such words")
    button(page, "Show what would go").click().run()
    assert "No text of yours holds this" in str(page.info[0].value)
    page.text_input[0].set_value("blue ledger")
    button(page, "Show what would go").click().run()
    assert not page.exception
    assert "1 example, 1 training set, 1 training and 1 version of your model" in all_text(page)
    assert "v1: learned from it" in str(page.warning[0].value).replace("\\", "")
    assert engine.store.examples.get("anna", secret).completion == BODY
    button(page, "Keep everything").click().run()
    assert engine.store.examples.get("anna", secret).completion == BODY
    button(page, "Show what would go").click().run()
    button(page, "Erase all of this").click().run()
    assert not page.exception
    assert engine.store.examples.get("anna", secret).completion == ""
    assert "Erased so far" in all_text(page)
    assert button(page, "Train again on what remains")
    cards = open_studio("anna", MY_MODEL)
    assert "It learned a text that was erased" in str(cards.warning[0].value)
    assert not [each for each in cards.button if each.label == "Activate"]
    assert engine.versions("anna")[0].id == version.id


def test_a_phrase_that_is_too_short_is_told(engine: Engine, anna: Shelf) -> None:
    page = open_tab("Erase")
    page.text_input[0].set_value("abc")
    button(page, "Show what would go").click().run()
    assert "at least 4 characters" in problems(page)
