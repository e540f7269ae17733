"""Prices: who says what a model costs, and a list of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.budget.prices import Price, Prices
from engine.domain.budget import Cost
from engine.domain.provider import Provider
from engine.errors import UnreadableFile

GEMINI = Provider(
    "1", "Gemini", "gemini", "", "gemini-2.5-flash", 8, 0.0, 0.0, True, datetime.now(UTC)
)
OLLAMA = replace(GEMINI, kind="openai", base_url="http://127.0.0.1:11434/v1", model="gemma")
HOSTED = replace(OLLAMA, base_url="https://models.example.com/v1")


def test_the_shipped_list_knows_models_by_host_and_whole_name(tmp_path: Path) -> None:
    prices = Prices(tmp_path)
    found = prices.of(GEMINI)
    assert found is not None
    assert found.source == "shipped list"
    assert 0 < found.read < found.written
    assert prices.of(replace(GEMINI, model="models/gemini-2.5-flash")) == found
    assert prices.of(replace(GEMINI, model="gemini-2.5-flash-image")) is None
    assert prices.of(replace(GEMINI, base_url="https://models.example.com")) is None
    assert prices.currency == "USD"


def test_what_a_provider_was_set_up_with_comes_first(tmp_path: Path) -> None:
    assert Prices(tmp_path).of(replace(GEMINI, price_out=7.0)) == Price(0.0, 7.0, "provider")


def test_on_this_machine_nothing_costs_anything_unless_it_is_said(tmp_path: Path) -> None:
    prices = Prices(tmp_path)
    assert prices.of(OLLAMA) == Price(0.0, 0.0, "on this machine")
    assert prices.of(HOSTED) is None
    (tmp_path / "prices.yaml").write_text(
        "currency: USD\nprices: [{host: 127.0.0.1, model: gem*, read: 1, written: 2}]"
    )
    assert prices.of(OLLAMA) == Price(1.0, 2.0, "own list")
    shipped = prices.of(GEMINI)
    assert shipped is not None
    assert shipped.source == "shipped list"


def test_a_list_in_another_currency_stands_alone(tmp_path: Path) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text("currency: EUR\nprices: [{model: gemma, read: 1, written: 2}]")
    prices = Prices(tmp_path)
    assert prices.currency == "EUR"
    assert prices.of(GEMINI) is None
    assert [line["model"] for line in prices.listed()] == ["gemma"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("currency: USD\nprices: [{model: x, read: -1, written: 2}]", "prices.0.read"),
        ("currency: dollars", "currency"),
        ("prices: [", "prices.yaml"),
        ("currency: USD\nprices: [{modell: x}]", "prices.0.model"),
    ],
)
def test_a_broken_list_is_named_and_nothing_is_guessed(
    tmp_path: Path, text: str, named: str
) -> None:
    (tmp_path / "prices.yaml").write_text(text)
    with pytest.raises(UnreadableFile, match=named):
        Prices(tmp_path).of(GEMINI)


def test_a_begun_millionth_counts_in_full() -> None:
    price = Price(0.1, 0.4, "own list")
    assert price.cost(10, 10) == Cost(10, 10, 5)
    assert price.cost(1, 0).millionths == 1
    assert price.cost(3, 0).millionths == 1
    assert price.cost(11, 0).millionths == 2
