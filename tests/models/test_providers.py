"""The real Gemini and OpenAI clients against servers on loopback that speak their protocols and fail
in every way their providers do. What holds for one holds for the other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest

from models import gemini, openai_compatible
from models.base import LanguageModel, Message, complete
from models.errors import (
    Blocked,
    ContextTooLong,
    InvalidKey,
    ModelError,
    RateLimited,
    Unavailable,
    UnknownModel,
)
from models.gemini import GeminiModel
from models.openai_compatible import OpenAICompatibleModel
from models.remote import GO_ON
from models.retrying import RetryingModel
from tests.fake_gemini import fake_gemini
from tests.fake_openai import THOUGHT, fake_openai
from tests.fake_provider import KEY, FakeProvider
from tests.processes import wait_for

ASK = [Message("system", "You write."), Message("user", "A story about a fox.")]
TEXT = "A fox came home, “late” and tired. Ünder the snow: {nothing} [at] all, \\ said he."


@dataclass(frozen=True)
class Provider:
    """One protocol: its fake, and how its model and list of models are opened."""

    fake: Callable[..., AbstractContextManager[FakeProvider]]
    open: Callable[[str, str, str], LanguageModel]
    models: Callable[[str, str], list[str]]


PROVIDERS = {
    "gemini": Provider(
        fake_gemini,
        lambda url, model, key: GeminiModel("G", model, key, base_url=url, local=True),
        lambda url, key: gemini.list_models(key, base_url=url, local=True),
    ),
    "openai": Provider(
        fake_openai,
        lambda url, model, key: OpenAICompatibleModel(
            "O", model, key, base_url=f"{url}/v1", local=True
        ),
        lambda url, key: openai_compatible.list_models(key, base_url=f"{url}/v1", local=True),
    ),
}


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> Provider:
    return PROVIDERS[request.param]


@pytest.fixture
def fake(provider: Provider) -> Iterator[FakeProvider]:
    with provider.fake(texts=(TEXT,)) as server:
        yield server


@pytest.fixture
def model(provider: Provider, fake: FakeProvider) -> LanguageModel:
    return provider.open(fake.url, "writer-large", KEY)


def test_an_answer_comes_in_pieces_with_its_ending_and_usage(model: LanguageModel) -> None:
    with model.stream(ASK, max_tokens=300) as answer:
        pieces = list(answer)
    assert "".join(pieces) == TEXT
    assert len(pieces) == len(TEXT.split())
    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.prompt_tokens) == ("stop", 50)
    assert answer.finish.completion_tokens == len(TEXT.split())
    assert answer.model == model.name


def test_an_answer_whose_tokens_nobody_counted_counts_none(
    fake: FakeProvider, model: LanguageModel
) -> None:
    fake.script.faults.append("uncounted")
    answer = complete(model, ASK)
    assert answer.text == TEXT
    assert (answer.finish.prompt_tokens, answer.finish.completion_tokens) == (0, 0)


FAULTS: dict[str, type[ModelError]] = {
    "429": RateLimited,
    "429-later": RateLimited,
    "500": Unavailable,
    "503": Unavailable,
    "400": Unavailable,
    "redirect": Unavailable,
    "cut": Unavailable,
    "hang-up": Unavailable,
    "early": Unavailable,
    "malformed": Unavailable,
    "block-prompt": Blocked,
    "filter": Blocked,
    "bad-key": InvalidKey,
    "too-long": ContextTooLong,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_its_error_and_the_next_answer_comes(
    fake: FakeProvider, model: LanguageModel, fault: str
) -> None:
    fake.script.faults.append(fault)
    with pytest.raises(ModelError) as caught:
        complete(model, ASK)
    assert type(caught.value) is FAULTS[fault]
    assert complete(model, ASK).text == TEXT


@pytest.mark.parametrize("fault", ["silent", "stall"])
def test_who_says_nothing_is_not_asked_and_paid_for_again(
    provider: Provider, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    for module in (gemini, openai_compatible):
        monkeypatch.setattr(module, "READ_SECONDS", 0.3)
    fake.script.faults.append(fault)
    model = RetryingModel(provider.open(fake.url, "writer-large", KEY), unreachable=True)
    with pytest.raises(Unavailable, match="did not answer in time") as caught:
        complete(model, ASK)
    assert caught.value.billed
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("fault", "again"),
    [
        ("500", True),
        ("503", True),
        ("cut", True),
        ("hang-up", True),
        ("400", False),
        ("redirect", False),
    ],
)
def test_only_what_may_pass_by_itself_is_temporary(
    fake: FakeProvider, model: LanguageModel, fault: str, again: bool
) -> None:
    fake.script.faults.append(fault)
    with pytest.raises(Unavailable) as caught:
        complete(model, ASK)
    assert caught.value.temporary is again
    assert not caught.value.unreachable


def test_errors_carry_their_data(fake: FakeProvider, model: LanguageModel) -> None:
    fake.script.retry_after = "7"
    fake.script.faults.extend(["429", "429-later", "too-long"])
    with pytest.raises(RateLimited) as limited:
        complete(model, ASK)
    assert limited.value.retry_after is None
    with pytest.raises(RateLimited) as later:
        complete(model, ASK)
    assert later.value.retry_after == 7.0
    with pytest.raises(ContextTooLong) as long:
        complete(model, ASK)
    assert (long.value.tokens, long.value.limit) == (5000, 2048)


def test_an_unknown_model_is_named(provider: Provider, fake: FakeProvider) -> None:
    with pytest.raises(UnknownModel, match="writer-huge"):
        complete(provider.open(fake.url, "writer-huge", KEY), ASK)


def test_a_server_that_is_not_there_is_unavailable(provider: Provider) -> None:
    with pytest.raises(Unavailable, match="cannot be reached") as caught:
        complete(provider.open("http://127.0.0.1:9", "writer-large", KEY), ASK)
    assert not caught.value.temporary
    assert caught.value.unreachable
    assert not caught.value.billed


@pytest.mark.parametrize("fault", ["reasoning", "think"])
def test_thoughts_never_become_text(fake: FakeProvider, model: LanguageModel, fault: str) -> None:
    fake.script.faults.append(fault)
    assert complete(model, ASK).text == TEXT
    assert THOUGHT not in complete(model, ASK).text


def test_a_model_that_thinks_its_answer_away_gets_room_and_keeps_it(
    fake: FakeProvider, model: LanguageModel
) -> None:
    fake.script.always = "think-too-long"
    assert complete(model, ASK, max_tokens=300).text == TEXT
    assert len(fake.requests) == 2
    short = complete(model, ASK, max_tokens=6)
    assert len(fake.requests) == 3
    assert TEXT.startswith(short.text)
    assert len(short.text) <= 27
    assert short.finish.reason == "length"


def test_closing_drops_the_connection_at_once(fake: FakeProvider, model: LanguageModel) -> None:
    fake.script.texts = ("word " * 5000,)
    fake.script.delay = 0.002
    with model.stream(ASK) as answer:
        for count, _ in enumerate(answer):
            if count == 3:
                break
    assert answer.finish is not None
    assert answer.finish.reason == "closed"
    wait_for("the server notices", lambda: fake.abandoned == 1)


def test_the_key_is_in_no_address_log_error_or_name(
    provider: Provider,
    fake: FakeProvider,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "of-somebody-else")
    monkeypatch.setenv("OPENAI_API_KEY", "of-somebody-else")
    secret = "sk-very-secret-123456"
    said = []
    with caplog.at_level(logging.DEBUG):
        model = provider.open(fake.url, "writer-large", secret)
        for ask in (lambda: complete(model, ASK), lambda: provider.models(fake.url, secret)):
            with pytest.raises(InvalidKey) as caught:
                ask()
            error: BaseException | None = caught.value
            while error is not None:
                said.append(f"{error!r} {error}")
                error = None if error.__suppress_context__ else error.__context__
    assert secret in str([request.headers for request in fake.requests])
    assert "of-somebody-else" not in str(fake.requests)
    said += [repr(model), str(vars(model).keys()), *(request.path for request in fake.requests)]
    assert secret not in "\n".join([*said, caplog.text])


def test_models_are_those_the_provider_names(provider: Provider, fake: FakeProvider) -> None:
    assert provider.models(fake.url, KEY) == ["writer-large", "writer-small"]


def test_sampling_and_turns_reach_the_provider(
    provider: Provider, fake: FakeProvider, model: LanguageModel
) -> None:
    messages = [*ASK, Message("assistant", "Once a fox")]
    complete(model, messages, temperature=0.25, top_p=0.5, max_tokens=123, seed=7, stop=["END"])
    sent = str(fake.requests[0].body)
    for value in ("You write.", "A story about a fox.", "Once a fox", "0.25", "0.5", "123", "END"):
        assert value in sent
    assert sent.index("Once a fox") < sent.index(GO_ON[:40])
