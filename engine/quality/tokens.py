"""Text into sentences, words and stems, fast enough to run on every candidate.

A regular expression splitter: it does not know grammar and only the commonest abbreviations.
Nothing here knows of scores or genres.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

MAX_CHARS = 60_000
"""Longer texts are judged on their beginning and their end (half of this each)."""

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " "})
_MARKUP = re.compile(r"(?m)^\s{0,3}#{1,6}\s+|[*_`]+")
_PARAGRAPH = re.compile(r"\n\s*\n")
_STOP = re.compile(r"[.!?…]+[\"')\]]*(?=\s+[\"'(\[]*[A-ZÀ-ÖØ-ÞΑ-ΩЀ-Я0-9—-])")
_ABBREVIATION = re.compile(r"\b(?:(?i:mr|mrs|ms|dr|st|prof|capt|col|lt|sgt|jr|sr|vs)|[A-HJ-Z])\.$")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[,;:—–]|--+")
_SUFFIXES = (
    ("iness", "y"), ("ingly", ""), ("edly", ""), ("iest", "y"), ("ied", "y"), ("ies", "y"),
    ("ily", "y"), ("ness", ""), ("ment", ""), ("less", ""), ("ing", ""), ("ers", ""), ("est", ""),
    ("ful", ""), ("ish", ""), ("ed", ""), ("es", ""), ("er", ""), ("ly", ""), ("s", ""), ("e", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """One sentence: its tokens as written (words, numbers, pauses), its words in lower case."""

    text: str
    tokens: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """Capitalised words that do not open the sentence, in lower case, without a possessive."""
        inner = (t for t in self.tokens[1:] if t[0].isupper() and t[:2] not in ("I", "I'"))
        return frozenset(bare(t.lower()) for t in inner)


@dataclass(frozen=True)
class Passage:
    """A text taken apart once and handed to every part of the score."""

    text: str
    sentences: tuple[Sentence, ...]
    words: tuple[str, ...]


def parse(text: str) -> Passage:
    """Take a text apart. Any string is accepted; an empty one gives a passage without sentences."""
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS // 2] + "\n\n" + text[-MAX_CHARS // 2 :]
    clean = _MARKUP.sub("", straight(text)).strip()
    sentences = tuple(s for part in split_sentences(clean) if (s := _sentence(part)).words)
    return Passage(clean, sentences, tuple(w for s in sentences for w in s.words))


def straight(text: str) -> str:
    """A text with straight quotes and plain spaces."""
    return text.translate(_TYPOGRAPHY)


def split_sentences(text: str) -> list[str]:
    """Sentences in order. A paragraph's end always ends a sentence; `Mr.` and initials do not."""
    return [on_one_line(text[span.start : span.end]) for span in sentence_spans(text)]


class Span(NamedTuple):
    """Where a sentence lies in a text; white space before it counts as its own."""

    start: int
    end: int


def sentence_spans(text: str) -> list[Span]:
    """The sentences of `split_sentences` by their places."""
    found: list[Span] = []
    begin = 0
    for end in [*(gap.start() for gap in _PARAGRAPH.finditer(text)), len(text)]:
        for stop in _STOP.finditer(text, begin, end):
            if not _ABBREVIATION.search(text[begin : stop.end()][-6:]):
                found.append(Span(begin, stop.end()))
                begin = stop.end()
        found.append(Span(begin, end))
        begin = end
    return [span for span in found if text[span.start : span.end].strip()]


def in_paragraphs(text: str) -> str:
    """A text with its paragraphs, each on one line and a blank line between them."""
    return "\n\n".join(filter(None, map(on_one_line, _PARAGRAPH.split(text))))


def on_one_line(text: str) -> str:
    """A text without its line breaks and with single spaces."""
    return " ".join(text.split())


def _sentence(text: str) -> Sentence:
    tokens = tuple(_TOKEN.findall(text))
    return Sentence(text, tokens, tuple(t.lower() for t in tokens if t[0].isalpha()))


def bare(word: str) -> str:
    """A word without its possessive ending."""
    return word[:-2] if word.endswith("'s") else word.rstrip("'")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A short common form of a lower-case word: `knives`, `riding` → `kniv`, `rid`.

    Crude on purpose: both sides of a comparison pass through it, so it only has to be consistent.
    """
    word = bare(word)
    for suffix, ending in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) + len(ending) >= 3:
            word = word[: len(word) - len(suffix)] + ending
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word[:-1] + "y" if word.endswith("i") and len(word) > 3 else word
