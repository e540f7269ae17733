"""The comparison of score and decisions on Review: it speaks when asked, and moves nothing by itself."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from engine.domain.example import Decision
from engine.domain.quality import Quality
from engine.engine import Engine
from studio.web.navigation import REVIEW
from tests.studio.web.conftest import all_text, open_studio
from tests.studio.web.shelf import Shelf


def decide(engine: Engine, count: int) -> None:
    """Anna accepts texts from 8.5 on, but for one in ten."""
    shelf = Shelf(engine)
    for number in range(count):
        score = 5.0 + 5.0 * number / count
        likes = (score >= 8.5) is (number % 10 != 3)
        decision = Decision.ACCEPTED if likes else Decision.REJECTED
        shelf.store.examples.add(shelf.example(number, decision=decision, quality=Quality(score)))


def opened(engine: Engine) -> AppTest:
    app = open_studio("anna", REVIEW)
    next(each for each in app.toggle if each.label.startswith("Compare")).set_value(True)
    app.run()
    assert not app.exception, app.exception
    return app


def test_it_is_worked_out_only_when_it_is_opened(engine: Engine) -> None:
    decide(engine, 40)
    assert "decides as you do" not in all_text(open_studio("anna", REVIEW))
    assert "decides as you do" in all_text(opened(engine))


def test_the_threshold_moves_with_a_click_and_back_with_another(engine: Engine) -> None:
    decide(engine, 80)
    app = opened(engine)
    assert engine.calibration.threshold("anna") == 7.0
    app.button(key="cut/take").click()
    app.run()
    assert 8.0 < engine.calibration.threshold("anna") < 9.0
    app.button(key="cut/back").click()
    app.run()
    assert not app.exception, app.exception
    assert engine.calibration.threshold("anna") == 7.0


def test_before_thirty_decisions_it_says_how_many_are_missing(engine: Engine) -> None:
    decide(engine, 12)
    app = opened(engine)
    assert "12 of 30 decisions" in all_text(app)
    assert not [each for each in app.button if (each.key or "").startswith("cut/")]
