"""Evaluations made by hand, for tests of what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from engine.domain.evaluation import Answer, Evaluation, RowMeasure


def answered(
    place: int,
    text: str = "The cat sat on the mat.",
    *,
    quality: float = 6.0,
    genre: str | None = "horror",
    reference: str | None = None,
    label: str | None = None,
) -> Answer:
    """The answer to the prompt of this place; it took as many seconds as there are tens of places."""
    return Answer(
        prompt=f"Prompt {place}",
        kind="stories",
        genre=genre,
        seed=20_000 + place,
        text=text,
        quality=quality,
        parts={"loops": quality + 1.0, "ending": 5.0},
        repetition=0.01 * place,
        tokens=10 * (place + 1),
        seconds=0.5 * (place + 1),
        reference=reference,
        label=label,
    )


def evaluated(
    answers: Sequence[Answer],
    rows: Sequence[RowMeasure] = (),
    *,
    model: str = "zega-anna v2",
    id: str = "a" * 32,
    set_sha256: str = "ab" * 32,
    benchmark: str | None = None,
) -> Evaluation:
    return Evaluation(
        id=id,
        user_id="anna",
        model=model,
        version_id=None,
        set_sha256=set_sha256,
        seed=7,
        answers=tuple(answers),
        rows=tuple(rows),
        created_at=datetime(2026, 11, 21, 12, 30, tzinfo=UTC),
        benchmark=benchmark,
    )
