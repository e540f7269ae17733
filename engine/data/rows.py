"""A row of an import: a prompt with its text and where it belongs, or why it is refused.

Files of rows name their columns in many ways; the pairs of names that are known are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.data.passages import LEAST_WORDS, MOST_WORDS, Placed
from engine.data.tables import Record
from engine.domain.example import Author
from engine.quality.tokens import split_sentences
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


@dataclass(frozen=True)
class Row:
    """One row; `problem` says why it is refused, and the rest is empty then.

    An empty `prompt` is to be made; `before` is the sentence that stands before the text. Rows
    of one `group` never straddle a split; an empty one stands alone. What `author`, `genre` and the
    other fields do not say, the import says for all.
    """

    number: int
    completion: str = ""
    prompt: str = ""
    before: str = ""
    group: str = ""
    genre: str = ""
    style: str = ""
    author: Author | None = None
    generator: str = ""
    problem: str = ""


def row_of_passage(number: int, placed: Placed) -> Row:
    """A passage of prose as a row."""
    words = len(placed.passage.text.split())
    if words > MOST_WORDS:
        return Row(number, problem=f"{words:,} words without the end of a sentence")
    return Row(
        number,
        completion=placed.passage.text,
        before=placed.passage.before,
        group=placed.group,
        author=Author.PERSON,
    )


def row_of_record(record: Record) -> Row:
    """A record as a row, by whichever names its fields have."""
    if record.problem:
        return Row(record.number, problem=record.problem)
    fields = {str(name).strip().lower(): value for name, value in record.fields.items()}
    if said(fields, "decision") == "rejected" or said(fields, "feedback") == "-1":
        return Row(record.number, problem="a person rejected it where it comes from")
    try:
        prompt, completion, before = pair_of(fields)
        check_pair(prompt, completion)
    except ValueError as error:
        return Row(record.number, problem=str(error))
    return Row(
        record.number,
        completion=completion,
        prompt=prompt,
        before=before,
        group=said(fields, "split_group") or said(fields, "seed_prompt"),
        genre=said(fields, "genre"),
        style=said(fields, "style"),
        author=author_of(said(fields, "author")),
        generator=said(fields, "generator") or said(fields, "model"),
    )


def pair_of(fields: Mapping[str, Any]) -> tuple[str, str, str]:
    """Prompt, completion and, for a text alone, its first sentence. Raises ValueError."""
    if "messages" in fields or "conversations" in fields:
        return (*pair_of_messages(fields.get("messages") or fields.get("conversations")), "")
    for asked, answered in PAIRS:
        if asked in fields and answered in fields:
            prompt = needed(said(fields, asked))
            more = said(fields, "input") if asked == "instruction" else ""
            return "\n\n".join(filter(None, (prompt, more))), said(fields, answered), ""
    if "text" in fields:
        text = said(fields, "text")
        if len(text.split()) < LEAST_WORDS:
            raise ValueError(f"a text without a prompt needs at least {LEAST_WORDS} words")
        return "", text, split_sentences(text)[0]
    raise ValueError("no columns of a prompt and a text, such as prompt and completion")


def pair_of_messages(messages: Any) -> tuple[str, str]:
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
    return needed(found.get("prompt", "")), found.get("completion", "")


def needed(prompt: str) -> str:
    """The prompt of a row that should have one. Raises ValueError."""
    if not prompt:
        raise ValueError("its prompt is empty")
    return prompt


def content_of(content: Any) -> str:
    """A message's text, also where it comes in parts."""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content).strip()
    return str(content or "").strip()


def check_pair(prompt: str, completion: str) -> None:
    """Raise ValueError for what cannot be trained on."""
    if not completion:
        raise ValueError("its text is empty")
    if len(completion) > MOST_OF_TEXT:
        raise ValueError(f"its text has more than {MOST_OF_TEXT:,} characters")
    if len(prompt) > MOST_CHARACTERS:
        raise ValueError(f"its prompt has more than {MOST_CHARACTERS:,} characters")


def author_of(name: str) -> Author | None:
    """The author of that name; None where it says none."""
    return Author(name) if name in list(Author) else None


def said(fields: Mapping[str, Any], name: str) -> str:
    """A field as text; empty where there is none or it is no single value."""
    value = fields.get(name)
    if value is None and isinstance(fields.get("metadata"), Mapping):
        value = fields["metadata"].get(name)
    return "" if isinstance(value, (dict, list)) or value is None else str(value).strip()
