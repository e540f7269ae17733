"""One text for a person: ask, stream, score, save. Whatever was written is kept, stopped or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.autotrain.duplicates import NearDuplicates
from engine.domain.example import Author, Source
from engine.domain.kind import Kind
from engine.domain.quality import Quality
from engine.domain.story import Draft, Story
from engine.domain.version import Version
from engine.memory.recollection import Recollection
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.quality.sections import next_start
from engine.registry.watch import heed
from engine.rendering import render, request_for, shown_to_teachers
from engine.store import Store
from engine.store.examples import NewExample
from engine.writing.passage import cut, opened
from models.base import Finish, LanguageModel, Message, complete
from models.errors import Blocked, ModelError, RateLimited, ThoughtsShown, Unavailable
from models.llamacpp import LlamaCppModel

# Below this a stopped answer is not worth a draft of its own.
MIN_DRAFT_WORDS = 3
FINISHED = ("stop", "length")
# So many tokens show whether a server answers.
A_FEW = 4


@dataclass(frozen=True)
class Sampling:
    """How freely a model writes; `max_tokens` bounds the answer."""

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 300
    seed: int | None = None


def messages_for(
    kind: Kind,
    story: Story,
    so_far: str = "",
    memory: Sequence[str] = (),
    *,
    shown: Sequence[Message] = (),
) -> list[Message]:
    """What the model reads for a story; with `so_far` it continues that text."""
    prompt = request_for(kind, story.prompt, genre=story.genre, style=story.style)
    messages = render(prompt, memory, system=kind.system, shown=shown)
    return [*messages, Message("assistant", so_far)] if so_far else messages


@dataclass(frozen=True)
class Voice:
    """Who may write: a model, in which role, and as which version if it is a student."""

    model: LanguageModel
    author: Author
    version: Version | None = None


@dataclass(frozen=True)
class StandIn:
    """Who writes when the teacher, `called` so, cannot be reached; looked up only then."""

    called: str
    voice: Callable[[], Voice]


class Writing:
    """A running answer. Iterate for pieces of text; `draft` is saved when iteration ends, however.

    A finished answer is saved together with its example in one transaction; a stopped one is saved
    as a draft only. A `ModelError` in the middle saves what had arrived and is raised; `Blocked`
    and `ThoughtsShown` save nothing. When the model gives no word because it cannot be reached or
    is too busy, the stand-in writes: `notice` says so, and draft and example carry who really wrote.
    Who writes one that `is_blind` is not to be shown; a stand-in is named, and then it is none. So of a
    blind draft nothing is said of its version either, before its author is revealed.
    """

    def __init__(
        self,
        store: Store,
        scorer: Scorer,
        voice: Voice,
        kind: Kind,
        story: Story,
        *,
        sampling: Sampling,
        threshold: float,
        so_far: str = "",
        recollection: Recollection | None = None,
        stand_in: StandIn | None = None,
        is_blind: bool = False,
    ) -> None:
        self.model_name = voice.model.name
        self.notice = ""
        self.is_blind = is_blind
        self.draft: Draft | None = None
        self._store = store
        self._scorer = scorer
        self._voice = voice
        self._stand_in = stand_in
        self._kind = kind
        self._story = story
        self._sampling = sampling
        self._threshold = threshold
        self._so_far = so_far
        self.recollection = recollection or Recollection()
        self._text = so_far
        self._tokens = 0
        self._finish: Finish | None = None

    def __iter__(self) -> Iterator[str]:
        started = time.monotonic()
        error: ModelError | None = None
        try:
            yield from self._pieces()
        except (Blocked, ThoughtsShown):
            self._text = self._so_far
            raise
        except ModelError as raised:
            error = raised
            raise
        finally:
            seconds = time.monotonic() - started
            reason = self._finish.reason if self._finish else "closed"
            self.draft = self._save(self._text.strip(), seconds, self._tokens, reason)
            self._watch(error, finished=reason in FINISHED)

    def _watch(self, error: ModelError | None, *, finished: bool) -> None:
        """Have a student's answer looked at; `notice` says when its version was taken back."""
        if self._voice.version is None:
            return
        taken_back = heed(
            self._store,
            self._voice.version,
            self._text.removeprefix(self._so_far),
            finished=finished,
            empty=self.draft is None,
            error=error,
            base_answers=self._base_answers,
        )
        if not self.is_blind or self.draft is None:
            self.notice = " ".join(each for each in (self.notice, taken_back) if each)

    def _base_answers(self) -> bool:
        """Whether the same server goes on with the same text by the base alone, right now."""
        model = self._voice.model
        base = model.without_adapter() if isinstance(model, LlamaCppModel) else None
        if base is None:
            return False
        asked = messages_for(self._kind, self._story, self._text, self.recollection.texts)
        try:
            complete(base, asked, max_tokens=A_FEW)
        except ModelError:
            return False
        return True

    def _pieces(self) -> Iterator[str]:
        """The model's text, or the stand-in's if not a word of the model's came."""
        try:
            yield from self._stream(self._voice.model)
        except (Unavailable, RateLimited) as error:
            if self._stand_in is None or self._tokens:
                raise
            self._voice = self._found(self._stand_in, error)
            self.is_blind = False
            why = "is too busy" if isinstance(error, RateLimited) else "could not be reached"
            self.notice = f"{self._stand_in.called} {why}; {self._voice.model.name} wrote this."
            yield from self._stream(self._voice.model)

    def _found(self, stand_in: StandIn, error: Unavailable | RateLimited) -> Voice:
        try:
            return stand_in.voice()
        except Unavailable:
            raise error from None  # of the two, the one that the person can do something about

    def _stream(self, model: LanguageModel) -> Iterator[str]:
        """The answer; a section that it left out is begun for the model, and asked for again."""
        yield from self._ask(
            model, "" if self._so_far else self._kind.opening_for(self._story.prompt)
        )
        while self._finish is not None and self._finish.reason == "stop":
            start = next_start(self._text, self._kind.sections)
            if not start or self._tokens >= self._sampling.max_tokens:
                break
            self._text = f"{self._text.rstrip()}\n\n"
            yield "\n\n"
            yield from self._ask(model, start)

    def _ask(self, model: LanguageModel, opening: str) -> Iterator[str]:
        """Have the text continued after an opening, which is part of it."""
        shown = shown_to_teachers(self._kind) if self._voice.author is Author.TEACHER else ()
        before, so_far = self._tokens, self._text
        with model.stream(
            messages_for(
                self._kind, self._story, so_far + opening, self.recollection.texts, shown=shown
            ),
            temperature=self._sampling.temperature,
            top_p=self._sampling.top_p,
            max_tokens=self._sampling.max_tokens - before,
            seed=self._sampling.seed,
            stop=self._kind.stop,
        ) as stream:
            for piece in opened(opening, stream):
                self.model_name = stream.model
                self._text += piece
                self._tokens += 1
                yield piece
        self._finish = stream.finish
        if self._finish is not None:
            self._tokens = before + self._finish.completion_tokens or self._tokens

    def _save(self, text: str, seconds: float, tokens: int, reason: str) -> Draft | None:
        if len(text.split()) < MIN_DRAFT_WORDS or text == self._so_far.strip():
            return None
        finished = reason in FINISHED
        if finished and self._kind.cut_after == "function":
            text = cut(text, self._kind)
        quality = rate(
            self._scorer, self._kind, text, prompt=self._story.prompt, genre=self._story.genre
        )
        return self._store.stories.add_draft(
            self._story.user_id,
            self._story.id,
            text=text,
            model=self.model_name,
            seconds=seconds,
            completion_tokens=tokens,
            finish_reason=reason,
            quality=quality,
            example=self._example(text, quality) if finished else None,
            memory=self.recollection.use,
            trial=self._voice.author if self.is_blind else None,
        )

    def _example(self, text: str, quality: Quality) -> NewExample:
        return new_example(
            self._store,
            self._kind,
            self._story,
            text,
            quality,
            author=self._voice.author,
            generator=self.model_name,
            threshold=self._threshold,
        )


def new_example(
    store: Store,
    kind: Kind,
    story: Story,
    text: str,
    quality: Quality,
    *,
    author: Author,
    generator: str,
    threshold: float,
) -> NewExample:
    """The example of a story's answer, marked when it nearly repeats a kept one on its prompt."""
    kept: Sequence[tuple[str, str]] = store.examples.kept_texts(
        story.user_id, threshold, seed_prompt=story.prompt
    )
    return NewExample(
        user_id=story.user_id,
        kind=story.kind,
        genre=story.genre,
        style=story.style,
        seed_prompt=story.prompt,
        prompt=request_for(kind, story.prompt, genre=story.genre, style=story.style),
        completion=text,
        source=Source.WRITE,
        author=author,
        generator=generator,
        quality=quality,
        duplicate_of=NearDuplicates(kept).find(text),
    )
