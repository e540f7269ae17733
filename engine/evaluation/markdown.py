"""An evaluation's findings as a page of Markdown: for people, and for a pull request or a paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from engine.domain.evaluation import Answer, Evaluation, Figure
from engine.evaluation.figures import Figures
from engine.evaluation.findings import Findings, Sample
from engine.evaluation.measures import (
    MEANINGS,
    Measure,
    difference_sentence,
    finding,
    interval,
    sentence,
    shown,
)

LONGEST = 1_200  # characters of an answer that is shown
# What would be read as markup in a line or in a cell of a table.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|&])")


def as_markdown(found: Findings) -> str:
    """The whole report."""
    lines = [*_head(found), *_figures(found), *_genres(found), *_samples(found.samples)]
    return "\n".join(lines).rstrip() + "\n"


def _head(found: Findings) -> Iterable[str]:
    evaluation, beside = found.evaluation, found.beside
    yield f"# How {_plain(evaluation.model)} was measured"
    yield ""
    if beside is not None:
        yield f"Beside {_plain(beside.evaluation.model)}, on the same set, in pairs."
        yield ""
    yield (
        f"- Set: {_set(evaluation)}, {len(evaluation.answers):,} prompts, "
        f"{len(evaluation.rows):,} held-out rows"
    )
    yield f"- SHA-256 of the set: `{evaluation.set_sha256}`"
    yield f"- Seed: {evaluation.seed}"
    yield f"- Measured: {evaluation.created_at:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield (
        "Intervals are 95 % bootstrap intervals over prompts, or over held-out rows. n says how many "
        "there are."
    )
    yield ""


def _set(evaluation: Evaluation) -> str:
    return f"benchmark {evaluation.benchmark}" if evaluation.benchmark else "the frozen set"


def _figures(found: Findings) -> Iterable[str]:
    yield "## Figures"
    yield ""
    yield from (f"- {sentence(*each)}" for each in found.figures.measures.items())
    yield ""
    yield from _parts("Parts of the quality", found.figures.parts)
    if found.beside is not None:
        rival = _plain(found.beside.evaluation.model)
        yield f"## Against {rival}"
        yield ""
        yield from (
            f"- {difference_sentence(*each)}" for each in found.beside.differences.measures.items()
        )
        yield ""
        yield from _parts("Parts of the quality, difference", found.beside.differences.parts, "+")


def _parts(title: str, parts: Mapping[str, Figure], sign: str = "") -> Iterable[str]:
    if not parts:
        return
    yield f"| {title} | of 10 | 95 % interval | n |"
    yield "|---|---|---|---|"
    for name, figure in parts.items():
        low, high = (shown(Measure.QUALITY, each, sign=sign) for each in (figure.low, figure.high))
        value = shown(Measure.QUALITY, figure.value, sign=sign)
        yield f"| {_plain(name)} | {value} | {low} to {high} | {figure.n:,} |"
    yield ""


def _genres(found: Findings) -> Iterable[str]:
    if len(found.by_genre) < 2:
        return
    yield "## By genre"
    yield ""
    yield from _genre_table(found.by_genre)
    if found.beside is not None:
        yield f"Differences to {_plain(found.beside.evaluation.model)}:"
        yield ""
        yield from _genre_table(found.beside.by_genre, sign="+")


def _genre_table(by_genre: Mapping[str, Figures], sign: str = "") -> Iterable[str]:
    measures = [
        measure
        for measure in Measure
        if any(measure in each.measures for each in by_genre.values())
    ]
    yield _row(["Genre", *(MEANINGS[measure].title for measure in measures)])
    yield _row(["---"] * (len(measures) + 1))
    for name, figures in by_genre.items():
        cells = [_cell(measure, figures.measures.get(measure), sign) for measure in measures]
        yield _row([_plain(name), *cells])
    yield ""


def _cell(measure: Measure, figure: Figure | None, sign: str) -> str:
    if figure is None:
        return ""
    cell = f"{shown(measure, figure.value, sign=sign)} ({interval(measure, figure, sign=sign)})"
    return f"{cell}, {finding(measure, figure)}" if sign else cell


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _samples(samples: Sequence[Sample]) -> Iterable[str]:
    yield "## Samples"
    yield ""
    for sample in samples:
        answer, rival = sample.answer, sample.rival
        about = f"{answer.genre or answer.kind}, seed {answer.seed}{_quality(answer)}"
        yield f"### {_plain(answer.prompt)}"
        yield ""
        yield f"{_plain(about)}:"
        yield ""
        yield from _quoted(answer.text)
        for name, text in (("Label", answer.label), ("Reference", answer.reference)):
            if text is not None:
                yield f"{name}:"
                yield ""
                yield from _quoted(text)
        if rival is not None:
            yield f"The other model{_quality(rival)}:"
            yield ""
            yield from _quoted(rival.text)


def _quality(answer: Answer) -> str:
    """An answer to a row with a label is no text, and its score says nothing."""
    return f", quality {answer.quality:.1f}" if answer.label is None else ""


def _quoted(text: str) -> Iterable[str]:
    short = text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"
    yield from (f"> {_escaped(line)}".rstrip() for line in short.splitlines() or [""])
    yield ""


def _plain(text: str) -> str:
    """Words on one line that are no markup."""
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
