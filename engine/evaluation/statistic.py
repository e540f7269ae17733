"""Statistics: how each measure is computed from any choice of answers and rows, as a bootstrap asks for.

Distinctness is distinct-2 (Li et al. 2016): different runs of two words, divided by all of them, over all
answers together. A run that several answers have is shared out among them, so that the figure is a sum
over answers: drawing an answer twice would otherwise make every draw look less distinct than the whole.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.evaluation import Answer, RowMeasure
from engine.evaluation.labels import is_right, macro_f1
from engine.evaluation.measures import Measure
from engine.evaluation.overlap import rouge_l
from engine.quality.tokens import parse

if TYPE_CHECKING:
    from engine.evaluation.intervals import Statistic


@dataclass(frozen=True)
class Sample:
    """So many rows, and the figure of any choice of them by their places."""

    rows: int
    figure_of: Statistic


def samples(answers: Sequence[Answer], rows: Sequence[RowMeasure]) -> dict[Measure, Sample]:
    """Every measure that these answers and held-out rows have something to say about, in its order.

    An answer to a row with a label is no writing: of it, only whether it is right and how fast it came.
    """
    found: dict[Measure, Sample] = {}
    if rows:
        nats, tokens = [row.nats for row in rows], [row.tokens for row in rows]
        loss = _ratio(nats, tokens)
        found[Measure.LOSS] = loss
        found[Measure.PERPLEXITY] = Sample(loss.rows, lambda at: np.exp(loss.figure_of(at)))
    if written := writing(answers):
        found |= _of_writing(written)
    if referred := [each for each in answers if each.reference is not None]:
        found |= _of_references(referred)
    if labelled := [each for each in answers if each.label is not None]:
        found |= _of_labels(labelled)
    if answers:
        found |= _of_time(answers)
    return {measure: found[measure] for measure in Measure if measure in found}


def parts(answers: Sequence[Answer]) -> dict[str, Sample]:
    """Each part of the quality of what was written; one that some of it has not is left out."""
    written = writing(answers)
    first = written[0].parts if written else ()
    names = [name for name in first if all(name in each.parts for each in written)]
    return {name: _mean([each.parts[name] for each in written]) for name in names}


def writing(answers: Sequence[Answer]) -> list[Answer]:
    """Those that are texts, not labels."""
    return [each for each in answers if each.label is None]


def _of_writing(answers: Sequence[Answer]) -> dict[Measure, Sample]:
    return {
        Measure.QUALITY: _mean([each.quality for each in answers]),
        Measure.REPETITION: _mean([each.repetition for each in answers]),
        Measure.DISTINCT: _ratio(*distinct_runs([each.text for each in answers])),
        Measure.WORDS: _mean([len(each.text.split()) for each in answers]),
    }


def _of_time(answers: Sequence[Answer]) -> dict[Measure, Sample]:
    seconds = np.array([each.seconds for each in answers])
    return {
        Measure.SPEED: _ratio([each.tokens for each in answers], seconds),
        Measure.SECONDS: Sample(len(answers), lambda at: np.median(seconds[at], axis=-1)),
    }


def _of_references(answers: Sequence[Answer]) -> dict[Measure, Sample]:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    texts, references = [each.text for each in answers], [each.reference or "" for each in answers]
    alike = [rouge_l(text, reference) for text, reference in zip(texts, references, strict=True)]
    return {
        Measure.BLEU: _summed(BLEU(force=True), texts, references),
        Measure.CHRF: _summed(CHRF(), texts, references),
        Measure.ROUGE_L: _mean(alike),
    }


def _of_labels(answers: Sequence[Answer]) -> dict[Measure, Sample]:
    texts, labels = [each.text for each in answers], [each.label or "" for each in answers]
    right = [float(is_right(text, label)) for text, label in zip(texts, labels, strict=True)]
    return {
        Measure.ACCURACY: _mean(right),
        Measure.MACRO_F1: Sample(len(answers), macro_f1(texts, labels)),
    }


def distinct_runs(texts: Sequence[str]) -> tuple[list[float], list[int]]:
    """For each text its share of all different runs of two words, and how many runs it has."""
    runs = [_pairs(text) for text in texts]
    holders = Counter(run for each in runs for run in set(each))
    shares = [math.fsum(1.0 / holders[run] for run in set(each)) for each in runs]
    return shares, [len(each) for each in runs]


def _pairs(text: str) -> list[tuple[str, str]]:
    return list(itertools.pairwise(parse(text).words))


def _mean(values: Sequence[float]) -> Sample:
    numbers = np.array(values, dtype=float)
    return Sample(len(numbers), lambda at: numbers[at].mean(axis=-1))


def _ratio(over: Any, under: Any) -> Sample:
    """The sum of one divided by the sum of the other; 0 where there is nothing to divide by."""
    top, bottom = np.array(over, dtype=float), np.array(under, dtype=float)

    def figure_of(at: NDArray[np.intp]) -> NDArray[np.float64]:
        above, below = top[at].sum(axis=-1), bottom[at].sum(axis=-1)
        found: NDArray[np.float64] = np.zeros_like(above)
        np.divide(above, below, out=found, where=below > 0)
        return found

    return Sample(len(top), figure_of)


def _summed(metric: Any, texts: Sequence[str], references: Sequence[str]) -> Sample:
    """A figure of sacrebleu, which it computes from counts that are summed over rows."""
    counts = np.array(metric._extract_corpus_statistics(texts, [references]), dtype=float)

    def score(at: NDArray[np.intp]) -> float:
        times = np.bincount(at, minlength=len(counts))
        return float(metric._compute_score_from_stats((times @ counts).tolist()).score)

    return Sample(len(counts), lambda at: np.asarray(np.apply_along_axis(score, -1, at)))
