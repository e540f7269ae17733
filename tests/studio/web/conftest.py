"""The studio's pages with a real engine on an empty home, and a teacher that speaks the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from engine.bootstrap import open_engine
from engine.engine import Engine
from studio.web.navigation import ROUTER, Screen
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.studio.web.shelf import Shelf

BASE = "SmolLM2-135M-Instruct"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine on the home folder that the pages open too."""
    monkeypatch.setenv("ZEGA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ZEGA_MIN_EXAMPLES", "10")
    monkeypatch.setenv("ZEGA_TRAIN_AT", "50")
    st.cache_resource.clear()
    st.cache_data.clear()
    opened = open_engine()
    yield opened
    opened.store.database.dispose()
    st.cache_resource.clear()


@pytest.fixture
def teacher(engine: Engine) -> Iterator[FakeLlamaCpp]:
    """The model server everybody asks."""
    with fake_llamacpp() as server:
        engine.store.serving.publish(server.url, BASE, "01" * 32, {}, "")
        yield server


@pytest.fixture
def anna(engine: Engine) -> Shelf:
    return Shelf(engine, "anna")


def open_studio(user: str | None = None, screen: Screen | None = None) -> AppTest:
    """A browser session, acting for `user`, on a page."""
    app = AppTest.from_file(ROUTER, default_timeout=60)
    if user is not None:
        app.query_params["who"] = user
    app.run()
    if screen is not None:
        app.switch_page(f"../../pages/{screen.file}").run()
    assert not app.exception, app.exception
    return app


def all_text(app: AppTest) -> str:
    """Every text, caption and heading on the page."""
    groups = (app.title, app.header, app.subheader, app.markdown, app.caption, app.text)
    return "\n".join(str(element.value) for group in groups for element in group)


def button(app: AppTest, label: str) -> Button:
    """The only button of that label."""
    found = [each for each in app.button if each.label == label]
    assert len(found) == 1, (
        f"{len(found)} buttons {label!r} of {[each.label for each in app.button]}"
    )
    return found[0]


def problems(app: AppTest) -> str:
    """Every error on the page."""
    return "\n".join(str(each.value) for each in app.error)
