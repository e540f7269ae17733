"""Errors: what happened, what to do, a code; never the insides, never markup."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def short_of_examples() -> None:
    from engine.errors import NotEnoughExamples
    from studio.web.components.errors import told

    with told():
        raise NotEnoughExamples(3, 10)


def hostile() -> None:
    from models.errors import Unavailable
    from studio.web.components.errors import told

    with told(safe="Your work is safe."):
        raise Unavailable("**Server** $x$ <b>gone</b>")


def paused() -> None:
    from models.errors import Paused
    from studio.web.components.errors import told

    with told():
        raise Paused("a training")


def unforeseen() -> None:
    from studio.web.components.errors import unexpected

    unexpected(KeyError("/home/somebody/secret"))


def test_too_few_examples_say_how_many_are_missing_and_what_to_do() -> None:
    app = AppTest.from_function(short_of_examples).run()
    text = app.error[0].value.replace("\\", "")
    assert "7 missing" in text
    assert "Generate more above" in text
    assert "not_enough_examples" in app.caption[0].value


def test_a_message_is_shown_letter_by_letter_with_what_is_safe() -> None:
    text = AppTest.from_function(hostile).run().error[0].value
    assert "**Server**" not in text
    assert "<b>" not in text
    assert "Your work is safe." in text


def test_what_nobody_foresaw_keeps_its_insides_to_itself() -> None:
    app = AppTest.from_function(unforeseen).run()
    assert "secret" not in app.error[0].value
    assert "KeyError" in app.error[0].value


def test_a_model_that_made_room_is_a_state_and_no_error() -> None:
    app = AppTest.from_function(paused).run()
    assert not app.error
    assert "comes back by itself" in app.info[0].value
