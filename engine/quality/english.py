"""The English word lists of the score, read from `english.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

PATH = Path(__file__).parent / "english.yaml"


@dataclass(frozen=True)
class English:
    """Word lists in lower case; `commentary` and `asides` hold phrases, the rest single words."""

    function_words: frozenset[str]
    instruction_words: frozenset[str]
    instruction_openers: frozenset[str]
    unfinished_last_words: frozenset[str]
    connectives: frozenset[str]
    commentary: tuple[str, ...]
    asides: tuple[str, ...]

    @classmethod
    def read(cls, path: Path = PATH) -> English:
        """Read the lists from YAML, where each that is no list of phrases is one string of words."""
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        commentary, asides = tuple(data.pop("commentary")), tuple(data.pop("asides"))
        return cls(
            **{name: frozenset(words.split()) for name, words in data.items()},
            commentary=commentary,
            asides=asides,
        )
