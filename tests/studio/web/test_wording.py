"""Figures and texts as people read them."""

from __future__ import annotations

import doctest

import pytest

from studio.web import wording
from studio.web.wording import duration, genre_label, plain, shortened, size, time_left


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize("mark", list("\\`*_{}[]()#+-.!|~<>$:&=^"))
def test_every_mark_is_escaped(mark: str) -> None:
    assert plain(f"a{mark}b") == f"a\\{mark}b"


def test_a_label_is_one_line() -> None:
    assert plain("one\n\n    two") == "one two"
    assert shortened("word " * 40, 20) == "word word word word…"
    assert shortened("short") == "short"


def test_durations_never_say_sixty_of_anything() -> None:
    said = [duration(seconds) for seconds in range(0, 20_000, 7)]
    assert not any("60 min" in text or " 60 s" in text for text in said if "h" in text)
    assert duration(5399) == "1 h 30 min"


def test_sizes() -> None:
    assert [size(count) for count in (0, 999, 1000, 1_500_000, 2_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "1.5 MB",
        "2.0 GB",
    ]


def test_time_left_needs_a_pace() -> None:
    assert time_left(None) == ""
    assert time_left(100.0) == "about 2 min left"
    assert time_left(0.2) == "about 1.0 s left"


def test_genres_read_well() -> None:
    assert [genre_label(name) for name in ("sci_fi", "dark_fantasy", "", None)] == [
        "Sci-fi",
        "Dark fantasy",
        "Any genre",
        "Any genre",
    ]
