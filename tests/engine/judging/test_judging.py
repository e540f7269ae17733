"""A judge over a real server: both orders, no guesses, its cost, and borderline texts of a job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from engine.domain.job import JobKind, JobState
from engine.domain.provider import BUILT_IN, Provider
from engine.domain.quality import Quality
from engine.engine import Engine
from engine.errors import Cancelled, InvalidInput, NotFound
from engine.jobs.work import Runner
from engine.judging.judge import Judge, Winner
from engine.judging.judging import MOST_PAIRS
from engine.judging.rubric import load_rubric
from models.base import Answer, Finish, Message
from tests.fake_llamacpp import good_texts
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider


class Taste:
    """A judge in this process who likes the text that holds a word, wherever it stands."""

    name = "taste"

    def stream(self, messages: Sequence[Message], **_: Any) -> Answer:
        asked = messages[-1].content
        first = asked.partition("<first>")[2].partition("</first>")[0]
        return Said("better: first" if "river" in first else "better: second")


class Said(Answer):
    def __init__(self, text: str) -> None:
        self.model, self.finish, self._text = "taste", Finish("stop", 1, 1), text

    def __iter__(self) -> Any:
        yield self._text

    def close(self) -> None:
        """Nothing runs."""


def marks(mark: float) -> str:
    return "\n".join(f"{name}: {mark:g}" for name in ("request", "language", "sense", "life"))


def test_a_judge_that_always_says_first_finds_ties_only(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    engine.judging.choose("anna", provider.id)
    for answer in ("better: first", "better: second", "better: neither"):
        fake.script.texts = (answer,)
        found = engine.judging.compare("anna", "The river rose.", "Stones.", prompt="Water")
        assert found is Winner.TIE
    orders = [json.dumps(request.body).index("The river") for request in fake.requests]
    assert len(orders) == 6
    assert all(first < second for first, second in zip(orders[::2], orders[1::2], strict=True))


def test_a_judge_with_a_taste_finds_the_same_text_in_either_place(engine: Engine) -> None:
    judge = Judge(Taste(), load_rubric(engine.settings.home))
    assert judge.compare("The river rose.", "Stones.", prompt="Water") is Winner.FIRST
    assert judge.compare("Stones.", "The river rose.", prompt="Water") is Winner.SECOND


def test_an_answer_that_cannot_be_read_is_no_verdict(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    engine.judging.choose("anna", provider.id)
    fake.script.texts = ("I cannot choose. Both are lovely.",)
    assert engine.judging.compare("anna", "One.", "Two.", prompt="p") is None
    assert engine.judging.mark("anna", "One.", prompt="p") is None
    fake.script.texts = (marks(6),)
    found = engine.judging.mark("anna", "One.", prompt="p")
    assert found is not None
    assert (found.judge, found.score) == ("Writers · writer-large", 6.0)


def test_only_texts_near_the_threshold_are_judged_and_half_the_score_is_the_judges(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    unjudged = engine.judging.second_opinion("anna", threshold=7.0)
    assert unjudged("p", "t", Quality(7.0)) == Quality(7.0)
    engine.judging.choose("anna", provider.id)
    fake.script.texts = (marks(4),)
    opinion = engine.judging.second_opinion("anna", threshold=7.0)
    for clear in (5.9, 8.1):
        assert opinion("p", "t", Quality(clear)) == Quality(clear)
    assert fake.requests == []
    found = opinion("p", "t", Quality(7.4, {"order": 7.4}))
    assert found.score == pytest.approx(5.7)
    assert found.parts == {"order": 7.4, "judge": 4.0}
    assert found.reasons == ("Writers · writer-large judged it 4.0 of 10.",)
    fake.script.texts = ("no marks",)
    assert opinion("p", "t", Quality(7.4)) == Quality(7.4)
    fake.script.always = "bad-key"
    assert opinion("p", "t", Quality(7.4)) == Quality(7.4)


def test_a_judge_is_paid_for_and_a_used_up_budget_leaves_the_score_alone(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    engine.judging.choose("anna", provider.id)
    fake.script.texts = (marks(9),)
    engine.judging.mark("anna", "t", prompt="p")
    used = engine.store.ledger.usage("anna")
    assert used.tokens == fake.read + fake.written > 0
    engine.budget.set_caps("anna", month_tokens=used.tokens)
    opinion = engine.judging.second_opinion("anna", threshold=7.0)
    assert opinion("p", "t", Quality(7.0)) == Quality(7.0)
    assert len(fake.requests) == 1


def test_a_tally_asks_twice_about_each_of_a_few_pairs_and_is_none_without_a_judge(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    pairs = [(f"Prompt {place}.", "An old text.", "A new text.") for place in range(100)]
    assert engine.judging.tally("anna", pairs, seed=1) is None
    engine.judging.choose("anna", provider.id)
    fake.script.texts = ("better: second", "better: first")
    found = engine.judging.tally("anna", pairs, seed=1)
    assert found is not None
    assert (found.new, found.old, found.ties) == (MOST_PAIRS, 0, 0)
    assert len(fake.requests) == 2 * MOST_PAIRS
    asked = [json.dumps(request.body) for request in fake.requests]
    assert "Prompt 0." in asked[0]
    assert "Prompt 96." in asked[-1]  # from all over them
    assert engine.judging.tally("anna", [], seed=1) is None
    fake.script.always = "bad-key"
    assert engine.judging.tally("anna", pairs, seed=1) is None


def test_a_rubric_that_breaks_after_the_choice_is_no_verdict_and_is_logged(
    engine: Engine, provider: Provider, fake: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    engine.judging.choose("anna", provider.id)
    opinion = engine.judging.second_opinion("anna", threshold=7.0)
    own = engine.settings.home / "rubric.yaml"
    own.write_text("parts: [", encoding="utf-8")
    assert engine.judging.tally("anna", [("A prompt.", "Old.", "New.")], seed=1) is None
    own.unlink()
    own.mkdir()
    assert opinion("p", "t", Quality(7.0)) == Quality(7.0)
    assert fake.requests == []
    assert caplog.text.count("rubric.yaml cannot be read") == 2


def test_a_tally_that_is_cancelled_pays_for_no_other_pair(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    engine.judging.choose("anna", provider.id)
    fake.script.texts = ("better: first",)
    pairs = [("A prompt.", "An old text.", "A new text.")] * 8
    with pytest.raises(Cancelled):
        engine.judging.tally("anna", pairs, seed=1, give_up=lambda: len(fake.requests) == 2)
    assert len(fake.requests) == 2


def test_nobody_judges_until_one_is_chosen_and_no_guest_chooses(
    engine: Engine, provider: Provider
) -> None:
    assert engine.judging.chosen("anna") is None
    with pytest.raises(InvalidInput, match="not chosen"):
        engine.judging.mark("anna", "t", prompt="p")
    with pytest.raises(NotFound):
        engine.judging.choose("anna", "0" * 32)
    with pytest.raises(InvalidInput, match="guests"):
        engine.judging.choose("guest-" + "0" * 24, provider.id)
    engine.judging.choose("anna", BUILT_IN)
    assert engine.judging.chosen("anna") == BUILT_IN
    engine.judging.choose("anna", None)
    assert engine.judging.chosen("anna") is None


def test_a_job_asks_the_judge_about_every_text_that_is_near_enough(
    engine: Engine, provider: Provider, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.judging.judging.NEAR", 10.0)
    fake.script.texts = tuple(row["text"] for row in good_texts())
    with fake_openai(metered=True, texts=(marks(2),)) as judges:
        strict = engine.teachers.add(
            "Judge", "openai", base_url=f"{judges.url}/v1", model="writer-small", key=KEY
        )
        engine.judging.choose("anna", strict.id)
        request = {"num_examples": 4, "mix": {}, "seed": 1, "store_in_memory": False}
        job = engine.store.jobs.create("anna", JobKind.AUTO_TRAIN, request)
        Runner(engine).run(job.id)
        assert engine.store.jobs.get(job.id).state is JobState.SUCCEEDED
        asked = len(judges.requests)
    rejected = engine.store.outcomes.rejected("anna", job.id)
    assert len(rejected) == asked >= 4
    assert all(each.quality.parts["judge"] == 2.0 for each in rejected)
    assert all(each.quality.score <= 6.0 for each in rejected)
    assert engine.store.outcomes.kept(job.id) == []
    spent = engine.store.ledger.usage("anna", job_id=job.id)
    assert spent.calls == asked + len(fake.requests)
