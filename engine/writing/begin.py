"""Begin a text: which model writes it, and what is refused before one is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from engine.domain.example import Author
from engine.domain.kind import Kind
from engine.domain.story import Draft, Story
from engine.domain.version import Student
from engine.errors import InvalidInput, NotFound
from engine.kinds import Kinds
from engine.kinds.catalog import check_category
from engine.memory.memory import Memory
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.serving.resolve import own_model, student, teacher, wait_for
from engine.store import Store
from engine.teaching.teachers import Teachers
from engine.writing.recollect import recollect
from engine.writing.trial import contender, is_students_turn
from engine.writing.writer import Sampling, StandIn, Voice, Writing
from models.errors import Unavailable

Writer = Literal["teacher", "student", "t5"]
# Who writes as which student.
STUDENTS = {"student": Student.ZEGA, "t5": Student.T5}

MOST_CHARACTERS = 4000
MOST_OF_STYLE = 200


def check_prompt(prompt: str, style: str | None = None) -> None:
    """Raise `InvalidInput` for a prompt that is empty or too long, or a style that is too long."""
    if not prompt.strip():
        raise InvalidInput("prompt", "is empty: write what the text is about")
    if len(prompt) > MOST_CHARACTERS:
        raise InvalidInput(
            "prompt", f"is {len(prompt):,} characters long, at most {MOST_CHARACTERS:,} fit"
        )
    if style is not None and len(style) > MOST_OF_STYLE:
        raise InvalidInput(
            "style", f"is {len(style):,} characters long, at most {MOST_OF_STYLE} fit"
        )


def check_request(kind: Kind, prompt: str, *, genre: str | None, style: str | None) -> None:
    """Raise `InvalidInput` for what a text of this kind cannot be made of."""
    check_prompt(prompt, style)
    check_category(kind, genre)
    if style is not None and not kind.styles:
        raise InvalidInput("style", f"must be left out: {kind.name} have none")


def begin(
    store: Store,
    scorer: Scorer,
    teachers: Teachers,
    kinds: Kinds,
    story: Story,
    writer: Writer,
    *,
    sampling: Sampling,
    threshold: float,
    continued: Draft | None = None,
    share: int = 0,
    memory: Memory | None = None,
    context: int = 2048,
) -> Writing:
    """The next draft of a story, ready to stream. Raises `Unavailable` when that model is not served
    in time, and `NotFound` for a student that was never trained.

    With a `memory` the model reads what it holds about the story, as much as fits into `context`
    tokens; where it does not run, the text is written without. At a `share` above 0 a new text that a
    teacher is asked for is part of the A/B, if there is a student that can write: that writes so many
    of a hundred, and who wrote is not to be shown.
    """
    kind = kinds.find(story.kind)
    so_far = continued.text if continued else ""
    recollection = None
    if memory is not None:
        recollection = recollect(
            memory, kind, story, so_far=so_far, max_tokens=sampling.max_tokens, context=context
        )
    user_id = story.user_id
    stand_in = lot = None
    is_blind = False
    if writer == "teacher" and continued is not None and continued.trial is not None:
        # By who wrote it: a student's words must not become part of what a teacher wrote.
        writer = "student" if continued.trial.author is Author.STUDENT else "teacher"
        is_blind = continued.is_blind
    elif writer == "teacher" and continued is None and share:
        lot = contender(store, user_id)
        is_blind = lot is not None
    if lot is not None and is_students_turn(story, share):
        voice = lot
    elif writer in STUDENTS:
        version = store.versions.active(user_id, STUDENTS[writer])
        if version is None:
            raise NotFound("trained model of", user_id)
        voice = Voice(own_model(store, version), Author.STUDENT, version)
    elif called := teachers.called(user_id):
        voice = Voice(teachers.model_for(user_id, rank_for(scorer, kind, story)), Author.TEACHER)
        stand_in = StandIn(called, lambda: who_is_here(store, user_id))
    else:
        voice = Voice(wait_for(lambda: teacher(store)), Author.TEACHER)
    return Writing(
        store,
        scorer,
        voice,
        kind,
        story,
        sampling=sampling,
        threshold=threshold,
        so_far=so_far,
        recollection=recollection,
        stand_in=stand_in,
        is_blind=is_blind,
    )


def rank_for(scorer: Scorer, kind: Kind, story: Story) -> Callable[[str], float]:
    """How good an answer to this story is, for the choice among several teachers' answers."""
    return lambda text: rate(scorer, kind, text, prompt=story.prompt, genre=story.genre).score


def who_is_here(store: Store, user_id: str) -> Voice:
    """Who writes when no teacher can be reached: the user's own model, else their T5, else the base.

    Raises `Unavailable` while none is served.
    """
    if (version := store.versions.active(user_id)) is not None:
        try:
            return Voice(student(store, version), Author.STUDENT, version)
        except Unavailable:
            pass  # active, but not loaded right now: the base is
    elif (version := store.versions.active(user_id, Student.T5)) is not None:
        try:
            return Voice(own_model(store, version), Author.STUDENT, version)
        except Unavailable:
            pass
    return Voice(wait_for(lambda: teacher(store)), Author.TEACHER)
