"""Kind: what sort of text is asked for, as it is described in a YAML file. Most are stories."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=STRICT)
class Asked:
    """What a person gives in: the label of the field, and what stands in it while it is empty."""

    label: str
    placeholder: str


@dataclass(frozen=True, config=STRICT)
class Length:
    """Words of a good text: at the `fewest`, `enough` to end after the next sentence, at `most`.

    Without `enough` a text is read to its end. `tokens` bounds one answer of a model.
    """

    fewest: Annotated[int, Field(ge=1)]
    most: Annotated[int, Field(ge=1)]
    tokens: Annotated[int, Field(ge=16, le=4000)]
    enough: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, config=STRICT)
class Section:
    """A part that a text must have: a heading that matches `heading`, and what follows it.

    `start` begins the section where a model left it out. `items` of its lines, at least, match
    `item`; both patterns are matched at the beginning of a line, in either case.
    """

    name: str
    heading: str
    start: str
    min_words: Annotated[int, Field(ge=0)] = 1
    items: Annotated[int, Field(ge=0)] = 0
    item: str = r"\s*(?:[-*•]|\d+[.)])\s+\S"


@dataclass(frozen=True, config=STRICT)
class Shown:
    """One request with a good answer to it, shown to teachers before the request."""

    idea: str
    answer: str


@dataclass(frozen=True, config=STRICT)
class Lexicon:
    """Words of a kind, in lower case: some are `wanted`, others do not belong there."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, config=STRICT)
class Scoring:
    """How texts are scored. `weights` names the parts that count; for prose they are calibrated.

    `repetition` is the share of words (0-1) that may lie in phrases said before.
    """

    method: Literal["prose", "document", "code"]
    weights: dict[str, float] = Field(default_factory=dict)
    repetition: Annotated[float, Field(gt=0, lt=1)] = 0.2
    lexicon: Lexicon = Lexicon()
    language: str = "python"


@dataclass(frozen=True, config=STRICT)
class Idea:
    """A prompt that models are measured by and never trained on."""

    prompt: str
    genre: str | None = None


@dataclass(frozen=True, config=STRICT)
class Kind:
    """One sort of text, from what is asked to how it is scored; docs/kinds.md explains each field.

    `form` turns an idea into the prompt that is stored and trained on. `prompts` are the ideas of
    auto-training by category; a kind without categories has them under "". `opening` is how every
    answer begins; `{named}` in it is what the pattern `named` finds in the idea. A text that is too
    long is cut after a sentence, a line, or a whole function.
    """

    name: str
    title: str
    noun: str
    description: str
    asked: Asked
    system: str
    form: str
    length: Length
    scoring: Scoring
    prompts: dict[str, tuple[str, ...]]
    evaluation: tuple[Idea, ...] = ()
    wording: dict[str, str] = Field(default_factory=dict)
    styles: bool = False
    opening: str = ""
    named: str = ""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    stop: tuple[str, ...] = ()
    cut_after: Literal["sentence", "line", "function"] = "sentence"
    shown: Shown | None = None
    sections: tuple[Section, ...] = ()

    def opening_for(self, idea: str) -> str:
        """How an answer to this idea begins; where nothing is named in it, up to the name only."""
        found = re.search(self.named, idea) if self.named else None
        if found is None:
            return self.opening.split("{named}")[0].rstrip()
        return self.opening.replace("{named}", found[1])

    @property
    def categories(self) -> tuple[str, ...]:
        """Genres, or whatever its prompts are sorted by; none for a kind without."""
        return tuple(name for name in self.prompts if name)
