"""The budget on Settings and on Auto-Train: what was spent, caps, what is left, what a job cost."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.budget import Caps, Cost
from engine.engine import Engine
from studio.web.navigation import AUTO_TRAIN, SETTINGS
from tests.studio.web.conftest import all_text, open_studio
from tests.studio.web.shelf import Shelf


def spend(engine: Engine, tokens: int, job_id: str | None = None) -> None:
    engine.ensure_user("anna")
    engine.store.ledger.reserve(
        "anna", Cost(0, tokens, 4 * tokens), generator="Far · x", owner="here 1 1.00", job_id=job_id
    )


def metrics(app: AppTest) -> dict[str, str]:
    return {each.label: str(each.value) for each in app.metric}


def field(app: AppTest, label: str) -> Any:
    return next(each for each in app.number_input if each.label == label)


def test_what_was_spent_is_shown_and_a_cap_is_set_and_lifted(engine: Engine) -> None:
    spend(engine, 500_000)
    app = open_studio("anna", SETTINGS)
    assert metrics(app)["This month, USD"] == "2.00"
    assert metrics(app)["Today, tokens"] == "500,000"
    assert "count with the most" in all_text(app)
    field(app, "In a month, USD").set_value(5.0)
    field(app, "In one auto-training, tokens").set_value(1000)
    app.button(key="budget/save").click()
    app.run()
    assert not app.exception, app.exception
    assert engine.budget.caps("anna") == Caps(month_money=5.0, job_tokens=1000)
    field(app, "In a month, USD").set_value(None)
    app.button(key="budget/save").click()
    app.run()
    assert engine.budget.caps("anna") == Caps(job_tokens=1000)


def test_without_a_teacher_there_is_nothing_to_pay(engine: Engine) -> None:
    engine.ensure_user("anna")
    app = open_studio("anna", SETTINGS)
    assert "built-in base costs nothing" in all_text(app)


@pytest.mark.parametrize(("cap", "short"), [(100, True), (10_000_000, False)])
def test_auto_train_says_what_is_left_and_when_it_is_short(
    engine: Engine, cap: int, short: bool
) -> None:
    engine.ensure_user("anna")
    engine.budget.set_caps("anna", month_tokens=cap)
    app = open_studio("anna", AUTO_TRAIN)
    assert metrics(app)["Left of your budget"] == f"{cap:,} tokens"
    assert any("may not last" in str(each.value) for each in app.warning) is short


def test_a_job_shows_what_it_cost(engine: Engine) -> None:
    job = Shelf(engine).batch(kept=3)
    spend(engine, 1000, job.id)
    app = open_studio("anna", AUTO_TRAIN)
    assert "It cost 1,000 tokens, 0\\.0040 USD" in all_text(app)
