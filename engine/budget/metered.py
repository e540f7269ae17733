"""A teacher whose every request is reserved before it is sent and settled when it has ended.

    RetryingModel(LimitedModel(BudgetedModel(ProviderModel(…), …), places), …)

What is reserved is the most that a request may use. The prompt is bounded without its tokenizer: no
tokenizer makes more tokens than there are bytes. The answer is bounded by what it is asked for.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Protocol, Unpack

from engine.budget.errors import BudgetUsedUp
from engine.domain.budget import MILLION, Refusal
from engine.errors import EngineError, LocalOnly
from models.base import Answer, Finish, LanguageModel, Message, Sampling
from models.errors import ModelError
from models.remote import RemoteAnswer, turns

log = logging.getLogger(__name__)

# Of the protocol, on top of a message's own bytes: its role and the marks around it.
TOKENS_A_MESSAGE = 16
TOKENS_A_REQUEST = 64
DEFAULT_MAX_TOKENS = 300  # of LanguageModel.stream
# What other calls hold may come back when they end; longer than this is not waited for it.
LONGEST_WAIT = 60.0
LOOK_SECONDS = 0.25


class Account(Protocol):
    """Whose budget it is, and at what price."""

    def reserve(self, tokens_read: int, tokens_written: int) -> str | Refusal:
        """The id of the reservation, or why there is none. Raises `PriceUnknown`."""

    def settle(self, charge_id: str, used: tuple[int, int] | None) -> None:
        """What was reserved was used so; None = nobody knows."""

    def look_after(self) -> None:
        """Settle what nobody will settle any more."""


def most_tokens(messages: Sequence[Message]) -> int:
    """No provider counts more tokens than these in the messages.

    >>> most_tokens([Message("user", "Grüße")])
    87
    """
    said = turns(messages)
    words = sum(len(message.content.encode(errors="replace")) for message in said)
    return words + TOKENS_A_MESSAGE * len(said) + TOKENS_A_REQUEST


class BudgetedModel:
    """`model`, paid for by an account. `give_up` is asked while room in the budget is waited for."""

    def __init__(
        self,
        model: LanguageModel,
        account: Account,
        *,
        give_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = model.name
        self._model = model
        self._account = account
        self._give_up = give_up

    def stream(self, messages: Sequence[Message], **sampling: Unpack[Sampling]) -> BudgetedAnswer:
        """Start an answer; see `LanguageModel.stream`. Reading it raises `BudgetUsedUp`."""
        return BudgetedAnswer(
            self._model.stream(messages, **sampling),
            self._account,
            prompt=most_tokens(messages),
            max_tokens=sampling.get("max_tokens", DEFAULT_MAX_TOKENS),
            give_up=self._give_up,
        )


class BudgetedAnswer(Answer):
    """An answer each of whose requests is a charge: the meter of a `RemoteAnswer`.

    An answer of another kind is one request, and tells at its end what it used.
    """

    def __init__(
        self,
        answer: Answer,
        account: Account,
        *,
        prompt: int,
        max_tokens: int,
        give_up: Callable[[], bool],
    ) -> None:
        self.model = answer.model
        self.finish: Finish | None = None
        self._answer = answer
        self._account = account
        self._prompt = prompt
        self._max_tokens = max_tokens
        self._give_up = give_up
        self._closed = False
        self._lock = Lock()
        self._charge: str | None = None

    def __iter__(self) -> Iterator[str]:
        try:
            if isinstance(self._answer, RemoteAnswer):
                self._answer.meter = self
                yield from self._answer
            else:
                self.asks(self._max_tokens)
                yield from self._answer
                self._told(self._answer.finish)
        except ModelError as error:
            if not error.billed:
                self.used(0, 0)
            raise
        except LocalOnly:  # right before it would have been sent
            self.used(0, 0)
            raise
        finally:
            self.close()

    def asks(self, max_tokens: int) -> None:
        """Reserve a request. Raises `BudgetUsedUp`, `PriceUnknown`."""
        self._settle(None)  # of a request before, of which nobody told
        until = time.monotonic() + LONGEST_WAIT
        while not isinstance(found := self._account.reserve(self._prompt, max_tokens), str):
            late = self._closed or self._give_up() or time.monotonic() > until
            if late or not found.may_pass:
                raise used_up(found)
            self._account.look_after()
            time.sleep(LOOK_SECONDS)
        with self._lock:
            self._charge = found

    def used(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Settle the request with what it really used."""
        self._settle((prompt_tokens, completion_tokens))

    def close(self) -> None:
        """Stop reading; a request that did not tell what it used is charged as reserved."""
        self._closed = True
        self._answer.close()
        self.finish = self.finish or self._answer.finish
        self._settle(None)

    def _told(self, finish: Finish | None) -> None:
        known = finish is not None and finish.reason != "closed"
        if finish is not None and known and finish.prompt_tokens and finish.completion_tokens:
            self.used(finish.prompt_tokens, finish.completion_tokens)

    def _settle(self, used: tuple[int, int] | None) -> None:
        with self._lock:  # its reader and the end of its text may close it at once
            charge, self._charge = self._charge, None
        if charge is None:
            return
        try:
            self._account.settle(charge, used)
        except EngineError:  # it counts as reserved, and the answer must not be lost for it
            log.exception("a charge could not be settled")


def used_up(refusal: Refusal) -> BudgetUsedUp:
    """The error that says so."""
    unit = MILLION if refusal.unit == "money" else 1
    return BudgetUsedUp(refusal.period, refusal.unit, refusal.used / unit, refusal.cap / unit)
