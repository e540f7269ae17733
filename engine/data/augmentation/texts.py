"""What every kind of rewording works on: a prompt with its answer, and the word lists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Texts(NamedTuple):
    """A prompt and the answer to it."""

    prompt: str
    completion: str

    @property
    def whole(self) -> str:
        return f"{self.prompt}\n{self.completion}"


@cache
def word_lists() -> dict[str, Any]:
    """words.yaml."""
    data: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return data


def holds(text: str, word: str) -> bool:
    """Whether a text has this word, in either case."""
    return re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None


def cased_like(word: str, pattern: str) -> str:
    """The word in capitals or with a capital first, where the pattern is.

    >>> cased_like("client", "Customer")
    'Client'
    """
    if len(pattern) > 1 and pattern.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if pattern[:1].isupper() else word
