"""Measuring a model: what is asked, how an answer is cut, and what is measured of it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.domain.evaluation import Evaluation, RowMeasure
from engine.domain.quality import Quality
from engine.errors import Cancelled
from engine.evaluation.compare import comparisons, evaluation_prompts
from engine.evaluation.frozen_set import frozen_set, questions, short_questions
from engine.evaluation.measure import ask, measure
from engine.kinds import open_kinds, stories
from engine.quality.score import Scorer
from engine.store import Store
from models.base import Answer
from models.llamacpp import LlamaCppModel
from tests.contests import Writer
from tests.engine.store.conftest import store, store_url
from tests.fake_llamacpp import fake_llamacpp, good_texts

__all__ = ["store", "store_url"]

SCORER = Scorer.load()


def test_an_answer_ends_with_a_sentence_and_the_score_sees_nothing_missing() -> None:
    frozen = short_questions(evaluation_prompts()[:16])
    answers = ask(Writer(), frozen, SCORER, in_flight=4)
    assert [answer.seed for answer in answers] == [each.seed for each in frozen.prompts]
    for answer, question in zip(answers, frozen.prompts, strict=True):
        assert answer.prompt == question.asked.request
        assert answer.text[-1] in ".!?\"'”’"
        assert 60 <= len(answer.text.split()) <= 128
        assert 40 < answer.tokens <= len(answer.text.split())
        assert answer.repetition < 0.1
        quality = SCORER.score(answer.text, prompt=question.asked.prompt, genre=answer.genre)
        assert answer.quality == quality.score
        assert answer.parts == quality.parts
        assert not any("few words" in why or "in the middle" in why for why in quality.reasons)


def test_a_model_is_asked_as_its_kind_asks() -> None:
    (code,) = (each for each in open_kinds(Path("no such home")).all() if each.name == "code")
    with fake_llamacpp(texts=["def most_common(items):\n    return items"]) as server:
        model = LlamaCppModel("fake", server.url)
        answers = ask(model, frozen_set([code]), SCORER, in_flight=1)
        sent = server.requests
    assert len(sent) == len(answers) == 64
    assert [each["seed"] for each in sent] == [answer.seed for answer in answers]
    assert {each["max_tokens"] for each in sent} == {code.length.tokens}
    assert {each["temperature"] for each in sent} == {code.temperature}
    assert all(each["messages"][0]["content"] == code.system for each in sent)
    assert all(each["messages"][-1]["content"].startswith("def ") for each in sent)


def test_a_cancel_does_not_wait_for_an_answer_without_a_word_yet() -> None:
    """The model server is busy, and two questions wait for its first word."""
    asked, finish = [], threading.Event()

    class Silent(Writer):
        def stream(self, *args: Any, **sampling: Any) -> Answer:
            asked.append(sampling["seed"])
            finish.wait()
            return super().stream(*args, **sampling)

    frozen = short_questions(evaluation_prompts()[:6])
    with pytest.raises(Cancelled):
        ask(Silent(), frozen, SCORER, in_flight=2, cancelled=lambda: len(asked) == 2)
    finish.set()
    assert len(asked) == 2


def test_an_evaluation_is_stored_once_and_answers_serve_the_next_set(store: Store) -> None:
    writer = Writer()

    def measured(rows: list[RowMeasure]) -> Evaluation:
        prompts = evaluation_prompts()[:4]
        frozen = short_questions(prompts, [row.example_id for row in rows])
        return measure(
            store,
            SCORER,
            frozen,
            writer,
            user_id="anna",
            name="the base tiny",
            rows=rows,
            in_flight=2,
        )

    first = [RowMeasure("1" * 32, 40.0, 10, "horror")]
    evaluation = measured(first)
    assert measured(first) == evaluation
    assert store.evaluations.list("anna") == [evaluation]
    other = measured([RowMeasure("2" * 32, 50.0, 12, None)])
    # Cut elsewhere, the same rows are other rows.
    again = measured([RowMeasure("1" * 32, 20.0, 5, "horror")])
    assert store.evaluations.list("anna") == [again, other, evaluation]
    assert len(writer.asked) == 4


def test_answers_are_scored_as_texts_are_now(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = evaluation_prompts()[:2]

    def measured(rows: list[str]) -> float:
        frozen = short_questions(prompts, rows)
        found = measure(store, SCORER, frozen, Writer(), user_id="anna", name="fake", in_flight=1)
        return found.answers[0].quality

    before = measured(["a"])
    monkeypatch.setattr(Scorer, "score", lambda *_, **__: Quality(before - 1.5))
    assert measured(["a"]) == before
    assert measured(["b"]) == before - 1.5


def test_a_prompt_is_shown_once_though_it_was_asked_with_several_seeds(store: Store) -> None:
    prompts = [*evaluation_prompts()[:3], *evaluation_prompts()[:2]]
    texts = [row["text"] for row in good_texts()]

    def measured(name: str, writer: Writer) -> Evaluation:
        frozen = questions(prompts)
        return measure(store, SCORER, frozen, writer, user_id="anna", name=name, in_flight=1)

    old, new = measured("old", Writer()), measured("new", Writer(texts=texts[::-1]))
    pairs = comparisons(old, new)
    assert [pair.prompt for pair in pairs] == [each.request for each in prompts[:3]]
    for pair, before, after in zip(pairs, old.answers, new.answers, strict=False):
        assert (pair.before, pair.after) == (before.text, after.text)
        assert (pair.quality_before, pair.quality_after) == (before.quality, after.quality)


def test_the_kind_of_a_short_story_is_still_stories() -> None:
    (answer, *_) = ask(Writer(), frozen_set([stories()]), SCORER, in_flight=8)
    assert (answer.kind, answer.genre) == ("stories", "fantasy")
