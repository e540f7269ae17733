"""Several models, or several samplings of one, answer in parallel; the best answer is given.

What "best" means is the caller's: `rank` is a function from a text to a number. One member's failure
does not fail the answer; when all fail, the first member's error is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Unpack

from models.base import Answer, Finish, LanguageModel, Message, Sampling

Rank = Callable[[str], float]


class EnsembleModel:
    """`members` answer at once, each with its own seed; needs at least one member."""

    def __init__(self, members: Sequence[LanguageModel], rank: Rank) -> None:
        if not members:
            raise ValueError("members must not be empty")
        self.members = tuple(members)
        self.name = " + ".join(dict.fromkeys(member.name for member in members))
        self._rank = rank

    def stream(self, messages: Sequence[Message], **sampling: Unpack[Sampling]) -> EnsembleAnswer:
        """Start every member; the answer arrives in one piece once all have ended."""
        answers = [
            member.stream(messages, **_for_member(sampling, place))
            for place, member in enumerate(self.members)
        ]
        return EnsembleAnswer(self.name, answers, self._rank)


class EnsembleAnswer(Answer):
    """The best of several answers; `model` becomes the name of who wrote it.

    `failures` holds the errors of members that gave none, whoever raised them: what a member costs
    and whether it may be asked is not known here.
    """

    def __init__(self, model: str, answers: Sequence[Answer], rank: Rank) -> None:
        self.model = model
        self._answers = answers
        self._rank = rank
        self._closed = Event()
        self.failures: tuple[Exception, ...] = ()
        self.finish: Finish | None = None

    def __iter__(self) -> Iterator[str]:
        with ThreadPoolExecutor(len(self._answers)) as pool:
            texts = list(pool.map(self._read, self._answers))
        self.failures = tuple(text for text in texts if isinstance(text, Exception))
        written = [
            (self._rank(text), place, text)
            for place, text in enumerate(texts)
            if isinstance(text, str) and text
        ]
        if not written:
            if self.failures:
                raise self.failures[0]
            self.close()
            return
        _, place, text = max(written, key=lambda row: (row[0], -row[1]))
        ends = [answer.finish for answer in self._answers if answer.finish is not None]
        self.model = self._answers[place].model
        best = self._answers[place].finish
        assert best is not None
        self.finish = Finish(
            best.reason,
            sum(end.prompt_tokens for end in ends),
            sum(end.completion_tokens for end in ends),
        )
        yield text

    def _read(self, answer: Answer) -> str | Exception:
        pieces: list[str] = []
        try:
            with answer:
                for piece in answer:
                    pieces.append(piece)
                    if self._closed.is_set():
                        break
        except Exception as error:
            return error
        return "".join(pieces)

    def close(self) -> None:
        self._closed.set()
        for answer in self._answers:
            answer.close()
        if self.finish is None:
            self.finish = Finish("closed", 0, 0)


def _for_member(sampling: Sampling, place: int) -> Sampling:
    seed = sampling.get("seed")
    return sampling if seed is None else {**sampling, "seed": seed + place}
