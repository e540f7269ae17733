"""One text for a person: ask, stream, score, save. Whatever was written is kept, stopped or not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.autotrain.duplicates import NearDuplicates
from engine.domain.example import Author, Source
from engine.domain.quality import Quality
from engine.domain.story import Draft, Story
from engine.errors import InvalidInput
from engine.memory.recollection import Recollection
from engine.quality.score import Scorer
from engine.rendering import render, story_prompt
from engine.store import Store
from engine.store.examples import NewExample
from models.base import LanguageModel, Message

# Below this a stopped answer is not worth a draft of its own.
MIN_DRAFT_WORDS = 3


@dataclass(frozen=True)
class Sampling:
    """How freely a model writes; `max_tokens` bounds the answer."""

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 300
    seed: int | None = None


def messages_for(story: Story, so_far: str = "", memory: Sequence[str] = ()) -> list[Message]:
    """What the model reads for a story; with `so_far` it continues that text."""
    prompt = story_prompt(story.prompt, genre=story.genre, style=story.style)
    messages = render(prompt, memory)
    return [*messages, Message("assistant", so_far)] if so_far else messages


class Writing:
    """A running answer. Iterate for pieces of text; `draft` is saved when iteration ends, however.

    A finished answer is saved together with its example in one transaction; a stopped one is saved
    as a draft only. A `ModelError` in the middle saves what had arrived and is raised.
    """

    def __init__(
        self,
        store: Store,
        scorer: Scorer,
        model: LanguageModel,
        author: Author,
        story: Story,
        *,
        sampling: Sampling,
        threshold: float,
        so_far: str = "",
        recollection: Recollection | None = None,
    ) -> None:
        self.model_name = model.name
        self.draft: Draft | None = None
        self._store = store
        self._scorer = scorer
        self._model = model
        self._author = author
        self._story = story
        self._sampling = sampling
        self._threshold = threshold
        self._so_far = so_far
        self.recollection = recollection or Recollection()

    def __iter__(self) -> Iterator[str]:
        started = time.monotonic()
        text = self._so_far
        reason, tokens = "closed", 0
        stream = self._model.stream(
            messages_for(self._story, self._so_far, self.recollection.texts),
            temperature=self._sampling.temperature,
            top_p=self._sampling.top_p,
            max_tokens=self._sampling.max_tokens,
            seed=self._sampling.seed,
        )
        try:
            with stream:
                for piece in stream:
                    text += piece
                    tokens += 1
                    yield piece
            if stream.finish is not None:
                reason = stream.finish.reason
                tokens = stream.finish.completion_tokens or tokens
        finally:
            seconds = time.monotonic() - started
            self.draft = self._save(text.strip(), seconds, tokens, reason)

    def _save(self, text: str, seconds: float, tokens: int, reason: str) -> Draft | None:
        if len(text.split()) < MIN_DRAFT_WORDS or text == self._so_far:
            return None
        quality = self._scorer.score(text, prompt=self._story.prompt, genre=self._story.genre)
        finished = reason in ("stop", "length")
        return self._store.stories.add_draft(
            self._story.user_id,
            self._story.id,
            text=text,
            model=self._model.name,
            seconds=seconds,
            completion_tokens=tokens,
            finish_reason=reason,
            quality=quality,
            example=self._example(text, quality) if finished else None,
            memory=self.recollection.use,
        )

    def _example(self, text: str, quality: Quality) -> NewExample:
        return new_example(
            self._store,
            self._story,
            text,
            quality,
            author=self._author,
            generator=self._model.name,
            threshold=self._threshold,
        )


def save_edit(store: Store, scorer: Scorer, story: Story, text: str, *, threshold: float) -> Draft:
    """A person's own version of a text: a draft, and an example written by a person.

    Raises `InvalidInput` for an empty text.
    """
    if not text.strip():
        raise InvalidInput("text", "is empty")
    writer = story.user_id
    quality = scorer.score(text, prompt=story.prompt, genre=story.genre)
    example = new_example(
        store, story, text, quality, author=Author.PERSON, generator=writer, threshold=threshold
    )
    return store.stories.add_draft(
        writer,
        story.id,
        text=text,
        model=writer,
        seconds=0.0,
        completion_tokens=0,
        finish_reason="edited",
        quality=quality,
        example=example,
    )


def new_example(
    store: Store,
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
        prompt=story_prompt(story.prompt, genre=story.genre, style=story.style),
        completion=text,
        source=Source.WRITE,
        author=author,
        generator=generator,
        quality=quality,
        duplicate_of=NearDuplicates(kept).find(text),
    )
