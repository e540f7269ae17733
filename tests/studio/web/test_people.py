"""Who is writing: the first visit, names, and what one name may see of another."""

from __future__ import annotations

import pytest

from engine.engine import Engine
from studio.web.navigation import AUTO_TRAIN, MY_MODEL, SETTINGS, WRITE
from tests.fake_llamacpp import FakeLlamaCpp
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf


def test_the_first_visit_asks_for_a_name_with_one_field_and_one_button(engine: Engine) -> None:
    app = open_studio()
    assert app.title[0].value == "Welcome to ZEGA Studio"
    assert len(app.text_input) == 1
    assert [each.label for each in app.button] == ["Start writing"]


def test_entering_a_name_makes_it_and_opens_the_write_page(engine: Engine) -> None:
    app = open_studio()
    app.text_input[0].set_value("anna")
    button(app, "Start writing").click()
    app.run()
    assert app.title[0].value == "Write"
    assert engine.users() == ["anna"]
    assert app.query_params["who"] == "anna"


@pytest.mark.parametrize(
    "name", ["", "../etc", "Anna", "a b", "-a", "a" * 65, "anna\n", "a;ls", "a/b", "<b>a</b>", "é"]
)
def test_a_hostile_name_is_refused_in_words_and_nothing_is_made(engine: Engine, name: str) -> None:
    app = open_studio()
    app.text_input[0].set_value(name)
    button(app, "Start writing").click()
    app.run()
    assert "cannot be used as a name" in problems(app)
    assert "small letters" in problems(app)
    assert engine.users() == []
    assert app.title[0].value == "Welcome to ZEGA Studio"


def test_a_name_in_the_address_that_nobody_has_is_asked_for_again(engine: Engine) -> None:
    app = open_studio("ghost")
    assert app.title[0].value == "Welcome to ZEGA Studio"
    assert engine.users() == []


def test_a_known_name_is_one_click(engine: Engine) -> None:
    engine.ensure_user("anna")
    app = open_studio()
    button(app, "anna").click()
    app.run()
    assert app.title[0].value == "Write"


def test_no_page_shows_another_names_stories_texts_or_model(
    engine: Engine, teacher: FakeLlamaCpp, anna: Shelf
) -> None:
    engine.start_story("anna", "A secret of anna about a silver spoon")
    anna.batch(kept=5, rejected=2)
    engine.activate("anna", anna.version().number)
    engine.ensure_user("ben")
    for screen in (WRITE, AUTO_TRAIN, MY_MODEL, SETTINGS):
        app = open_studio("ben", screen)
        seen = all_text(app) + "".join(each.label for each in app.button)
        assert "silver spoon" not in seen, screen.title
        assert "zega-anna" not in seen.replace("\\", ""), screen.title


def test_switching_names_leaves_every_widget_value_behind(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    engine.ensure_user("anna")
    engine.ensure_user("ben")
    app = open_studio("anna", WRITE)
    app.text_area[0].set_value("Only anna knows this.")
    button(app, "Write").click()
    app.run()
    assert "Only anna knows this." in all_text(app)
    button(app, "ben").click()
    app.run()
    assert app.text_area[0].value == ""
    assert "Only anna knows this." not in all_text(app)
    assert app.query_params["who"] == "ben"


def test_the_sidebar_says_who_which_model_and_where_text_goes(engine: Engine, anna: Shelf) -> None:
    text = all_text(open_studio("anna"))
    assert "local only" in text
    assert "no own model yet" in text
    version = anna.version()
    engine.activate("anna", version.number)
    assert "zega-anna v1" in all_text(open_studio("anna"))
