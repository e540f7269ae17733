"""Asking again and keeping to a provider's limit, with a real client against a failing server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

import pytest

from models.base import LanguageModel, Message, complete
from models.ensemble import EnsembleModel
from models.errors import Blocked, ContextTooLong, InvalidKey, ModelError, RateLimited, Unavailable
from models.openai_compatible import OpenAICompatibleModel
from models.retrying import LONGEST_RETRY_AFTER, LimitedModel, RetryingModel
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider
from tests.processes import wait_for

ASK = [Message("user", "A story about a fox.")]
TEXT = "A fox came home late and tired, and nobody was there to ask him where he had been."


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_openai(texts=(TEXT,)) as server:
        yield server


def client(fake: FakeProvider) -> LanguageModel:
    return OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1", local=True)


def retrying(fake: FakeProvider, **options: Any) -> RetryingModel:
    return RetryingModel(client(fake), first_wait=0.01, **options)


@pytest.mark.parametrize("fault", ["429", "429-later", "500", "503"])
def test_what_passes_by_itself_is_asked_again(fake: FakeProvider, fault: str) -> None:
    fake.script.faults.extend([fault, fault, fault])
    assert complete(retrying(fake), ASK).text == TEXT
    assert len(fake.requests) == 4


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("block-prompt", Blocked),
        ("filter", Blocked),
        ("bad-key", InvalidKey),
        ("too-long", ContextTooLong),
        ("400", Unavailable),
    ],
)
def test_what_stays_is_not(fake: FakeProvider, fault: str, kind: type[ModelError]) -> None:
    fake.script.always = fault
    with pytest.raises(kind):
        complete(retrying(fake), ASK)
    assert len(fake.requests) == 1


def test_attempts_end(fake: FakeProvider) -> None:
    fake.script.always = "503"
    with pytest.raises(Unavailable):
        complete(retrying(fake, attempts=3), ASK)
    assert len(fake.requests) == 3


@pytest.mark.parametrize("fault", ["cut", "malformed", "early"])
def test_never_after_a_piece_was_given(fake: FakeProvider, fault: str) -> None:
    fake.script.faults.append(fault)
    pieces: list[str] = []
    with pytest.raises(Unavailable), retrying(fake).stream(ASK) as answer:
        pieces.extend(answer)
    assert pieces
    assert TEXT.startswith("".join(pieces))
    assert len(fake.requests) == 1


def test_a_pause_the_server_asks_for_is_kept_unless_it_is_too_long(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("models.retrying._sleep", lambda seconds, done: slept.append(seconds))
    fake.script.retry_after = "9"
    fake.script.faults.append("429-later")
    assert complete(retrying(fake), ASK).text == TEXT
    assert slept == [9.0]
    fake.script.retry_after = f"{LONGEST_RETRY_AFTER + 1:.0f}"
    fake.script.faults.append("429-later")
    with pytest.raises(RateLimited):
        complete(retrying(fake), ASK)
    assert slept == [9.0]


def test_a_server_that_is_away_is_waited_for_only_in_long_work(fake: FakeProvider) -> None:
    fake.close()
    model = client(fake)
    asked: list[bool] = []

    def give_up() -> bool:
        asked.append(True)
        return False

    with pytest.raises(Unavailable):
        complete(RetryingModel(model, first_wait=0.01, give_up=give_up), ASK)
    assert not asked
    with pytest.raises(Unavailable):
        complete(RetryingModel(model, first_wait=0.01, unreachable=True, give_up=give_up), ASK)
    assert asked


def test_giving_up_ends_a_long_wait(fake: FakeProvider) -> None:
    fake.script.always = "429"
    model = RetryingModel(client(fake), first_wait=1000.0, give_up=lambda: bool(fake.requests))
    with pytest.raises(RateLimited):
        complete(model, ASK)
    assert len(fake.requests) == 1


def test_closing_ends_a_wait_and_frees_its_place(fake: FakeProvider) -> None:
    fake.script.always = "429"
    places = BoundedSemaphore(1)
    answer = RetryingModel(LimitedModel(client(fake), places), first_wait=1000.0).stream(ASK)
    errors: list[BaseException] = []

    def read() -> None:
        try:
            list(answer)
        except ModelError as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    wait_for("the first attempt", lambda: len(fake.requests) == 1)
    answer.close()
    thread.join(60)
    assert not thread.is_alive()
    assert isinstance(errors[0], RateLimited)
    assert places.acquire(blocking=False)


def test_no_more_answers_run_at_once_than_there_are_places(fake: FakeProvider) -> None:
    fake.script.latency = 0.02
    places = BoundedSemaphore(3)
    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(complete, LimitedModel(client(fake), places), ASK) for _ in range(12)]
    assert [each.result().text for each in asked] == [TEXT] * 12
    assert fake.most_at_once <= 3


@pytest.mark.parametrize("fault", ["", "500", "cut", "filter"])
def test_a_place_is_free_again_however_it_ended(fake: FakeProvider, fault: str) -> None:
    places = BoundedSemaphore(1)
    model = LimitedModel(client(fake), places)
    fake.script.faults.extend([fault, "", ""])
    if fault:
        with pytest.raises(ModelError):
            complete(model, ASK)
    with model.stream(ASK) as closed_early:
        next(iter(closed_early))
    model.stream(ASK).close()  # never begun
    assert complete(model, ASK).text == TEXT
    assert places.acquire(blocking=False)


def test_members_that_share_one_place_take_turns(fake: FakeProvider) -> None:
    places = BoundedSemaphore(1)
    members = [LimitedModel(client(fake), places) for _ in range(3)]
    ensemble = EnsembleModel(members, rank=len)
    assert complete(ensemble, ASK).text == TEXT
    assert len(fake.requests) == 3
    assert fake.most_at_once == 1


def test_the_wrappers_tell_who_wrote_it(fake: FakeProvider) -> None:
    model = RetryingModel(LimitedModel(client(fake), BoundedSemaphore(1)))
    with model.stream(ASK) as answer:
        assert "".join(answer) == TEXT
    assert (model.name, answer.model) == ("O", "O")
    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.prompt_tokens) == ("stop", 50)
