"""Repairs: rules that mend many texts alike. A rule changes a text or leaves it, and knows no rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import regex

from engine.errors import InvalidInput
from engine.review.asides import afterword_start, preface_end
from engine.writing.passage import last_full_sentence

MOST_CHARACTERS = 500
# A pattern that takes longer on one text would take for ever on all of them.
REGEX_SECONDS = 0.5

_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"}
_STRAIGHT = str.maketrans(_QUOTES)


class RepairKind(StrEnum):
    """Replace words; take off a remark before or after the text; straighten quotation marks; end
    with the last whole sentence."""

    REPLACE = "replace"
    STRIP_START = "strip_start"
    STRIP_END = "strip_end"
    QUOTES = "quotes"
    WHOLE_SENTENCES = "whole_sentences"


@dataclass(frozen=True)
class Repair:
    """One rule. `find` is needed to replace, `replacement` may be empty; `regex` makes `find` a regular
    expression. To strip, `find` is how the remark begins; empty looks for the usual ones."""

    kind: RepairKind
    find: str = ""
    replacement: str = ""
    regex: bool = False
    match_case: bool = False


def check_repair(repair: Repair) -> None:
    """Raise `InvalidInput` naming what is off."""
    for field in ("find", "replacement"):
        if (length := len(getattr(repair, field))) > MOST_CHARACTERS:
            raise InvalidInput(
                field, f"is {length:,} characters long, at most {MOST_CHARACTERS} fit"
            )
    if repair.kind is RepairKind.REPLACE:
        if not repair.find:
            raise InvalidInput("find", "is empty: say what to look for")
        _compiled(repair)


def repaired(repair: Repair, text: str) -> str:
    """The text as the rule leaves it, which may be as it was.

    Raises `InvalidInput` for a pattern that is none, or takes too long.
    """
    match repair.kind:
        case RepairKind.REPLACE:
            return _replaced(repair, text)
        case RepairKind.STRIP_START:
            return text[preface_end(text, _phrases(repair)) :].lstrip("\n")
        case RepairKind.STRIP_END:
            start = afterword_start(text, _phrases(repair))
            return text if start == len(text) else text[:start].rstrip()
        case RepairKind.QUOTES:
            return text.translate(_STRAIGHT)
        case RepairKind.WHOLE_SENTENCES:
            return last_full_sentence(text)


def _phrases(repair: Repair) -> list[str]:
    return [repair.find.strip().rstrip("….").rstrip()] if repair.find.strip() else []


def _compiled(repair: Repair) -> regex.Pattern[str]:
    flags = regex.VERSION0 if repair.match_case else regex.VERSION0 | regex.IGNORECASE
    pattern = repair.find if repair.regex else regex.escape(repair.find)
    try:
        return regex.compile(pattern, flags)
    except regex.error as error:
        raise InvalidInput("find", f"is no regular expression: {error}") from None


def _replaced(repair: Repair, text: str) -> str:
    pattern = _compiled(repair)
    # A plain replacement is taken as it is: a backslash in it means nothing.
    into = repair.replacement if repair.regex else lambda _: repair.replacement
    try:
        return str(pattern.sub(into, text, timeout=REGEX_SECONDS))
    except TimeoutError:
        raise InvalidInput("find", "takes too long on one of the texts: word it simpler") from None
    except (regex.error, IndexError) as error:
        raise InvalidInput("replacement", f"does not fit the expression: {error}") from None
