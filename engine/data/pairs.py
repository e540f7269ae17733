"""A passage and what is asked for it: its continuation, an instruction by template or by the teacher."""

from __future__ import annotations

import zlib
from enum import StrEnum

from engine.data.passages import prose
from engine.errors import InvalidInput
from engine.quality.relevance import find_subject
from engine.quality.score import Scorer
from models.base import LanguageModel, Message

SUBJECT_WORDS = 4
# A request the teacher wrote is refused beyond so many words: it retells the passage, or rambles.
MOST_WORDS = 80
TEACHER_TOKENS = 120


class Prompts(StrEnum):
    """What is asked for a passage."""

    CONTINUATION = "continuation"
    INSTRUCTION = "instruction"
    TEACHER = "teacher"


def check_prompts(name: str) -> Prompts:
    """The choice of this name. Raises `InvalidInput`."""
    if name not in list(Prompts):
        raise InvalidInput("prompts", f"must be of {', '.join(Prompts)}; got {name!r}")
    return Prompts(name)


def continuation_prompt(sentence: str) -> str:
    """The request that goes with a passage; `sentence` is what stands right before it."""
    return f"Continue this story in about 150 words: {sentence}"


def instruction_prompt(text: str, scorer: Scorer) -> str:
    """A request that names what stands out in the passage, made without a model."""
    words = max(10, round(len(text.split()), -1))
    subject = named(standing_out(text, scorer))
    if not subject:
        return str(prose()["plain_instruction"]).format(words=words)
    wordings = prose()["instructions"]
    chosen = wordings[zlib.crc32(text.encode()) % len(wordings)]
    return str(chosen).format(words=words, subject=subject)


def teacher_prompt(text: str, teacher: LanguageModel) -> str:
    """The request that the teacher says this passage answers; empty when what it says is none.

    Raises whatever asking it raises.
    """
    messages = [Message("user", f"{str(prose()['teacher']).strip()}\n\n{text}")]
    with teacher.stream(messages, temperature=0.3, max_tokens=TEACHER_TOKENS) as answer:
        said = "".join(answer)
    request = " ".join(said.split()).strip("\"'“”‘’ ")
    return request if 3 <= len(request.split()) <= MOST_WORDS and request not in text else ""


def standing_out(text: str, scorer: Scorer) -> list[str]:
    """The words that say most of what a passage is about, in its order, names as they are written."""
    subject = find_subject(text, scorer.vocabulary, scorer.english)
    by_weight = sorted(zip(subject.weights, subject.words, strict=True), key=lambda row: -row[0])
    chosen = {word for _, word in by_weight[:SUBJECT_WORDS]}
    return [as_written(word, text) for word in subject.words if word in chosen]


def as_written(word: str, text: str) -> str:
    """A lower-case word with a capital letter where the text always gives it one."""
    return word if word in text else word.capitalize()


def named(words: list[str]) -> str:
    """Words as a list in a sentence.

    >>> named(["Mara", "key", "stair"])
    'Mara, key and stair'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
