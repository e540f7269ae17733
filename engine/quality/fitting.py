"""Learn the score's tables from texts: word order, word vectors, genres, sentence order.

Used by `scripts/calibrate_quality.py`, never while scoring. It reads and writes no files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.quality.cohesion import Cohesion, bag_figures
from engine.quality.genre import WIDTH, GenreModel, Matrix, direction, read_neighbours
from engine.quality.likelihood import END, START, WordOrder, shape
from engine.quality.order_cues import Outline
from engine.quality.tokens import Passage, stem
from engine.quality.vocabulary import Vectors, Vocabulary


def fit_word_order(passages: Sequence[Passage], *, frequent: int = 400) -> WordOrder:
    """Count classes, pairs and threes of classes; the `frequent` words keep their own class."""
    tally = Counter(t.lower() for p in passages for s in p.sentences for t in s.tokens)
    own = [word for word, _ in tally.most_common(frequent)]
    shapes = {"<word>"}
    for sentence in (s for p in passages for s in p.sentences):
        shapes.update(
            shape(token, opening=place == 0) for place, token in enumerate(sentence.tokens)
        )
    classes = (START, END, *own, *sorted(shapes))
    n = len(classes)
    empty = WordOrder(
        classes, np.zeros((n, n), np.float32), np.zeros(1, np.int64), np.zeros(1, np.float32)
    )
    pairs = np.zeros((n, n), np.float32)
    threes: Counter[int] = Counter()
    for line in (empty.encode(s) for p in passages for s in p.sentences):
        for a, b, c in zip([line[0], *line], line, line[1:], strict=False):
            pairs[b, c] += 1
            threes[(a * n + b) * n + c] += 1
    kept = sorted(key for key, count in threes.items() if count > 1)
    counts = np.array([threes[key] for key in kept], np.float32)
    return WordOrder(classes, pairs, np.array(kept, np.int64), counts)


def shrink_vectors(vectors: Vectors, width: int) -> Vectors:
    """Keep the `width` main directions of the vectors, after taking their mean away; length 1."""
    even = vectors.astype(np.float64)
    even /= np.linalg.norm(even, axis=1, keepdims=True)
    even -= even.mean(axis=0)
    _, _, axes = np.linalg.svd(even, full_matrices=False)
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    small = even @ axes[:width].T
    return np.asarray(small / (np.linalg.norm(small, axis=1, keepdims=True) + 1e-9), np.float32)


def fit_genres(
    marking: Mapping[str, Sequence[str]],
    texts: Sequence[tuple[str, Passage]],
    vocabulary: Vocabulary,
    *,
    stories: Sequence[tuple[str, Matrix]] = (),
    neutral: Sequence[tuple[str, Passage]] = (),
    text_weight: float = 4.0,
    decay: float = 1e-3,
) -> GenreModel:
    """Learn from marking words (genre → words), from texts (genre, text) and from the directions of
    stories (genre, direction), by softmax regression.

    A text counts `text_weight` times as much as one marking word. `neutral` holds texts of all
    genres alike: no genre is then likelier than another before a word is read.
    """
    genres = tuple(marking)
    owners: dict[str, list[int]] = {}
    for place, words in enumerate(marking.values()):
        for word in sorted(set(words)):
            owners.setdefault(word, []).append(place)
    known = [word for word in owners if vocabulary.row(word) is not None]
    inputs = [vocabulary.vectors[vocabulary.row(word) or 0][:WIDTH] for word in known]
    inputs = [vector / (np.linalg.norm(vector) + 1e-6) for vector in inputs]
    inputs += [direction(passage, vocabulary) for _, passage in texts]
    inputs += [towards for _, towards in stories]
    targets = [_share(owners[word], len(genres)) for word in known]
    targets += [_share([genres.index(genre)], len(genres)) for genre, _ in (*texts, *stories)]
    weights = np.array([1.0] * len(known) + [text_weight] * (len(texts) + len(stories)))
    solved = _softmax_regression(np.array(inputs, float), np.array(targets), weights, decay)
    floor = 0.02
    marks: dict[str, Matrix] = {}
    for word, places in owners.items():
        share = _share(places, len(genres)) + floor
        marks[stem(word)] = np.log(share / share.sum() * len(genres))
    model = GenreModel(genres, solved[:-1], solved[-1], marks, read_neighbours())
    return replace(model, bases=model.bases - _habit(model, neutral, vocabulary))


def _habit(
    model: GenreModel, neutral: Sequence[tuple[str, Passage]], vocabulary: Vocabulary
) -> Matrix:
    """(genres,): the mean lean of texts of all genres, which says nothing of any of them. A genre
    that has no text among them gets the mean of the others."""
    if not neutral:
        return np.zeros(len(model.genres))
    leans = [model.lean(passage, vocabulary) for _, passage in neutral]
    mean = np.array([np.mean([lean[genre] for lean in leans]) for genre in model.genres])
    had = np.isin(model.genres, [genre for genre, _ in neutral])
    return np.where(had, mean, mean[had].mean())


def _share(places: Sequence[int], size: int) -> Matrix:
    share = np.zeros(size)
    share[list(places)] = 1 / len(places)
    return share


def _softmax_regression(inputs: Matrix, targets: Matrix, weights: Matrix, decay: float) -> Matrix:
    """(features + 1, classes), the last row the bases; plain gradient descent with momentum."""
    inputs = np.hstack([inputs, np.ones((len(inputs), 1))])
    solved = np.zeros((inputs.shape[1], targets.shape[1]))
    speed = np.zeros_like(solved)
    for _ in range(400):
        logits = inputs @ solved
        logits -= logits.max(axis=1, keepdims=True)
        chance = np.exp(logits)
        chance /= chance.sum(axis=1, keepdims=True)
        slope = inputs.T @ ((chance - targets) * weights[:, None]) / weights.sum() + decay * solved
        speed = 0.9 * speed + slope
        solved -= speed
    return solved


def fit_logistic(
    differences: Matrix,
    weights: Matrix,
    *,
    decay: float,
    steps: int = 40,
) -> Matrix:
    """Weights w so that `differences @ w` is positive: each row is a better text minus a worse one.

    Newton's method on the logistic loss with L2 `decay`; features are scaled to a spread of 1
    first.
    """
    spread = differences.std(axis=0) + 0.03
    rows = differences / spread
    solved = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-rows @ solved))
        slope = rows.T @ ((chance - 1) * weights) / weights.sum() + decay * solved
        curve = (rows * (chance * (1 - chance) * weights)[:, None]).T @ rows / weights.sum()
        step = np.linalg.solve(curve + decay * np.eye(len(solved)), slope)
        solved -= step
        if np.abs(step).max() < 1e-6:
            break
    return np.asarray(solved / spread)


def fit_cohesion(pairs: Sequence[tuple[Outline, Outline]]) -> Cohesion:
    """Learn from (a text, the same text with its second half taken from another)."""
    differences = np.array([bag_figures(whole) - bag_figures(glued) for whole, glued in pairs])
    return Cohesion(fit_logistic(differences, np.ones(len(differences)), decay=0.02))


def fit_curve(
    clean: NDArray[np.float64], spoiled: NDArray[np.float64], shares: Mapping[float, float]
) -> list[list[float]]:
    """Points (measure, 0-10) of a rising curve: `shares` maps percentiles of clean texts to marks.

    It starts from 0 where hardly any spoiled text lies lower, and reaches 10 a little above all
    clean ones, so that two texts rarely get the same mark.
    """
    points = [[float(np.percentile(clean, share)), mark] for share, mark in sorted(shares.items())]
    gap = points[-1][0] - points[0][0]
    bottom = min(float(np.percentile(spoiled, 1)), points[0][0] - 0.5 * gap)
    points = [[bottom, 0.0], *points, [float(clean.max()) + 0.2 * gap, 10.0]]
    return [[round(measure, 4), mark] for measure, mark in points]


def separation(clean: NDArray[np.float64], spoiled: NDArray[np.float64]) -> float:
    """Chance that a clean text measures higher than a spoiled one (area under the ROC curve)."""
    wins = (clean[:, None] > spoiled[None]).mean() + (clean[:, None] == spoiled[None]).mean() / 2
    return float(wins)
