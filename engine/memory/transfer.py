"""A memory as a file: JSON lines, one passage each, to be kept elsewhere and taken in again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.domain.passage import Passage, PassageType, Scope
from engine.errors import UnreadableFile
from engine.store.passages import NewPassage

MAX_MB = 50


class Line(BaseModel):
    """What a line holds; nothing but `text` must be there."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(min_length=1, max_length=20_000, pattern=r"\S")
    title: str = Field("", max_length=200)
    type: PassageType = PassageType.NOTE
    scope: Scope = Scope.OWN
    source: str = Field("", max_length=200)
    position: int = Field(0, ge=0, le=1_000_000)
    pinned: bool = False
    active: bool = True


def as_lines(passages: Iterable[Passage]) -> Iterator[str]:
    """One line of JSON for each passage."""
    for each in passages:
        row = {
            "text": each.text,
            "title": each.title,
            "type": each.type.value,
            "scope": each.scope.value,
            "source": each.source,
            "position": each.position,
            "pinned": each.pinned,
            "active": each.active,
            "created_at": each.created_at.isoformat(),
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def from_lines(data: bytes) -> list[NewPassage]:
    """The passages of such a file. Raises `UnreadableFile`, naming the first line that is wrong."""
    if len(data) > MAX_MB * 1_000_000:
        raise UnreadableFile("The file", f"it is larger than {MAX_MB} MB")
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise UnreadableFile("The file", "it is not UTF-8") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = Line.model_validate_json(line)
        except ValidationError as error:
            why = error.errors()[0]
            field = ".".join(str(part) for part in why["loc"]) or "it"
            raise UnreadableFile(f"Line {number}", f"{field}: {why['msg']}") from error
        found.append(NewPassage(**row.model_dump()))
    if not found:
        raise UnreadableFile("The file", "there are no passages in it")
    return found
