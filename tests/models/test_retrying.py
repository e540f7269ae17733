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
from models.retrying import LONGEST_PAUSE, LONGEST_RETRY_AFTER, LimitedModel, RetryingModel
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider
from tests.processes import wait_for

ASK = [Message("user", "A story about a fox.")]
TEXT = "A fox came home late and tired, and nobody was there to ask him where he had been."


class Clock:
    """In place of `time`: nobody waits, and what would have been waited is counted."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("models.retrying.time", clock)
    return clock


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_openai(texts=(TEXT,)) as server:
        yield server


def client(fake: FakeProvider) -> LanguageModel:
    return OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1", local=True)


def retrying(fake: FakeProvider, **options: Any) -> RetryingModel:
    return RetryingModel(client(fake), first_wait=0.01, **options)


@pytest.mark.parametrize("long_work", [False, True])
@pytest.mark.parametrize("fault", ["429", "429-later", "500", "503", "hang-up"])
def test_what_passes_by_itself_is_asked_again(
    fake: FakeProvider, fault: str, long_work: bool
) -> None:
    fake.script.faults.extend([fault, fault, fault])
    assert complete(retrying(fake, unreachable=long_work), ASK).text == TEXT
    assert len(fake.requests) == 4


@pytest.mark.parametrize("long_work", [False, True])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("block-prompt", Blocked),
        ("filter", Blocked),
        ("bad-key", InvalidKey),
        ("too-long", ContextTooLong),
        ("400", Unavailable),
        ("redirect", Unavailable),
    ],
)
def test_what_stays_is_not(
    fake: FakeProvider, fault: str, kind: type[ModelError], long_work: bool
) -> None:
    fake.script.always = fault
    with pytest.raises(kind):
        complete(retrying(fake, unreachable=long_work), ASK)
    assert len(fake.requests) == 1


def test_who_only_thinks_is_asked_once_more_with_room_and_not_again(fake: FakeProvider) -> None:
    fake.script.always = "only-thinks"
    with pytest.raises(Unavailable, match="on thinking"):
        complete(retrying(fake, unreachable=True), ASK)
    assert len(fake.requests) == 2


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
    fake: FakeProvider, clock: Clock
) -> None:
    fake.script.retry_after = "9"
    fake.script.faults.append("429-later")
    assert complete(retrying(fake), ASK).text == TEXT
    assert clock.now == pytest.approx(9.0)
    fake.script.retry_after = f"{LONGEST_RETRY_AFTER + 1:.0f}"
    fake.script.faults.append("429-later")
    with pytest.raises(RateLimited):
        complete(retrying(fake), ASK)
    assert clock.now == pytest.approx(9.0)


def test_long_work_waits_out_a_longer_pause(fake: FakeProvider, clock: Clock) -> None:
    fake.script.retry_after = "40"
    fake.script.faults.extend(["429-later"] * 3)
    assert complete(retrying(fake, unreachable=True), ASK).text == TEXT
    assert clock.now == pytest.approx(120.0)
    fake.script.retry_after = f"{LONGEST_PAUSE + 1:.0f}"
    fake.script.faults.append("429-later")
    with pytest.raises(RateLimited):
        complete(retrying(fake, unreachable=True), ASK)
    assert clock.now == pytest.approx(120.0)


def test_a_pause_is_kept_by_all_answers_of_a_model(fake: FakeProvider, clock: Clock) -> None:
    given_up: list[bool] = []
    model = retrying(fake, unreachable=True, attempts=1, give_up=lambda: bool(given_up))
    fake.script.retry_after = "40"
    fake.script.faults.append("429-later")
    with pytest.raises(RateLimited):
        complete(model, ASK)
    assert complete(model, ASK).text == TEXT
    assert clock.now == pytest.approx(40.0)
    fake.script.faults.append("429-later")
    with pytest.raises(RateLimited):
        complete(model, ASK)
    given_up.append(True)
    asked = len(fake.requests)
    given_up_on = complete(model, ASK)
    assert (given_up_on.text, given_up_on.finish.reason) == ("", "closed")
    assert len(fake.requests) == asked


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
    assert len(fake.requests) == 1
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
