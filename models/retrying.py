"""Asking again when a provider is busy or stumbles, and never more of it at once than it allows.

    RetryingModel(LimitedModel(GeminiModel(…), places), …)

Each attempt takes a place of its own, so that nobody waits for a provider behind one who only waits
for the next attempt.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from threading import BoundedSemaphore, Lock
from typing import Unpack

from models.base import Answer, Finish, LanguageModel, Message, Sampling
from models.errors import RateLimited, Unavailable

ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
# A provider that asks for a longer pause than this is treated as not there: by people, who get
# another's text meanwhile, and by long work, which has none to get.
LONGEST_RETRY_AFTER, LONGEST_PAUSE = 30.0, 120.0
LOOK_SECONDS = 0.2

Begun = tuple[str | None, Iterator[str]]  # the first piece, and the others


class RetryingModel:
    """Asks `model` again after `RateLimited` and temporary `Unavailable`, before any text came.

    Waits grow with jitter; a server's `retry_after` is honoured up to LONGEST_RETRY_AFTER, a longer
    one ends the attempts. With `unreachable`, for long work, a server that cannot be reached is
    waited for too, and pauses up to LONGEST_PAUSE are kept, by all answers of this model together.
    `give_up` is asked during waits; when it says so the last error is raised.
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
        self._paused_until = 0.0

    def stream(self, messages: Sequence[Message], **sampling: Unpack[Sampling]) -> RetryingAnswer:
        """Start an answer; see `LanguageModel.stream`."""

        def start() -> Answer:
            return self._model.stream(messages, **sampling)

        return RetryingAnswer(self.name, start, self._begun)

    def _begun(self, begin: Callable[[], Begun], closed: Callable[[], bool]) -> Begun:
        """What the first attempt that succeeds gives; nothing when given up before the first."""
        error: RateLimited | Unavailable | None = None
        for attempt in range(self._attempts):
            wait = self._paused_until - time.monotonic()
            if error is not None:
                wait = max(wait, self._wait_before(attempt))
            if wait > 0:
                _sleep(wait, lambda: closed() or self._give_up())
                if closed() or self._give_up():
                    break
            try:
                return begin()
            except (RateLimited, Unavailable) as caught:
                error = caught
                if not self._is_worth_it(error):
                    break
                self._keep_pause(error)
        if error is not None:
            raise error
        return None, iter(())

    def _is_worth_it(self, error: RateLimited | Unavailable) -> bool:
        if isinstance(error, RateLimited):
            longest = LONGEST_PAUSE if self._unreachable else LONGEST_RETRY_AFTER
            return (error.retry_after or 0.0) <= longest
        return error.temporary or (error.unreachable and self._unreachable)

    def _keep_pause(self, error: RateLimited | Unavailable) -> None:
        """Nobody asks before the pause is over that the server asked for."""
        if isinstance(error, RateLimited) and error.retry_after:
            until = time.monotonic() + error.retry_after
            self._paused_until = max(self._paused_until, until)

    def _wait_before(self, attempt: int) -> float:
        wait = self._first_wait * 2.0 ** (attempt - 1) + random.uniform(0, self._first_wait)
        return min(wait, LONGEST_WAIT)


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
        begun: Callable[[Callable[[], Begun], Callable[[], bool]], Begun],
    ) -> None:
        self.model = model
        self.finish: Finish | None = None
        self._start = start
        self._begun = begun
        self._answer: Answer | None = None
        self._closed = False

    def __iter__(self) -> Iterator[str]:
        try:
            first, rest = self._begun(self._first_piece, lambda: self._closed)
            if first is not None:
                yield first
                yield from rest
            if self._answer is not None:
                self.finish = self._answer.finish
        finally:
            self.close()

    def _first_piece(self) -> Begun:
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
