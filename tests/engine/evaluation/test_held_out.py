"""Held-out loss and its interval, against sums done by hand."""

from __future__ import annotations

import math
import random

import pytest

from engine.evaluation.held_out import RowLoss, held_out_loss, loss_gain


def test_each_token_counts_the_same() -> None:
    loss = held_out_loss([RowLoss(10.0, 5), RowLoss(90.0, 15)])
    assert (loss.loss, loss.tokens, loss.rows) == (5.0, 20, 2)


def test_the_gain_is_the_difference_of_the_losses() -> None:
    before = [RowLoss(40.0, 10), RowLoss(75.0, 15), RowLoss(30.0, 8)]
    after = [RowLoss(35.0, 10), RowLoss(66.0, 15), RowLoss(29.0, 8)]
    gain = loss_gain(before, after)
    assert gain.gain == pytest.approx(gain.before - gain.after)
    assert gain.gain == pytest.approx(15 / 33)
    assert gain.low < gain.gain < gain.high


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = random.Random(3)
    covered = 0
    for _ in range(400):
        noise = [rng.gauss(0.1, 0.3) for _ in range(8)]
        before = [RowLoss(100.0 + value * 50, 50) for value in noise]
        gain = loss_gain(before, [RowLoss(100.0, 50)] * 8)
        covered += gain.low <= 0.1 <= gain.high
    assert 0.92 <= covered / 400 <= 0.98


def test_one_row_proves_nothing() -> None:
    gain = loss_gain([RowLoss(10.0, 5)], [RowLoss(1.0, 5)])
    assert gain.gain == pytest.approx(1.8)
    assert not gain.is_better


def test_the_same_model_is_never_better_than_itself() -> None:
    rows = [RowLoss(float(nats), 7) for nats in range(5, 15)]
    gain = loss_gain(rows, rows)
    assert (gain.gain, gain.low, gain.high) == (0.0, 0.0, 0.0)
    assert not gain.is_better


def test_rows_must_be_the_same() -> None:
    with pytest.raises(ValueError, match="same rows"):
        loss_gain([RowLoss(1.0, 5)], [RowLoss(1.0, 6)])
    with pytest.raises(ValueError, match="no answer tokens"):
        held_out_loss([])


def test_figures_are_finite() -> None:
    gain = loss_gain([RowLoss(10.0, 5), RowLoss(11.0, 5)], [RowLoss(9.0, 5), RowLoss(9.5, 5)])
    assert all(math.isfinite(value) for value in (gain.low, gain.high, gain.gain))
