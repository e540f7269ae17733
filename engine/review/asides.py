"""Where a text speaks of its task: "Sure, here is a story:" before it, "I hope you like it" after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

# A longer paragraph is no mere remark, whatever it begins with.
MOST_WORDS = 30

# A remark ends with its line, or with the colon before what it announces.
_FIRST_LINE = re.compile(r"\s*[^\n]*(?:\n\s*|$)")
_COLON = re.compile(r"\s*[^\n:.!?]{0,200}:\s+")
_LAST_PARAGRAPH = re.compile(r"(?:\n\s*\n|\n)(?!\s*$)(?:[^\n]|\n(?!\s*\n))*$")


def preface_end(text: str, phrases: Sequence[str] = ()) -> int:
    """How many characters a remark before the text takes; 0 for none.

    Without `phrases` the usual ones (phrases.yaml) are looked for.
    """
    begins = _begins(text, phrases or _known()["prefaces"])
    if not begins:
        return 0
    for pattern in (_COLON, _FIRST_LINE):
        found = pattern.match(text)
        if found and _is_remark(found.group()) and found.end() < len(text.rstrip()):
            return found.end()
    return 0


def afterword_start(text: str, phrases: Sequence[str] = ()) -> int:
    """Where a remark after the text begins; the length of the text for none."""
    found = _LAST_PARAGRAPH.search(text)
    if found is None or not _is_remark(found.group()):
        return len(text)
    begins = _begins(found.group(), phrases or _known()["afterwords"])
    return found.start() if begins else len(text)


def _begins(text: str, phrases: Sequence[str]) -> bool:
    plain = text.lstrip(" \n\t*_\"'#(“").casefold().replace("’", "'")
    found = [each for each in phrases if plain.startswith(each.casefold())]
    # Whole words: "surely" is no "sure".
    return any(not plain[len(each) : len(each) + 1].isalpha() for each in found)


def _is_remark(text: str) -> bool:
    return len(text.split()) <= MOST_WORDS


@cache
def _known() -> dict[str, list[str]]:
    data: dict[str, list[str]] = yaml.safe_load(
        Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8")
    )
    return data
