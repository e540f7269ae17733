"""A row of an import: a prompt with its text and where it belongs, or why it is refused.

Files of rows name their columns in many ways; the pairs of names that are known are here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, NamedTuple

from engine.data.passages import LEAST_WORDS, MOST_WORDS, Placed
from engine.data.tables import Record
from engine.domain.example import Author, Source
from engine.quality.tokens import on_one_line, sentence_spans
from engine.writing.begin import MOST_CHARACTERS

PAIRS = (
    ("prompt", "completion"),
    ("prompt", "response"),
    ("instruction", "response"),
    ("instruction", "output"),
    ("instruction", "completion"),
    ("input", "output"),
    ("question", "answer"),
)
MOST_OF_TEXT = 20_000  # characters
ROLES = {"user": "prompt", "human": "prompt", "assistant": "completion", "gpt": "completion"}


class Pair(NamedTuple):
    """A prompt and its text. One without a prompt has its first sentence and the rest, if it has both."""

    prompt: str
    completion: str
    before: str = ""
    rest: str = ""


@dataclass(frozen=True)
class Row:
    """One row; `problem` says why it is refused, and the rest is empty then.

    An empty `prompt` is to be made; `before` is the sentence that stands before the text. Where the
    text itself begins with it, `rest` is what follows. Rows of one `group` never straddle a split;
    an empty one stands alone. What `author`, `genre` and the other fields do not say, the import
    says for all.
    """

    number: int
    completion: str = ""
    prompt: str = ""
    before: str = ""
    rest: str = ""
    group: str = ""
    genre: str = ""
    style: str = ""
    author: Author | None = None
    generator: str = ""
    problem: str = ""


def row_of_passage(number: int, placed: Placed) -> Row:
    """A passage of prose as a row."""
    before, text = placed.passage
    words = len(text.split())
    if words > MOST_WORDS:
        return Row(number, problem=f"{words:,} words without the end of a sentence")
    try:
        check_texts(before, text)
    except ValueError as error:
        return Row(number, problem=str(error))
    return Row(number, completion=text, before=before, group=placed.group, author=Author.PERSON)


def row_of_record(record: Record) -> Row:
    """A record as a row, by whichever names its fields have."""
    if record.problem:
        return Row(record.number, problem=record.problem)
    try:
        return row_of_fields(
            record.number,
            {str(name).strip().lower(): value for name, value in record.fields.items()},
        )
    except ValueError as error:
        return Row(record.number, problem=str(error))


def row_of_fields(number: int, fields: Mapping[str, Any]) -> Row:
    """A row of fields by their names in lower case. Raises ValueError with the reason to refuse it."""
    if said(fields, "decision") == "rejected" or said(fields, "feedback") == "-1":
        raise ValueError("a person rejected it where it comes from")
    if said(fields, "variant_of") or said(fields, "source") == Source.VARIANT:
        raise ValueError("it is a variant of another text: variants are made anew from that one")
    pair = pair_of(fields)
    check_pair(pair)
    row = Row(
        number,
        completion=pair.completion,
        prompt=pair.prompt,
        before=pair.before,
        rest=pair.rest,
        group=said(fields, "split_group") or said(fields, "seed_prompt"),
        genre=said(fields, "genre"),
        style=said(fields, "style"),
        author=author_of(said(fields, "author")),
        generator=said(fields, "generator") or said(fields, "model"),
    )
    check_texts(row.prompt, row.completion, row.group, row.genre, row.style, row.generator)
    return row


def pair_of(fields: Mapping[str, Any]) -> Pair:
    """What the fields hold, by whichever names. Raises ValueError."""
    if "messages" in fields or "conversations" in fields:
        return pair_of_messages(fields.get("messages") or fields.get("conversations"))
    for asked, answered in PAIRS:
        if asked in fields and answered in fields:
            prompt = needed(said(fields, asked))
            more = said(fields, "input") if asked == "instruction" else ""
            return Pair("\n\n".join(filter(None, (prompt, more))), said(fields, answered))
    if "text" in fields:
        text = said(fields, "text")
        if len(text.split()) < LEAST_WORDS:
            raise ValueError(f"a text without a prompt needs at least {LEAST_WORDS} words")
        end = sentence_spans(text)[0].end
        rest = text[end:].strip()
        return Pair("", text, on_one_line(text[:end]) if rest else "", rest)
    raise ValueError("no columns of a prompt and a text, such as prompt and completion")


def pair_of_messages(messages: Any) -> Pair:
    """The one question and answer of a chat; what the system was told is left out."""
    found: dict[str, str] = {}
    try:
        for message in messages:
            role = str(message.get("role") or message.get("from")).lower()
            part = ROLES.get(role)
            if part in found:
                raise ValueError("a chat of several turns: one question and one answer are read")
            if part:
                found[part] = content_of(message.get("content") or message.get("value"))
    except (AttributeError, TypeError) as error:
        raise ValueError("its messages are no list of roles and contents") from error
    return Pair(needed(found.get("prompt", "")), found.get("completion", ""))


def needed(prompt: str) -> str:
    """The prompt of a row that should have one. Raises ValueError."""
    if not prompt:
        raise ValueError("its prompt is empty")
    return prompt


def content_of(content: Any) -> str:
    """A message's text, also where it comes in parts."""
    if isinstance(content, list):
        return "\n".join(as_text(part.get("text")) for part in content).strip()
    return as_text(content)


def check_pair(pair: Pair) -> None:
    """Raise ValueError for what cannot be trained on."""
    if not pair.completion:
        raise ValueError("its text is empty")
    if len(pair.completion) > MOST_OF_TEXT:
        raise ValueError(f"its text has more than {MOST_OF_TEXT:,} characters")
    if len(pair.prompt) > MOST_CHARACTERS:
        raise ValueError(f"its prompt has more than {MOST_CHARACTERS:,} characters")


def check_texts(*texts: str) -> None:
    """Raise ValueError for what no database takes as text."""
    for text in texts:
        if "\0" in text:
            raise ValueError("it holds a sign with the number 0, which is no text")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("it holds half a character, which is no text") from None


def author_of(name: str) -> Author | None:
    """The author of that name; None where it says none."""
    return Author(name) if name in list(Author) else None


def said(fields: Mapping[str, Any], name: str) -> str:
    """A field as text; empty where there is none or it is no single value. Raises ValueError."""
    value = fields.get(name)
    if value is None and isinstance(fields.get("metadata"), Mapping):
        value = fields["metadata"].get(name)
    return as_text(value)


def as_text(value: Any) -> str:
    """A single value as text; lists, and what stands for no value or no number, are empty.

    Raises ValueError for bytes that are no UTF-8.
    """
    if isinstance(value, bytes):
        try:
            return value.decode().strip()
        except UnicodeDecodeError:
            raise ValueError("it holds bytes that are no text") from None
    is_number = not isinstance(value, float) or math.isfinite(value)
    return str(value).strip() if is_number and not isinstance(value, (dict, list, NoneType)) else ""
