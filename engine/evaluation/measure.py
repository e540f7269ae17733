"""One model measured on a frozen set: its answers, and what is measured of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from engine.cancelling import unless_cancelled
from engine.domain.evaluation import Answer, Evaluation, RowMeasure
from engine.errors import Cancelled
from engine.evaluation.frozen_set import SEED, FrozenSet, Question
from engine.evaluation.repetition import repetition
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.rendering import render
from engine.store import Store
from engine.writing.passage import opened, read_passage
from models.base import LanguageModel, Message


def measure(
    store: Store,
    scorer: Scorer,
    frozen: FrozenSet,
    model: LanguageModel,
    *,
    user_id: str,
    name: str,
    version_id: str | None = None,
    rows: Sequence[RowMeasure] = (),
    in_flight: int,
    cancelled: Callable[[], bool] = lambda: False,
    on_answer: Callable[[], object] = lambda: None,
) -> Evaluation:
    """The model's evaluation on this set, which is stored: the one that is there, or a new one.

    What it answered to the same prompts before is not asked again, only scored as texts are now. `name` is
    what people call the model. Raises `Cancelled`, and what the model raises.
    """
    stored = store.evaluations
    found = stored.newest(user_id, version_id, frozen.sha256, model=name)
    if found is not None and (not rows or found.rows == tuple(rows)):
        return found
    asked = frozen.prompts_sha256
    earlier = found or stored.newest(user_id, version_id, model=name, prompts_sha256=asked)
    if earlier is None:
        answers = ask(
            model, frozen, scorer, in_flight=in_flight, cancelled=cancelled, on_answer=on_answer
        )
    else:
        answers = [
            marked(scorer, question, answer)
            for question, answer in zip(frozen.prompts, earlier.answers, strict=True)
        ]
    return stored.add(
        user_id,
        model=name,
        version_id=version_id,
        set_sha256=frozen.sha256,
        prompts_sha256=asked,
        seed=SEED,
        answers=answers,
        rows=rows,
    )


def ask(
    model: LanguageModel,
    frozen: FrozenSet,
    scorer: Scorer,
    *,
    in_flight: int,
    cancelled: Callable[[], bool] = lambda: False,
    on_answer: Callable[[], object] = lambda: None,
) -> list[Answer]:
    """The model's answer to each question, in order. Raises `Cancelled`, and what the model raises.

    Who is still asked when it is cancelled is not waited for: the first word may be long in coming."""

    def answer(question: Question) -> Answer | None:
        if cancelled():
            return None
        found = answered(model, scorer, question, cancelled)
        on_answer()
        return found

    def answers_of_all() -> list[Answer]:
        with ThreadPoolExecutor(in_flight) as pool:
            return [each for each in pool.map(answer, frozen.prompts) if each is not None]

    answers = unless_cancelled(answers_of_all, cancelled, "The comparison")
    if cancelled():
        raise Cancelled("The comparison")
    return answers


def answered(
    model: LanguageModel, scorer: Scorer, question: Question, cancelled: Callable[[], bool]
) -> Answer:
    """One answer, cut as its kind cuts, with what is measured of it."""
    asked, kind = question.asked, question.asked.kind
    messages = render(asked.request, system=kind.system)
    if opening := kind.opening_for(asked.prompt):
        messages.append(Message("assistant", opening))
    began = time.monotonic()
    with model.stream(
        messages,
        temperature=kind.temperature,
        max_tokens=kind.length.tokens,
        seed=question.seed,
        stop=kind.stop,
    ) as stream:
        text = read_passage(opened(opening, stream), cancelled, kind=kind)
    seconds = time.monotonic() - began
    tokens = stream.finish.completion_tokens if stream.finish else 0
    plain = Answer(
        prompt=asked.request,
        kind=kind.name,
        genre=asked.genre,
        seed=question.seed,
        text=text,
        quality=0.0,
        parts={},
        repetition=0.0,
        tokens=tokens,
        seconds=seconds,
    )
    return marked(scorer, question, plain)


def marked(scorer: Scorer, question: Question, answer: Answer) -> Answer:
    """The answer with its score and its repetition, as they are measured now."""
    asked = question.asked
    quality = rate(scorer, asked.kind, answer.text, prompt=asked.prompt, genre=asked.genre)
    return replace(
        answer,
        quality=quality.score,
        parts=quality.parts,
        repetition=repetition(answer.text),
    )
