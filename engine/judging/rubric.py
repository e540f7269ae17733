"""The rubric: what a judge is asked, as data, and how strictly its answer is read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import UnreadableFile
from models.base import Message

SHIPPED = Path(__file__).with_name("rubric.yaml")
OWN = "rubric.yaml"
MOST_CHARACTERS = 12_000

_OBJECT = re.compile(r"\s*(?:```(?:json)?)?\s*(\{.*\})\s*(?:```)?\s*", re.S)
_MARK = r"(10(?:\.0+)?|[0-9](?:\.[0-9]+)?)(?:\s*/\s*10)?"


class Better(StrEnum):
    """Which of two texts is better."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


_CHOICE = r"(?:better\s*:\s*)?(?:the |text )?(\w+)\.?"
_MEANT = {
    **dict.fromkeys(("first", "1", "a"), Better.FIRST),
    **dict.fromkeys(("second", "2", "b"), Better.SECOND),
    **dict.fromkeys(("neither", "tie"), Better.NEITHER),
}


class Form(BaseModel):
    """The file, as it is written."""

    model_config = ConfigDict(extra="forbid")
    system: str
    parts: dict[str, str] = Field(min_length=1, max_length=10)
    single: str
    pair: str


@dataclass(frozen=True)
class Rubric:
    """Questions to a judge. What it answers in any other form than asked for is no verdict."""

    form: Form

    @cached_property
    def _questions(self) -> str:
        return "\n".join(f"{name}: {question}" for name, question in self.form.parts.items())

    def about(self, text: str, prompt: str) -> list[Message]:
        """The request for marks."""
        form = "\n".join(f"{name}: -" for name in self.form.parts)
        asked = self._filled(self.form.single, prompt=prompt, text=text, form=form)
        return [Message("system", self.form.system), Message("user", asked)]

    def between(self, first: str, second: str, prompt: str) -> list[Message]:
        """The request to compare."""
        asked = self._filled(self.form.pair, prompt=prompt, first=first, second=second)
        return [Message("system", self.form.system), Message("user", asked)]

    def marks(self, answer: str) -> dict[str, float] | None:
        """The mark of each part, 0-10; None unless every part has one line of its own and there is
        no other line."""
        found: dict[str, float] = {}
        for line in _lines(answer):
            name, _, mark = line.partition(":")
            given = re.fullmatch(_MARK, mark.strip())
            if given is None or name.strip() not in self.form.parts or name.strip() in found:
                return None
            found[name.strip()] = float(given[1])
        return found if found.keys() == self.form.parts.keys() else None

    def better(self, answer: str) -> Better | None:
        """Which text is better; None unless that is all the answer says.

        Small models shorten the asked line to its last word, count, or answer in JSON: what can only
        mean one text is read so, whole sentences never are.
        """
        lines = _lines(_named(answer))
        found = re.fullmatch(_CHOICE, lines[0]) if len(lines) == 1 else None
        return _MEANT.get(found[1]) if found else None

    def _filled(self, template: str, **values: str) -> str:
        values |= {"questions": self._questions}
        # In one pass: braces inside a text are not filled in again.
        return re.sub(
            r"\{(\w+)\}", lambda found: values.get(found[1], found[0])[:MOST_CHARACTERS], template
        )


def load_rubric(home: Path) -> Rubric:
    """The home's own rubric, else the shipped one. Raises `UnreadableFile`, naming what is off."""
    path = home / OWN
    try:
        path = path if path.exists() else SHIPPED
        return Rubric(Form.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableFile(str(path), f"{place}: {first['msg']}") from None
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnreadableFile(str(path), " ".join(str(error).split())) from None


def _named(answer: str) -> str:
    """What a JSON object says under `better`, else the answer as it is."""
    if (found := _OBJECT.fullmatch(answer)) is None:
        return answer
    try:
        said = json.loads(found[1]).get("better")
    except json.JSONDecodeError:
        return answer
    return "" if said is None else str(said)


def _lines(answer: str) -> list[str]:
    """Lines with something in them, in small letters, without marks of emphasis around."""
    bare = (line.strip().strip("*-•` ").lower() for line in answer.splitlines())
    return [line for line in bare if line]
