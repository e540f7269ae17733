"""Figures: what an evaluation says of a model, and how two models differ on the same set.

Everything is computed from what an evaluation holds, again at each look, and comes out the same: intervals
are drawn with the evaluation's own seed. Two models are compared in pairs, prompt by prompt and row by
row, so that what is hard for both tells nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain.evaluation import Answer, Evaluation, Figure, RowMeasure
from engine.errors import InvalidInput
from engine.evaluation.intervals import figure_of
from engine.evaluation.measures import Measure
from engine.evaluation.statistic import Sample, parts, samples

MOST_GENRES = 20  # the largest; the intervals of each take up to a second


@dataclass(frozen=True)
class Figures:
    """Figures of one model, or differences of two, new minus old; a measure without any is not there.

    `parts` are those of the quality, from 0 to 10.
    """

    answers: int
    rows: int
    measures: Mapping[Measure, Figure]
    parts: Mapping[str, Figure]


@dataclass(frozen=True)
class _Measured:
    answers: Sequence[Answer]
    rows: Sequence[RowMeasure]


def figures(evaluation: Evaluation) -> Figures:
    """Every figure of an evaluation, with its interval over answers or rows."""
    return _figures(_Measured(evaluation.answers, evaluation.rows), evaluation.seed)


def by_genre(evaluation: Evaluation) -> dict[str, Figures]:
    """The figures of each genre; of texts of a kind that has none, under the kind's name."""
    groups = _groups(_Measured(evaluation.answers, evaluation.rows))
    return {name: _figures(group, evaluation.seed) for name, group in groups.items()}


def differences(old: Evaluation, new: Evaluation) -> Figures:
    """New minus old, in pairs. Raises `InvalidInput` for evaluations of different sets."""
    return _differences(*_paired(old, new), new.seed)


def differences_by_genre(old: Evaluation, new: Evaluation) -> dict[str, Figures]:
    """New minus old in pairs, for each genre. Raises `InvalidInput` for evaluations of different sets."""
    before, after = (_groups(each) for each in _paired(old, new))
    return {name: _differences(before[name], after[name], new.seed) for name in before}


def _figures(measured: _Measured, seed: int) -> Figures:
    return _drawn(measured, *_samples(measured), seed)


def _differences(old: _Measured, new: _Measured, seed: int) -> Figures:
    before, after = _samples(old), _samples(new)
    measures = {key: _minus(after[0][key], before[0][key]) for key in after[0] if key in before[0]}
    parts_of = {key: _minus(after[1][key], before[1][key]) for key in after[1] if key in before[1]}
    return _drawn(new, measures, parts_of, seed)


def _samples(measured: _Measured) -> tuple[dict[Measure, Sample], dict[str, Sample]]:
    return samples(measured.answers, measured.rows), parts(measured.answers)


def _minus(new: Sample, old: Sample) -> Sample:
    return Sample(new.rows, lambda at: new.figure_of(at) - old.figure_of(at))


def _drawn(
    measured: _Measured,
    measures: Mapping[Measure, Sample],
    parts_of: Mapping[str, Sample],
    seed: int,
) -> Figures:
    def figure(sample: Sample) -> Figure:
        return figure_of(sample.figure_of, sample.rows, seed=seed)

    return Figures(
        answers=len(measured.answers),
        rows=len(measured.rows),
        measures={key: figure(sample) for key, sample in measures.items()},
        parts={key: figure(sample) for key, sample in parts_of.items()},
    )


def _paired(old: Evaluation, new: Evaluation) -> tuple[_Measured, _Measured]:
    """What both have, in one order: answers to the same prompt with the same seed, rows cut alike."""
    if old.set_sha256 != new.set_sha256:
        raise InvalidInput(
            "rival", f"{old.model} was measured on another set than {new.model}: measure it again"
        )
    answers = {(each.prompt, each.seed): each for each in old.answers}
    rows = {(each.example_id, each.tokens): each for each in old.rows}
    asked = [(each.prompt, each.seed) for each in new.answers]
    measured = [(each.example_id, each.tokens) for each in new.rows]
    return (
        _Measured(
            [answers[key] for key in asked if key in answers],
            [rows[key] for key in measured if key in rows],
        ),
        _Measured(
            [each for key, each in zip(asked, new.answers, strict=True) if key in answers],
            [each for key, each in zip(measured, new.rows, strict=True) if key in rows],
        ),
    )


def _groups(measured: _Measured) -> dict[str, _Measured]:
    """Answers and rows of the largest genres, in the order in which they come; rows of no genre are in
    none."""
    names = [each.genre or each.kind for each in measured.answers]
    names += [row.genre for row in measured.rows if row.genre is not None]
    largest = {name for name, _ in Counter(names).most_common(MOST_GENRES)}
    return {
        name: _Measured(
            [each for each in measured.answers if (each.genre or each.kind) == name],
            [row for row in measured.rows if row.genre == name],
        )
        for name in dict.fromkeys(names)
        if name in largest
    }
