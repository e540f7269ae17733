"""The one interface to a language model: chat messages in, a stream of text out.

Usage:

    with model.stream([Message("user", "A story, please.")], max_tokens=300) as answer:
        for piece in answer:
            print(piece, end="")
    print(answer.finish.reason, answer.finish.completion_tokens)

Leaving the `with` block early closes the connection, which frees the server's slot at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self, TypedDict, Unpack

FinishReason = Literal["stop", "length", "closed"]


@dataclass(frozen=True)
class Message:
    """One turn of a chat; `role` is system, user or assistant."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Finish:
    """How an answer ended: by itself (stop), at max_tokens (length) or by its reader (closed)."""

    reason: FinishReason
    prompt_tokens: int
    completion_tokens: int


class Answer(ABC):
    """A running answer. Iterate for text; `finish` is there once iteration ended or it was closed.

    `model` is the name of who writes it; of several who answer at once, it is known at the end.
    """

    model: str
    finish: Finish | None

    @abstractmethod
    def __iter__(self) -> Iterator[str]: ...

    @abstractmethod
    def close(self) -> None:
        """Stop reading; who writes is told to stop."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Sampling(TypedDict, total=False):
    """The keywords of `LanguageModel.stream`, for who only hands them on."""

    temperature: float
    top_p: float
    max_tokens: int
    seed: int | None
    stop: Sequence[str]


class LanguageModel(Protocol):
    """Anything that continues a chat. `name` is what is stored as the generator of an example."""

    name: str

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float = 0.8,
        top_p: float = 0.95,
        max_tokens: int = 300,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> Answer:
        """Start an answer. Raises a `ModelError` here or while iterating."""
        ...


@dataclass(frozen=True)
class Completion:
    """A whole answer at once."""

    text: str
    finish: Finish
    model: str


def complete(
    model: LanguageModel, messages: Sequence[Message], **sampling: Unpack[Sampling]
) -> Completion:
    """Read an answer to its end."""
    with model.stream(messages, **sampling) as answer:
        text = "".join(answer)
    assert answer.finish is not None, "an answer that was read to its end has a finish"
    return Completion(text, answer.finish, model.name)
