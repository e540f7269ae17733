"""The llama.cpp client against a real server process on the tiny model, and a fake for its failures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from models.base import Message, complete
from models.errors import Blocked, ContextTooLong, InvalidKey, RateLimited, Unavailable
from models.llamacpp import LlamaCppEmbedder, LlamaCppModel, error_of
from models.llamacpp_server import LlamaCppServer
from tests.fake_llamacpp import fake_llamacpp

ASK = [Message("system", "You write."), Message("user", "A story about a fox.")]


@pytest.fixture(scope="module")
def server(tiny_gguf: Path) -> Iterator[LlamaCppServer]:
    with LlamaCppServer(tiny_gguf, slots=2, context=512) as server:
        yield server


def is_processing(server: LlamaCppServer) -> bool:
    slots = httpx.get(f"{server.url}/slots", trust_env=False).json()
    return any(slot["is_processing"] for slot in slots)


def test_an_answer_is_repeatable_and_says_how_it_ended(server: LlamaCppServer) -> None:
    model = LlamaCppModel("tiny", server.url)
    first = complete(model, ASK, max_tokens=20, seed=3)
    assert first.text == complete(model, ASK, max_tokens=20, seed=3).text
    assert first.text != complete(model, ASK, max_tokens=20, seed=4).text
    assert first.finish.reason == "length"
    assert first.finish.completion_tokens == 20
    assert first.finish.prompt_tokens > 10
    assert first.model == "tiny"


def test_closing_the_stream_frees_the_slot(server: LlamaCppServer) -> None:
    model = LlamaCppModel("tiny", server.url)
    with model.stream(ASK, max_tokens=400, seed=1) as answer:
        for count, _ in enumerate(answer):
            if count == 3:
                break
    assert answer.finish is not None
    assert answer.finish.reason == "closed"
    deadline = time.monotonic() + 20
    while is_processing(server) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_processing(server)


def test_a_prompt_that_does_not_fit_names_both_figures(server: LlamaCppServer) -> None:
    with pytest.raises(ContextTooLong) as caught:
        complete(LlamaCppModel("tiny", server.url), [Message("user", "word " * 900)])
    assert caught.value.limit == 512
    assert caught.value.tokens > 900


def test_the_server_ends_when_its_handle_is_closed(tiny_gguf: Path) -> None:
    with LlamaCppServer(tiny_gguf, slots=1, context=512) as server:
        assert server.is_alive()
    assert not server.is_alive()
    with pytest.raises(Unavailable):
        complete(LlamaCppModel("tiny", server.url), ASK)


def test_a_file_that_is_no_model_is_unavailable(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    with pytest.raises(Unavailable, match=r"broken\.gguf"):
        LlamaCppServer(broken)


def test_a_cut_stream_is_an_error_not_a_short_answer() -> None:
    with fake_llamacpp(cuts=1) as fake, pytest.raises(Unavailable, match=r"broke off|not answer"):
        complete(LlamaCppModel("fake", fake.url), ASK)


def test_a_server_error_is_unavailable_and_the_next_answer_comes() -> None:
    with fake_llamacpp(errors=1) as fake:
        model = LlamaCppModel("fake", fake.url)
        with pytest.raises(Unavailable):
            complete(model, ASK)
        assert len(complete(model, ASK).text.split()) > 100


def test_the_base_is_asked_for_without_any_adapter() -> None:
    with fake_llamacpp() as fake:
        complete(LlamaCppModel("base", fake.url), ASK)
        complete(LlamaCppModel("zega-anna v1", fake.url, lora=2), ASK)
    assert [request["lora"] for request in fake.requests] == [[], [{"id": 2, "scale": 1.0}]]


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"code": 401, "message": "no"}, InvalidKey),
        ({"code": 429, "message": "slow", "retry_after": 3.0}, RateLimited),
        ({"code": 500, "message": "oops"}, Unavailable),
        ({"code": 400, "type": "content_filter", "message": "violence"}, Blocked),
    ],
)
def test_errors_are_typed(payload: dict[str, object], kind: type[Exception]) -> None:
    assert type(error_of(payload)) is kind


def test_errors_carry_their_data() -> None:
    limited = error_of({"code": 429, "message": "slow", "retry_after": 3.0})
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 3.0
    blocked = error_of({"type": "content_filter", "message": "violence"})
    assert isinstance(blocked, Blocked)
    assert blocked.reason == "violence"


def test_embeddings_tell_near_from_far(embedding: Path) -> None:
    with LlamaCppServer(embedding, slots=1, context=512, threads=1, embeddings=True) as server:
        vectors = LlamaCppEmbedder(server.url).embed(
            ["A fox ran through the snow.", "The red fox hurried over snow.", "Tax law is dry."]
        )
    assert {len(vector) for vector in vectors} == {384}
    near = sum(a * b for a, b in zip(vectors[0], vectors[1], strict=True))
    far = sum(a * b for a, b in zip(vectors[0], vectors[2], strict=True))
    assert near > far + 0.3
