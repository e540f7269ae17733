"""What every provider elsewhere has in common: its answers, turns, and the words of its errors.

Knows no provider. Keys never get further than a header: `without_key` takes them out of whatever a
server says about them.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar, Protocol

from models.base import Answer, Finish, FinishReason, Message
from models.errors import (
    ContextTooLong,
    InvalidKey,
    ModelError,
    RateLimited,
    ThoughtsShown,
    Unavailable,
    UnknownModel,
)

CONNECT_SECONDS = 5.0
# A large model may think for a while before its first word.
READ_SECONDS = 60.0
# Tokens a thinking model gets on top of the answer's own: providers count both together.
THOUGHT_ROOM = 4096
# English text has about four characters a token; only a model with room for thoughts is cut by it.
CHARACTERS_A_TOKEN = 4.5

GO_ON = (
    "Go on with this text exactly where it stops. Write only what follows; repeat nothing of it."
)
OPEN, CLOSE = "<think>", "</think>"

_BIG = r"(\d[\d,]{1,})"
# (tokens, limit) or (limit, tokens), as the field's servers word it.
_TOO_LONG = (
    (
        re.compile(
            rf"token count \(?{_BIG}\)? exceeds the maximum number of tokens allowed \(?{_BIG}"
        ),
        1,
        2,
    ),
    (re.compile(rf"maximum context length is {_BIG} tokens.*?{_BIG} tokens", re.S), 2, 1),
    (re.compile(rf"request \(?{_BIG} tokens\)? exceeds.*?context size \(?{_BIG}", re.S), 1, 2),
)
_TOO_LONG_WORDS = ("context_length_exceeded", "exceed_context_size", "maximum context length")


class Visible:
    """Lets through what a reader may see: no `<think>…</think>` in front, no more than asked for.

    `most` is a bound in characters (None: the server keeps the bound). `thought` says whether the
    model was seen thinking, `full` that the bound was reached. Some chat templates write `<think>`
    themselves, so that it is not in the answer: `inside` says that this is known of the model.
    """

    def __init__(self, most: int | None = None, *, inside: bool = False) -> None:
        self.thought = False
        self.full = False
        self.given = 0
        self._most = most
        self._held: str | None = OPEN if inside else ""  # None once the beginning is settled
        self._end = ""  # of what was shown

    def feed(self, text: str) -> str:
        """What may be shown of the next piece. Raises `ThoughtsShown` when all before was none."""
        return self._bounded(self._without_thought(text))

    def rest(self) -> str:
        """What was held back, once the answer has ended."""
        held, self._held = self._held or "", None
        return "" if self.thought and held else self._bounded(held)

    def _without_thought(self, text: str) -> str:
        if self._held is None:
            return self._answer(text)
        self._held += text
        start = self._held.lstrip()
        if start.startswith(OPEN):
            self.thought = True
            _, closed, after = start.partition(CLOSE)
            if not closed or not after.strip():
                return ""
            self._held = None
            return after.lstrip()
        if OPEN.startswith(start):
            return ""  # may still become the tag
        text, self._held = self._held, None
        return self._answer(text)

    def _answer(self, text: str) -> str:
        """The piece, unless it ends a thought that nothing began."""
        self._end = self._end[-len(CLOSE) :] + text
        if not self.thought and CLOSE in self._end:
            raise ThoughtsShown
        return text

    def _bounded(self, text: str) -> str:
        if self._most is not None and self.given + len(text) > self._most:
            self.full = True
            text = text[: max(0, self._most - self.given)]
        self.given += len(text)
        return text


class Meter(Protocol):
    """Watches what an answer costs: told before each of its requests, and what each has used."""

    def asks(self, max_tokens: int) -> None:
        """A request is about to be sent that may be answered with so many tokens, thoughts
        included. Whatever this raises keeps it from being sent."""

    def used(self, prompt_tokens: int, completion_tokens: int) -> None:
        """That request was answered to its end; so the provider counted."""


class RemoteAnswer(Answer):
    """One streamed answer of a provider; the request is sent on the first iteration.

    A model that spent its whole answer on thinking is asked once more, with room for it, and gets
    that room from then on. `used` are the tokens of prompt and answer (thoughts among them), as the
    provider counts them at the end of a request.
    """

    # Models (by address and name) that were seen thinking.
    _thinkers: ClassVar[set[tuple[str, str]]] = set()
    # Those whose answers begin within a thought.
    _inside: ClassVar[set[tuple[str, str]]] = set()

    def __init__(self, model: str, provider: str, place: tuple[str, str], max_tokens: int) -> None:
        self.model = model
        self.finish: Finish | None = None
        self.provider = provider
        self.used = (0, 0)
        self.meter: Meter | None = None
        # Called when nothing is left to wait for; whatever it raises keeps a request from being sent.
        self.check: Callable[[], object] = lambda: None
        self.visible = Visible()
        self._place = place
        self._max_tokens = max_tokens

    def __iter__(self) -> Iterator[str]:
        try:
            reason = yield from self._attempt()
            if self._thought_in_vain(reason) and self._place not in self._thinkers:
                self._thinkers.add(self._place)
                reason = yield from self._attempt()
        finally:
            self.close()
        if self._thought_in_vain(reason):
            raise Unavailable(
                f"{self.provider} spent its whole answer on thinking. Ask for a longer one."
            )
        self.finish = Finish(reason, *self.used)

    def _attempt(self) -> Generator[str, None, FinishReason]:
        """The visible pieces of one request, then why it ended."""
        room = THOUGHT_ROOM if self._place in self._thinkers else 0
        most = round(self._max_tokens * CHARACTERS_A_TOKEN) if room else None
        self.visible = Visible(most, inside=self._place in self._inside)
        self.used = (0, 0)
        if self.meter is not None:
            self.meter.asks(self._max_tokens + room)
        self.check()
        try:
            reason = yield from self._read(self._max_tokens + room)
        except ThoughtsShown:
            self._inside.add(self._place)
            raise
        if self.visible.full:
            return "length"
        if reason is None:
            raise self._broke_off()
        if self.meter is not None and all(self.used):
            self.meter.used(*self.used)
        if rest := self.visible.rest():
            yield rest
        if reason == "stop" and not self.visible.given:
            self._inside.discard(self._place)  # an answer after all: its server marks thoughts now
        return reason

    @abstractmethod
    def _read(self, max_tokens: int) -> Generator[str, None, FinishReason | None]:
        """Send the request; its pieces through `visible` until that is full, then why it ended."""

    def _broke_off(self) -> Unavailable:
        return Unavailable(f"{self.provider} broke off in the middle of an answer.", temporary=True)

    def _thought_in_vain(self, reason: FinishReason) -> bool:
        return reason == "length" and self.visible.thought and not self.visible.given


def turns(messages: Sequence[Message]) -> list[Message]:
    """The messages as chat providers take them: a text to be continued is followed by a request."""
    if messages and messages[-1].role == "assistant":
        return [*messages, Message("user", GO_ON)]
    return list(messages)


def without_key(text: str, key: str) -> str:
    """A server's words on one line, at most 300 characters, without the key."""
    line = " ".join(text.split())
    return (line.replace(key, "(key)") if key else line)[:300].rstrip(".")


def retry_seconds(header: str | None) -> float | None:
    """Seconds of a Retry-After header: a number or a date. None when it says nothing usable."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def too_long(message: str) -> ContextTooLong | None:
    """The error of a prompt that does not fit, if the message says that; 0 = figure not told."""
    for pattern, tokens, limit in _TOO_LONG:
        if found := pattern.search(message):
            return ContextTooLong(_number(found[tokens]), _number(found[limit]))
    lower = message.lower()
    return ContextTooLong(0, 0) if any(words in lower for words in _TOO_LONG_WORDS) else None


def status_error(
    provider: str, model: str, status: int, message: str, *, retry_after: float | None = None
) -> ModelError:
    """The typed error of an HTTP status; `message` has no key in it any more."""
    if status in (401, 403):
        return InvalidKey(f"{provider} refused the key: {message}. Check the key in Settings.")
    if status == 404:
        return UnknownModel(
            f"{provider} knows no model {model!r} at this address: {message}. "
            "Choose one of its models in Settings."
        )
    if status == 429:
        return RateLimited(f"{provider} is busy or its quota is used up: {message}.", retry_after)
    if 300 <= status < 400:
        return Unavailable(
            f"{provider} sent us on to another address, which is not followed. "
            "Give the final address in Settings.",
            billed=False,
        )
    if long := too_long(message):
        return long
    return Unavailable(
        f"{provider} answered with an error (HTTP {status}): {message}.",
        temporary=status >= 500 or status == 408,
        # Who only passes the request on may have lost an answer that was written.
        billed=status in (408, 502, 504),
    )


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))
