"""The tab Variants: shown before they are saved, saved, and taken back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engine.engine import Engine
from studio.web.navigation import DATA
from tests.studio.web.conftest import all_text, open_studio
from tests.studio.web.shelf import Shelf


@pytest.fixture
def page(engine: Engine, anna: Shelf) -> AppTest:
    """The tab, over thirty examples."""
    for number in range(30):
        anna.store.examples.add(
            anna.example(number, seed_prompt=f"Idea {number}", split_group=f"{number}")
        )
    page = open_studio("anna", DATA)
    page.session_state["anna/data/tab"] = "Variants"
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    (button,) = [each for each in page.button if each.label.startswith(label)]
    return button.click().run()


def test_variants_are_shown_saved_and_removed(page: AppTest, engine: Engine) -> None:
    assert (
        "Originals to train on" in all_text(page) or page.metric[0].label == "Originals to train on"
    )
    press(page, "Show variants")
    assert engine.augmentation.state("anna").variants == 0
    press(page, "Save")
    saved = engine.augmentation.state("anna").variants
    assert saved > 0
    assert page.metric[1].value == str(saved)
    press(page, "Remove all variants")
    assert engine.augmentation.state("anna").variants == 0
    assert not page.exception
