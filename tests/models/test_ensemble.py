"""The ensemble on fake servers: best by rank, failures of one member, closing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import pytest

from models.base import Message, complete
from models.ensemble import EnsembleModel
from models.errors import Unavailable
from models.llamacpp import LlamaCppModel
from models.retrying import RetryingModel
from tests.fake_llamacpp import fake_llamacpp

ASK = [Message("user", "A story.")]


def test_the_best_answer_is_given_and_everybodys_tokens_are_counted() -> None:
    with fake_llamacpp(texts=["short one"]) as one, fake_llamacpp(texts=["a longer answer"]) as two:
        members = [LlamaCppModel("one", one.url), LlamaCppModel("two", two.url)]
        answer = complete(EnsembleModel(members, rank=len), ASK, seed=5)
        assert answer.text == "a longer answer"
        assert answer.model == "one + two"
        single = complete(members[1], ASK).finish.completion_tokens
        assert answer.finish.completion_tokens > single
        assert [one.requests[0]["seed"], two.requests[0]["seed"]] == [5, 6]


def test_one_members_failure_does_not_fail_the_answer() -> None:
    with fake_llamacpp(errors=9) as broken, fake_llamacpp(texts=["the survivor"]) as good:
        members = [LlamaCppModel("broken", broken.url), LlamaCppModel("good", good.url)]
        stream = EnsembleModel(members, rank=len).stream(ASK)
        with stream:
            assert "".join(stream) == "the survivor"
        assert [type(failure) for failure in stream.failures] == [Unavailable]


class Unpaid:
    """A member that is not asked at all, for a reason that this package does not know."""

    name = "unpaid"

    def stream(self, messages: Sequence[Message], **_: Any) -> NoReturn:
        raise LookupError("nobody pays")


def test_neither_does_one_that_may_not_be_asked() -> None:
    with fake_llamacpp(texts=["the survivor"]) as good:
        members = [RetryingModel(Unpaid()), LlamaCppModel("good", good.url)]
        stream = EnsembleModel(members, rank=len).stream(ASK)
        with stream:
            assert "".join(stream) == "the survivor"
        assert [str(failure) for failure in stream.failures] == ["nobody pays"]
        with pytest.raises(LookupError):
            complete(EnsembleModel(members[:1], rank=len), ASK)


def test_when_all_fail_the_error_is_raised() -> None:
    with fake_llamacpp(errors=9) as broken:
        members = [LlamaCppModel("broken", broken.url)] * 2
        with pytest.raises(Unavailable):
            complete(EnsembleModel(members, rank=len), ASK)


def test_an_ensemble_needs_members() -> None:
    with pytest.raises(ValueError, match="members"):
        EnsembleModel([], rank=len)
