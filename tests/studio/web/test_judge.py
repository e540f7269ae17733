"""The judge on Settings: nobody at first, then whom the user chooses, for that user alone."""

from __future__ import annotations

from engine.domain.provider import BUILT_IN
from engine.engine import Engine
from studio.web.navigation import SETTINGS
from tests.studio.web.conftest import open_studio


def test_a_judge_is_chosen_and_sent_away_again(engine: Engine) -> None:
    engine.ensure_user("anna")
    engine.ensure_user("ben")
    app = open_studio("anna", SETTINGS)
    box = next(each for each in app.selectbox if each.label.startswith("Who judges"))
    assert box.value == ""
    box.set_value(BUILT_IN)
    app.run()
    assert not app.exception, app.exception
    assert engine.judging.chosen("anna") == BUILT_IN
    assert engine.judging.chosen("ben") is None
    next(each for each in app.selectbox if each.label.startswith("Who judges")).set_value("")
    app.run()
    assert engine.judging.chosen("anna") is None
