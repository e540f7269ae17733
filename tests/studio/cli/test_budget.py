"""`zega budget …`: caps are set and lifted, what was spent and what costs are shown."""

from __future__ import annotations

from engine.domain.budget import Caps, Cost
from tests.processes import Home
from tests.studio.cli.conftest import document, problem, zega


def test_caps_are_set_and_lifted(home: Home) -> None:
    found = document(
        zega(
            "budget",
            "set",
            "--user",
            "anna",
            "--month-tokens",
            "5000",
            "--day-money",
            "1.5",
            "--json",
        )
    )
    assert (found["month_tokens"], found["day_money"], found["job_tokens"]) == (5000, 1.5, None)
    zega("budget", "set", "--user", "anna", "--month-tokens", "none")
    assert home.engine.budget.caps("anna") == Caps(day_money=1.5)
    wrong = problem(zega("budget", "set", "--user", "anna", "--job-money", "little", "--json"))
    assert (wrong["code"], "job_money" in wrong["message"]) == ("invalid_input", True)


def test_what_was_spent_is_shown_with_who_it_was_spent_on(home: Home) -> None:
    home.engine.ensure_user("anna")
    home.engine.store.ledger.reserve(
        "anna", Cost(100, 200, 2_500_000), generator="Writers · large", owner="here 1 1.00"
    )
    home.engine.budget.set_caps("anna", month_tokens=5000)
    shown = zega("budget", "show", "--user", "anna").stdout
    assert "This month: 300 tokens, 2.5000 USD" in shown
    assert "Writers · large: 300 tokens" in shown
    assert "Cap month_tokens: 5,000" in shown
    assert document(zega("budget", "show", "--user", "anna", "--json"))["left"]["tokens"] == 4700


def test_prices_name_what_is_not_known(home: Home) -> None:
    home.engine.teachers.add("Far", "openai", base_url="https://models.example.com/v1", model="x")
    assert "Far · x: unknown" in zega("budget", "prices").stdout
    assert document(zega("budget", "prices", "--json"))["teachers"] == {"Far · x": None}
