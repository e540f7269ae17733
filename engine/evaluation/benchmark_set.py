"""A benchmark as it is asked: from its rows to questions, and back to answers beside what was right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from engine.domain.benchmark import BenchmarkRow
from engine.domain.evaluation import Evaluation
from engine.domain.kind import Kind, Length
from engine.evaluation.compare import EvaluationPrompt
from engine.evaluation.frozen_set import SEED, FrozenSet, questions
from engine.evaluation.measure import ask
from engine.kinds import Kinds, stories
from engine.quality.score import Scorer
from engine.rendering import request_for
from engine.store import Store
from models.base import LanguageModel


@dataclass(frozen=True)
class BenchmarkSet:
    """A benchmark's rows, and the question of each with a seed of its own."""

    name: str
    rows: tuple[BenchmarkRow, ...]
    frozen: FrozenSet

    @cached_property
    def sha256(self) -> str:
        """Of everything that is asked, and of everything it is compared with."""
        right = [[row.reference, row.label] for row in self.rows]
        return hashlib.sha256(json.dumps([self.frozen.prompts_sha256, right]).encode()).hexdigest()


def benchmark_set(name: str, rows: Sequence[BenchmarkRow], kinds: Kinds) -> BenchmarkSet:
    """The set of a benchmark. It has no held-out rows."""
    return BenchmarkSet(name, tuple(rows), questions([_asked(row, kinds) for row in rows]))


def measure_on(
    asked: BenchmarkSet,
    store: Store,
    scorer: Scorer,
    model: LanguageModel,
    *,
    user_id: str,
    name: str,
    version_id: str | None,
    in_flight: int,
    cancelled: Callable[[], bool],
    on_answer: Callable[[], object],
) -> Evaluation:
    """The model's evaluation on a benchmark, which is stored: the one that is there, or a new one. `name`
    is what people call the model. Raises `Cancelled`, what the model raises, and `NotFound` or
    `InvalidInput` for a benchmark that was removed or changed meanwhile."""
    found = store.evaluations.newest(
        user_id, version_id, asked.sha256, model=name, benchmark=asked.name
    )
    if found is not None:
        return found
    answers = ask(
        model, asked.frozen, scorer, in_flight=in_flight, cancelled=cancelled, on_answer=on_answer
    )
    return store.evaluations.add(
        user_id,
        model=name,
        version_id=version_id,
        set_sha256=asked.sha256,
        prompts_sha256=asked.frozen.prompts_sha256,
        seed=SEED,
        answers=[
            replace(answer, reference=row.reference, label=row.label)
            for answer, row in zip(answers, asked.rows, strict=True)
        ],
        rows=(),
        benchmark=asked.name,
        asked=asked.rows,
    )


def _asked(row: BenchmarkRow, kinds: Kinds) -> EvaluationPrompt:
    """A row of a kind is an idea for a text of that kind; any other is asked as it stands."""
    if row.kind is not None:
        kind = kinds.find(row.kind)
        request = request_for(kind, row.prompt, genre=row.genre)
        return EvaluationPrompt(row.genre, row.prompt, request, kind)
    kind = _as_it_stands() if row.label is None else _labelled()
    return EvaluationPrompt(row.genre, row.prompt, row.prompt, kind)


@cache
def _as_it_stands() -> Kind:
    """A prompt of no kind: whatever it asks for, to its end."""
    return replace(
        stories(),
        name="prompt",
        system="Answer with what is asked for, and nothing else.",
        length=Length(fewest=1, most=400, tokens=400),
    )


@cache
def _labelled() -> Kind:
    """A prompt with one right answer of a few words: the likeliest line."""
    return replace(
        stories(),
        name="label",
        system="Answer with the right answer alone, in as few words as possible.",
        length=Length(fewest=50, most=50, tokens=32),
        temperature=0.0,
        stop=("\n",),
    )
