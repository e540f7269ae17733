"""Growth adds up, and gaps are found where there are some."""

from __future__ import annotations

from datetime import date

from engine.domain.genre import Genre
from engine.overview.growth import OTHERS, SHOWN_NAMES, every_genre, gaps_of, growth_of
from engine.store.growth import DayCount, Dimension

MONDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 6)


def test_each_series_runs_up_to_its_total_and_keeps_it() -> None:
    rows = [DayCount(MONDAY, "horror", 3), DayCount(MONDAY, "epic", 1), DayCount(FRIDAY, "epic", 4)]
    growth = growth_of(rows, Dimension.GENRE)
    assert growth.days == (MONDAY, FRIDAY)
    assert {each.name: each.totals for each in growth.series} == {"epic": (1, 5), "horror": (3, 3)}
    assert [each.name for each in growth.series] == ["epic", "horror"]
    assert growth.total == 8


def test_rare_names_become_one_series_and_nothing_is_lost() -> None:
    rows = [DayCount(MONDAY, f"model {count}", count) for count in range(1, 12)]
    growth = growth_of(rows, Dimension.GENERATOR)
    assert len(growth.series) == SHOWN_NAMES + 1
    assert [each.name for each in growth.series][:2] == ["model 11", "model 10"]
    assert growth.series[-1].name == OTHERS
    assert growth.total == sum(range(1, 12))


def test_examples_without_a_genre_have_a_name_too() -> None:
    growth = growth_of([DayCount(MONDAY, None, 2)], Dimension.GENRE)
    assert [(each.name, each.totals) for each in growth.series] == [("none", (2,))]


def test_nothing_has_no_days() -> None:
    growth = growth_of([], Dimension.KIND)
    assert (growth.days, growth.series, growth.total) == ((), (), 0)


def test_a_genre_far_below_the_others_is_a_gap_the_shortest_first() -> None:
    counts = {"horror": 2, "epic": 20, "comedy": 16, "drama": 0}
    gaps = gaps_of(counts)
    assert [(gap.genre, gap.count, gap.average) for gap in gaps] == [
        ("drama", 0, 38 / 3),
        ("horror", 2, 12.0),
    ]


def test_half_of_the_average_is_no_gap_and_few_texts_have_none() -> None:
    assert gaps_of({"horror": 5, "epic": 10, "comedy": 10}) == []
    assert gaps_of({"horror": 0, "epic": 1, "comedy": 2}) == []
    assert gaps_of({}) == []


def test_every_genre_is_counted_and_unknown_ones_stay() -> None:
    counts = every_genre({"horror": 2, "western": 1})
    assert {genre.value for genre in Genre} <= set(counts)
    assert (counts["horror"], counts["western"], sum(counts.values())) == (2, 1, 3)
