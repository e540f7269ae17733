"""Do the sentences stand in a sensible order? At each place: does the next sentence fit better than
any of those that follow next?

A small network weighs, for each candidate sentence, what it shares with the one before, what has
been named so far, and how it opens. The measure is how much better than chance (in nats a place)
the sentences as written are guessed. A text is only ever compared with orders of its own sentences,
so its style and vocabulary cancel out. It does not know what happens in the story.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.quality.order_cues import Matrix, Mentions, Outline, pair_figures

REACH = 5
"""A sentence is measured against so many that follow it. With all of them a text glued from two would
look well ordered: its halves are easily told apart."""
LEADING = 24
"""Leading parts of a sentence's mean word vector that its place may depend on."""
FULL_TRUST = 14
"""With fewer sentences there is less to tell an order by: the measure is drawn towards 0."""


@dataclass(frozen=True)
class Places:
    """Figures of a text in its written order, for every place and every candidate sentence.

    `between` is (places, candidates, figures): the candidate against what stands before the place
    and what would stand after. `own` is (sentences, figures) of each sentence itself; the row
    before a place describes the sentence that stands there. The last place has one candidate and
    tells nothing.
    """

    between: Matrix
    own: Matrix

    def inputs(self, place: int, reach: int | None = None) -> Matrix:
        """(candidates, figures) of one place: the sentence that stands there, then those after it,
        `reach` of them or all."""
        end = None if reach is None else place + 1 + reach
        rest = self.own[place:end]
        before = self.own[place - 1] if place else np.zeros(self.own.shape[1])
        progress = place / (len(self.own) - 1)
        return np.hstack([
            self.between[place, place:end], rest, np.tile(before, (len(rest), 1)), rest * progress,
            np.full((len(rest), 1), progress),
        ])  # fmt: skip


@dataclass(frozen=True)
class SentenceOrder:
    """The network: one hidden layer beside a direct weighing of the inputs of `Places`.

    `hidden` is (inputs, units), `hidden_base` (units,), `top` (units,), `direct` (inputs,).
    """

    hidden: NDArray[np.float32]
    hidden_base: NDArray[np.float32]
    top: NDArray[np.float32]
    direct: NDArray[np.float32]

    def measure(self, text: Outline) -> float:
        """Mean nats a place over chance: below 0 when shuffled, above 0 in order."""
        return self.weigh(find_places(text))

    def weigh(self, places: Places) -> float:
        """The measure of a text that is already taken apart."""
        count = len(places.own)
        found = [places.inputs(place, REACH) for place in range(count - 1)]
        rows = np.concatenate(found).astype(np.float32)
        units = np.maximum(rows @ self.hidden + self.hidden_base, 0)
        logits = units @ self.top + rows @ self.direct
        sizes = np.array([len(candidates) for candidates in found])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        peaks = np.maximum.reduceat(logits, starts)
        totals = np.add.reduceat(np.exp(logits - np.repeat(peaks, sizes)), starts)
        gain = float(np.mean(logits[starts] - peaks - np.log(totals) + np.log(sizes)))
        return gain * float(min(1.0, (count / FULL_TRUST) ** 0.5))

    def write(self, path: Path) -> None:
        """Write the network as one compressed file in half precision."""
        np.savez_compressed(
            path, hidden=self.hidden.astype(np.float16),
            hidden_base=self.hidden_base.astype(np.float16), top=self.top.astype(np.float16),
            direct=self.direct.astype(np.float16),
        )  # fmt: skip

    @classmethod
    def read(cls, path: Path) -> SentenceOrder:
        """Read what `write` wrote."""
        names = ("hidden", "hidden_base", "top", "direct")
        with np.load(path) as data:
            return cls(*(data[name].astype(np.float32) for name in names))


def find_places(text: Outline) -> Places:
    """The figures of a text as written."""
    pairs = pair_figures(text)
    known = _what_is_known(text.mentions, text.persons, pairs[0])
    speech = _speech(text.quotes)
    between = np.concatenate([_pair_sides(pairs), known, speech]).transpose(1, 2, 0)
    own = np.hstack([text.cues, text.persons, text.centres[:, :LEADING]])
    return Places(between, own)


def _pair_sides(pairs: Matrix) -> Matrix:
    """(figures, places, candidates): against the sentence before, the one before that, the best of
    all before, and the mean of all still to come, in both directions."""
    count = pairs.shape[1]
    before, second, best = (np.zeros_like(pairs) for _ in range(3))
    before[:, 1:] = pairs[:, :-1]
    second[:, 2:] = pairs[:, :-2]
    best[:, 1:] = np.maximum.accumulate(pairs, axis=1)[:, :-1]
    left = np.maximum(1, np.arange(count - 1, -1, -1))
    leads = _from_place_on(pairs.transpose(0, 2, 1)) / left[:, None]
    follows = _from_place_on(pairs) / left[:, None]
    return np.concatenate([before, second, best, leads, follows])


def _from_place_on(table: Matrix) -> Matrix:
    """Sums of the rows from each place to the end."""
    return np.flip(np.cumsum(np.flip(table, axis=-2), axis=-2), axis=-2)


def _what_is_known(mentions: Mentions, persons: Matrix, nearness: Matrix) -> Matrix:
    """(figures, places, candidates): how much of a candidate has been named before the place."""
    names, the = mentions.names, mentions.the
    said, named = _seen_before(mentions.said), _seen_before(names)
    seen_persons = _seen_before(persons)[:, :3]
    count = len(persons)
    anyone = named.max(axis=1, initial=0.0)[:, None]
    mean_before = np.zeros((count, count))
    steps = np.arange(1, count)[:, None]
    mean_before[1:] = np.cumsum(nearness, axis=0)[:-1] / steps
    left = np.maximum(1, np.arange(count - 1, -1, -1))[:, None]
    return np.stack([
        _share(said, mentions.said),
        np.where(the.sum(axis=1) > 0, _share(said, the), 0.5),
        _share(said, mentions.a),
        _share(named, names),
        (1 - named) @ names.T / np.maximum(1, names.sum(axis=1)),
        np.minimum(2.0, (1 - said) @ the.T) / 2,
        (1 - seen_persons) @ persons[:, :3].T,
        (1 - anyone) * persons[:, :2].max(axis=1),
        np.minimum(1.0, named @ mentions.full_names.T),
        np.minimum(1.0, (1 - named) @ mentions.full_names.T),
        mean_before,
        _from_place_on(nearness) / left,
    ])  # fmt: skip


def _speech(quotes: Matrix) -> Matrix:
    """(figures, places, candidates): does a candidate open, close or go on with speech, and is any
    speech still open there?"""
    odd, starts, holds = quotes.T
    opened = np.zeros(len(odd))
    for place in range(1, len(odd)):
        before = 0.0 if starts[place - 1] else opened[place - 1]
        opened[place] = (before + odd[place - 1]) % 2
    inside, closes = opened[:, None], odd * (1 - starts)
    return np.stack([inside * starts, inside * closes, (1 - inside) * closes, inside * (1 - holds)])


def _seen_before(table: Matrix) -> Matrix:
    """(places, columns): 1 where a column was 1 in any earlier row."""
    seen = np.zeros_like(table)
    seen[1:] = np.maximum.accumulate(table, axis=0)[:-1]
    return seen


def _share(seen: Matrix, table: Matrix) -> Matrix:
    """Share of each candidate's entries that were seen before each place."""
    return np.asarray(seen @ table.T / np.maximum(1, table.sum(axis=1)))
