"""Asking again when a provider is busy or stumbles, and never more of it at once than it allows.

    RetryingModel(LimitedModel(GeminiModel(…), places), …)

Each attempt takes a place of its own, so that nobody waits for a provider behind one who only waits
for the next attempt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from threading import BoundedSemaphore, Lock
from typing import Unpack

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from models.base import Answer, Finish, LanguageModel, Message, Sampling
from models.errors import RateLimited, Unavailable

ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
# A provider that asks for a longer pause than this is treated as not there.
LONGEST_RETRY_AFTER = 30.0
LOOK_SECONDS = 0.2


class RetryingModel:
    """Asks `model` again after `RateLimited` and temporary `Unavailable`, before any text came.

    Waits grow with jitter; a server's `retry_after` is honoured up to LONGEST_RETRY_AFTER, a longer
    one ends the attempts. With `unreachable` a server that does not answer at all is waited for
    too: for long work. `give_up` is asked during waits; when it says so the last error is raised.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        attempts: int = ATTEMPTS,
        first_wait: float = FIRST_WAIT,
        unreachable: bool = False,
        give_up: Callable[[], bool] = lambda: False,
    ) -> None:
        if attempts < 1:
            raise ValueError(f"attempts must be positive, got {attempts}")
        self.name = model.name
        self._model = model
        self._attempts = attempts
        self._first_wait = first_wait
        self._unreachable = unreachable
        self._give_up = give_up

    def stream(self, messages: Sequence[Message], **sampling: Unpack[Sampling]) -> RetryingAnswer:
        """Start an answer; see `LanguageModel.stream`."""

        def start() -> Answer:
            return self._model.stream(messages, **sampling)

        return RetryingAnswer(self.name, start, self._policy)

    def _policy(self, closed: Callable[[], bool]) -> Retrying:
        def done() -> bool:
            return closed() or self._give_up()

        tried_out = stop_after_attempt(self._attempts)
        return Retrying(
            retry=retry_if_exception(self._is_worth_it),
            stop=lambda state: done() or tried_out(state),
            wait=_Wait(self._first_wait),
            sleep=lambda seconds: _sleep(seconds, done),
            reraise=True,
        )

    def _is_worth_it(self, error: BaseException) -> bool:
        if isinstance(error, RateLimited):
            return (error.retry_after or 0.0) <= LONGEST_RETRY_AFTER
        return isinstance(error, Unavailable) and (error.temporary or self._unreachable)


class _Wait(wait_exponential_jitter):
    """Exponential with jitter, and at least what the server asked for."""

    def __init__(self, first: float) -> None:
        super().__init__(multiplier=first, max=LONGEST_WAIT, jitter=first)

    def __call__(self, retry_state: RetryCallState) -> float:
        wait = super().__call__(retry_state)
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after if isinstance(error, RateLimited) else None
        return max(wait, asked or 0.0)


def _sleep(seconds: float, done: Callable[[], bool]) -> None:
    """Wait, but no longer than until `done`."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not done():
        time.sleep(min(left, LOOK_SECONDS))


class RetryingAnswer(Answer):
    """The first attempt that gives text, passed on as it comes."""

    def __init__(
        self,
        model: str,
        start: Callable[[], Answer],
        policy: Callable[[Callable[[], bool]], Retrying],
    ) -> None:
        self.model = model
        self.finish: Finish | None = None
        self._start = start
        self._policy = policy
        self._answer: Answer | None = None
        self._closed = False

    def __iter__(self) -> Iterator[str]:
        try:
            first, rest = self._policy(lambda: self._closed)(self._first_piece)
            if first is not None:
                yield first
                yield from rest
            if self._answer is not None:
                self.finish = self._answer.finish
        finally:
            self.close()

    def _first_piece(self) -> tuple[str | None, Iterator[str]]:
        self._answer = self._start()
        pieces = iter(self._answer)
        return next(pieces, None), pieces

    def close(self) -> None:
        self._closed = True
        if self._answer is not None:
            self._answer.close()
        if self.finish is None:
            finish = self._answer.finish if self._answer is not None else None
            self.finish = finish or Finish("closed", 0, 0)


class LimitedModel:
    """`model`, with at most so many answers running as `places` has; share it across models."""

    def __init__(self, model: LanguageModel, places: BoundedSemaphore) -> None:
        self.name = model.name
        self._model = model
        self._places = places

    def stream(self, messages: Sequence[Message], **sampling: Unpack[Sampling]) -> LimitedAnswer:
        """Start an answer; see `LanguageModel.stream`."""
        return LimitedAnswer(self._model.stream(messages, **sampling), self._places)


class LimitedAnswer(Answer):
    """Takes a place with the first iteration, and frees it when the answer ends or is closed."""

    def __init__(self, answer: Answer, places: BoundedSemaphore) -> None:
        self.model = answer.model
        self.finish: Finish | None = None
        self._answer = answer
        self._places = places
        self._lock = Lock()
        self._holds = False
        self._closed = False

    def __iter__(self) -> Iterator[str]:
        # In short waits, so that closing an answer that still waits ends it.
        while not self._closed and not self._holds:
            self._holds = self._places.acquire(timeout=LOOK_SECONDS)
        try:
            if not self._closed:
                yield from self._answer
        finally:
            self.close()

    def close(self) -> None:
        self._closed = True
        self._answer.close()
        self.finish = self.finish or self._answer.finish
        with self._lock:  # its reader and the end of its text may close it at once
            holds, self._holds = self._holds, False
        if holds:
            self._places.release()
