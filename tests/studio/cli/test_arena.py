"""`zega arena ratings`: what blind votes say, for people and as JSON."""

from __future__ import annotations

from engine.arena.contenders import called_base
from engine.domain.vote import Choice
from tests.processes import Home
from tests.studio.cli.conftest import document, zega


def test_ratings_are_shown_with_their_intervals(home: Home) -> None:
    votes, base = home.engine.store.votes, called_base("tiny")
    for number in range(24):
        pair = votes.add(
            "anna",
            prompt=f"Lamp {number}.",
            kind="stories",
            genre="horror",
            left_model="zega-anna v1",
            right_model=base,
            left_text="a",
            right_text="b",
        )
        votes.vote("anna", pair.id, Choice.LEFT if number % 6 else Choice.BOTH_BAD)
    found = document(zega("arena", "ratings", "--user", "anna", "--json"))
    assert (found["votes"], found["anchor"]) == (24, base)
    first = found["standings"][0]
    assert (first["model"], first["won"], first["both_bad"]) == ("zega-anna v1", 20, 4)
    assert first["rating"]["low"] <= first["rating"]["value"] <= first["rating"]["high"]
    shown = zega("arena", "ratings", "--user", "anna").stdout
    assert "24 votes." in shown
    assert found["sentences"]["zega-anna v1"] in shown
    assert f"{base} against zega-anna v1: 0 won, 0 tied, 20 lost, 4 both bad." in shown
    assert "too few" not in shown
    romance = zega("arena", "ratings", "--user", "anna", "--genre", "romance").stdout
    assert romance.strip() == "0 votes."
