"""Learn `SentenceOrder` from texts in their written order. Used by `scripts/calibrate_quality.py`.

At each place of a text the sentence that stands there must be told from all that follow: a softmax
over the candidates, so every place teaches, and no shuffled text has to be made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.quality.order import Places, SentenceOrder

Rows = NDArray[np.float32]
UNITS = 64
NETWORKS = 3
"""Networks that are learned from other beginnings and averaged into one."""
EPOCHS = 8
BATCH = 256
"""Places in one step."""
RATE = 3e-3
DECAY = 0.05
UNIT_DROP, INPUT_DROP = 0.4, 0.1
"""Shares of hidden units and of inputs that a step leaves out, against learning by heart."""


@dataclass(frozen=True)
class OrderRows:
    """Candidates of many places: `rows` (candidates, inputs), places one after another.

    `starts` is where each place begins (its first candidate is the written one) and one end;
    `weights` (places,) says how much each counts.
    """

    rows: Rows
    starts: NDArray[np.int64]
    weights: Rows


def lay_out(texts: Iterable[Places], *, weight: float, openings: bool) -> OrderRows:
    """Candidates of every place of the texts; `openings` False leaves out each first place,
    for texts cut from the middle of a longer one."""
    rows = [
        places.inputs(place).astype(np.float32)
        for places in texts
        for place in range(0 if openings else 1, len(places.own) - 1)
    ]
    starts = np.cumsum([0, *map(len, rows)])
    return OrderRows(np.concatenate(rows), starts, np.full(len(rows), weight, np.float32))


def join(parts: Iterable[OrderRows]) -> OrderRows:
    """All places of several layouts as one."""
    listed = list(parts)
    ends = np.cumsum([0, *(len(p.rows) for p in listed)])
    starts = [p.starts[:-1] + end for p, end in zip(listed, ends, strict=False)]
    return OrderRows(
        np.concatenate([p.rows for p in listed]),
        np.concatenate([*starts, ends[-1:]]),
        np.concatenate([p.weights for p in listed]),
    )


def fit_order(data: OrderRows) -> SentenceOrder:
    """The mean of `NETWORKS` networks, written as one wide network."""
    fitted = [_fit_network(data, seed=seed) for seed in range(NETWORKS)]
    return SentenceOrder(
        np.hstack([network.hidden for network in fitted]),
        np.concatenate([network.hidden_base for network in fitted]),
        (np.concatenate([network.top for network in fitted]) / NETWORKS).astype(np.float32),
        np.mean([network.direct for network in fitted], axis=0, dtype=np.float32),
    )


def _fit_network(data: OrderRows, *, seed: int) -> SentenceOrder:
    """Adam with decay on the softmax loss; the inputs' spread is folded into the weights."""
    chance = np.random.default_rng(seed)
    mean, spread = data.rows.mean(axis=0), data.rows.std(axis=0) + 0.05
    width, count = data.rows.shape[1], len(data.weights)
    solved = [
        (chance.uniform(-1, 1, (width, UNITS)) / np.sqrt(width)).astype(np.float32),
        np.zeros(UNITS, np.float32),
        (chance.uniform(-1, 1, UNITS) / np.sqrt(UNITS)).astype(np.float32),
        np.zeros(width, np.float32),
    ]
    first, second = ([np.zeros_like(s) for s in solved] for _ in range(2))
    steps = EPOCHS * (count // BATCH)
    for step in range(steps):
        if step % (count // BATCH) == 0:
            order = chance.permutation(count)
        picked = order[step % (count // BATCH) * BATCH :][:BATCH]
        slopes = _slopes(solved, data, picked, mean, spread, chance)
        rate = RATE * min(1.0, 4 * step / steps + 0.04) * (1 - step / steps)
        for s, slope, m, v in zip(solved, slopes, first, second, strict=True):
            m += 0.1 * (slope - m)
            v += 0.001 * (slope**2 - v)
            full = v / (1 - 0.999 ** (step + 1))
            s -= rate * (m / (1 - 0.9 ** (step + 1)) / (np.sqrt(full) + 1e-8) + DECAY * s)
    hidden, base, top, direct = solved
    scaled = hidden / spread[:, None]
    return SentenceOrder(scaled, base - mean @ scaled, top, direct / spread)


def _slopes(
    solved: list[Rows], data: OrderRows, picked: NDArray[np.int64], mean: Rows, spread: Rows,
    chance: np.random.Generator,
) -> list[Rows]:  # fmt: skip
    """Slopes of the loss on the picked places, with parts of the network left out at random."""
    hidden, base, top, direct = solved
    begins, sizes = data.starts[picked], np.diff(data.starts)[picked]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    index = np.repeat(begins - starts, sizes) + np.arange(sizes.sum())
    rows = (data.rows[index] - mean) / spread
    rows *= (chance.random(rows.shape, np.float32) > INPUT_DROP) / np.float32(1 - INPUT_DROP)
    sums = rows @ hidden + base
    kept = (chance.random(sums.shape, np.float32) > UNIT_DROP) / np.float32(1 - UNIT_DROP)
    units = np.maximum(sums, 0) * kept
    logits = units @ top + rows @ direct
    logits = np.exp(logits - np.repeat(np.maximum.reduceat(logits, starts), sizes))
    shares = logits / np.repeat(np.add.reduceat(logits, starts), sizes)
    shares[starts] -= 1
    weights = data.weights[picked] / data.weights[picked].sum()
    pull = (shares * np.repeat(weights, sizes)).astype(np.float32)
    back = np.outer(pull, top) * kept * (sums > 0)
    return [rows.T @ back, back.sum(axis=0), units.T @ pull, rows.T @ pull]
