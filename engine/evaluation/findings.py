"""Findings: everything that can be said of one measured model, alone or beside a rival, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.domain.evaluation import Answer, Evaluation, Figure
from engine.evaluation.figures import (
    Figures,
    by_genre,
    differences,
    differences_by_genre,
    figures,
)
from engine.evaluation.measures import (
    MEANINGS,
    Measure,
    difference_sentence,
    finding,
    sentence,
)

SAMPLES = 8


@dataclass(frozen=True)
class Sample:
    """One prompt of the set with the model's answer, and the rival's where there is one."""

    answer: Answer
    rival: Answer | None


@dataclass(frozen=True)
class Beside:
    """The rival's own figures, and the differences: new minus old, the model being the new one."""

    evaluation: Evaluation
    figures: Figures
    differences: Figures
    by_genre: Mapping[str, Figures]


@dataclass(frozen=True)
class Findings:
    """Figures over everything, by genre, beside the rival, and some answers from all over the set."""

    evaluation: Evaluation
    figures: Figures
    by_genre: Mapping[str, Figures]
    beside: Beside | None
    samples: tuple[Sample, ...]


def findings(evaluation: Evaluation, rival: Evaluation | None = None) -> Findings:
    """All of it, worked out anew; the same each time. Raises `InvalidInput` for a rival that was measured
    on another set."""
    beside = None
    if rival is not None:
        beside = Beside(
            evaluation=rival,
            figures=figures(rival),
            differences=differences(rival, evaluation),
            by_genre=differences_by_genre(rival, evaluation),
        )
    return Findings(
        evaluation=evaluation,
        figures=figures(evaluation),
        by_genre=by_genre(evaluation),
        beside=beside,
        samples=_samples(evaluation, rival),
    )


def _samples(evaluation: Evaluation, rival: Evaluation | None) -> tuple[Sample, ...]:
    answers = evaluation.answers
    shown = min(SAMPLES, len(answers))
    places = [place * len(answers) // shown for place in range(shown)]
    others = {(each.prompt, each.seed): each for each in rival.answers} if rival else {}
    chosen = [answers[place] for place in places]
    return tuple(Sample(each, others.get((each.prompt, each.seed))) for each in chosen)


def as_json(found: Findings) -> dict[str, Any]:
    """Everything as plain data: each figure with its interval, its n and a sentence."""
    evaluation, beside = found.evaluation, found.beside
    document: dict[str, Any] = {
        **_head(evaluation),
        "figures": _figures(found.figures, sentence),
        "parts": _parts(found.figures),
        "by_genre": {name: _group(each, sentence) for name, each in found.by_genre.items()},
        "rival": None,
        "samples": [_sample(each) for each in found.samples],
    }
    if beside is not None:
        document["rival"] = {
            **_head(beside.evaluation),
            "figures": _figures(beside.figures, sentence),
            "parts": _parts(beside.figures),
            "differences": _figures(beside.differences, difference_sentence, finding),
            "part_differences": _parts(beside.differences),
            "differences_by_genre": {
                name: _group(each, difference_sentence, finding)
                for name, each in beside.by_genre.items()
            },
        }
    return document


Told = Callable[[Measure, Figure], str]


def _head(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "id": evaluation.id,
        "model": evaluation.model,
        "benchmark": evaluation.benchmark,
        "set_sha256": evaluation.set_sha256,
        "seed": evaluation.seed,
        "answers": len(evaluation.answers),
        "held_out_rows": len(evaluation.rows),
        "created_at": evaluation.created_at.isoformat(),
    }


def _group(figures_of: Figures, told: Told, found: Told | None = None) -> dict[str, Any]:
    return {
        "answers": figures_of.answers,
        "held_out_rows": figures_of.rows,
        "figures": _figures(figures_of, told, found),
    }


def _figures(
    figures_of: Figures, told: Told, found: Told | None = None
) -> dict[str, dict[str, Any]]:
    return {
        measure.value: asdict(figure)
        | {"title": MEANINGS[measure].title, "unit": MEANINGS[measure].unit}
        | ({"finding": found(measure, figure)} if found else {})
        | {"sentence": told(measure, figure)}
        for measure, figure in figures_of.measures.items()
    }


def _parts(figures_of: Figures) -> dict[str, dict[str, Any]]:
    return {name: asdict(figure) for name, figure in figures_of.parts.items()}


def _sample(sample: Sample) -> dict[str, Any]:
    answer, rival = sample.answer, sample.rival
    return {
        "prompt": answer.prompt,
        "kind": answer.kind,
        "genre": answer.genre,
        "seed": answer.seed,
        "text": answer.text,
        "quality": answer.quality,
        "reference": answer.reference,
        "label": answer.label,
        "rival_text": rival.text if rival else None,
        "rival_quality": rival.quality if rival else None,
    }
