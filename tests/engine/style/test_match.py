"""The style match: the base is 0, the user's own held-out text 100, and what lies between is told."""

from __future__ import annotations

import pytest

from engine.style.match import style_match
from tests.engine.style.voices import long_winded, passages, short_spoken

TRAINED = passages(long_winded, 20, seed=1)
OWN = passages(long_winded, 12, seed=2)
BASE = passages(short_spoken, 10, seed=3)


def test_a_version_that_writes_as_its_user_does_comes_near_100() -> None:
    found = style_match(TRAINED, OWN, BASE, passages(long_winded, 10, seed=4), seed=1)
    assert found is not None
    assert found.before.value == pytest.approx(0.0, abs=1e-9)
    assert found.before.low < 0 < found.before.high
    assert found.after.value == pytest.approx(100, abs=10)
    assert found.after.low < found.after.value < found.after.high
    assert found.after.n == 5, "ten answers of 160 words are five samples of about 300"


def test_a_version_that_writes_as_the_base_does_stays_near_0() -> None:
    found = style_match(TRAINED, OWN, BASE, passages(short_spoken, 10, seed=5), seed=1)
    assert found is not None
    assert found.after.value == pytest.approx(0, abs=10)


def test_half_in_the_users_manner_lies_between() -> None:
    mixed = [
        f"{mine}\n\n{other}"
        for mine, other in zip(
            passages(long_winded, 10, words=80, seed=6),
            passages(short_spoken, 10, words=80, seed=7),
            strict=True,
        )
    ]
    found = style_match(TRAINED, OWN, BASE, mixed, seed=1)
    assert found is not None
    assert 30 < found.after.value < 70
    assert found.after.high < 100


def test_an_even_base_is_no_nearer_than_a_user_of_two_manners() -> None:
    """Each sample of such a base is more like the whole of the user's writing than the user's own are,
    which are in one manner or the other; only what it does otherwise, always, tells it apart."""

    def two_manners(seed: int) -> list[str]:
        return [*passages(long_winded, 12, seed=seed), *passages(short_spoken, 12, seed=seed)]

    def even(count: int, seed: int) -> list[str]:
        return [
            f"{one}\n\n{other}"
            for one, other in zip(
                passages(long_winded, count, words=150, seed=seed),
                passages(short_spoken, count, words=150, seed=seed),
                strict=True,
            )
        ]

    def exclaimed(texts: list[str]) -> list[str]:
        return [each.replace(".", "!").replace(",", " -") for each in texts]

    found = style_match(two_manners(1), two_manners(2), exclaimed(even(12, 3)), even(12, 4), seed=1)
    assert found is not None
    assert found.after.value == pytest.approx(100, abs=25)


def test_the_same_seed_gives_the_same_interval() -> None:
    answers = passages(long_winded, 10, seed=4)
    one, again, other = (style_match(TRAINED, OWN, BASE, answers, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one is not None
    assert other is not None
    assert one.after.value == other.after.value
    assert one.after != other.after


def test_a_base_that_writes_as_the_user_does_gives_no_scale() -> None:
    assert style_match(TRAINED, BASE, OWN, OWN, seed=1) is None


def test_little_held_out_text_gives_two_shorter_samples() -> None:
    own, answers = passages(long_winded, 2, seed=2), passages(long_winded, 2, seed=4)
    found = style_match(TRAINED, own, passages(short_spoken, 2, seed=3), answers, seed=1)
    assert found is not None
    assert found.after.n == 2


def test_one_sample_is_not_enough() -> None:
    assert style_match(TRAINED, OWN, BASE, OWN[:1], seed=1) is None
    assert style_match(TRAINED, OWN, [], OWN, seed=1) is None
