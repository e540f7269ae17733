"""Long texts become passages of whole sentences; a passage, windows of a few sentences each.

Sentences are found by sentencex, which knows abbreviations and initials. Only the places where they
begin are taken from it, and the text is cut there: so nothing is lost or reworded.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sentencex import get_sentence_boundaries

MIN_WORDS = 120
MAX_WORDS = 200
OVERLAP_WORDS = 30
WINDOW_WORDS = 45


def chunks(
    text: str,
    *,
    min_words: int = MIN_WORDS,
    max_words: int = MAX_WORDS,
    overlap: int = OVERLAP_WORDS,
    language: str = "en",
) -> list[str]:
    """Passages of `min_words` to `max_words` words, each ending with a sentence.

    A passage ends early where a paragraph does. The next one begins with the last whole sentences
    of the one before, up to `overlap` words, so that what spans the cut is found from either side.
    Only a sentence longer than `max_words` is cut in the middle; only the last passage is shorter.
    Raises `ValueError` unless 0 <= overlap < min_words <= max_words.
    """
    if not 0 <= overlap < min_words <= max_words:
        raise ValueError(
            "passages need 0 <= overlap < min_words <= max_words, "
            f"got {overlap}, {min_words} and {max_words}"
        )
    if count(text) <= max_words:
        return [text.strip()] if text.strip() else []
    passages: list[str] = []
    current: list[str] = []
    fresh = 0  # words of `current` that are not in the passage before
    for sentence in sentences(text, max_words, language):
        words = count(sentence)
        full = total(current) + words > max_words
        at_paragraph = total(current) >= min_words and current[-1].endswith("\n\n")
        if fresh and (full or at_paragraph):
            passages.append("".join(current).strip())
            current, fresh = tail(current, min(overlap, max_words - words)), 0
        current.append(sentence)
        fresh += words
    if fresh:
        passages.append("".join(current).strip())
    return passages


def windows(text: str, *, max_words: int = WINDOW_WORDS, language: str = "en") -> list[str]:
    """Runs of whole sentences of up to `max_words` words, half overlapping; the text itself if short.

    One vector for 200 words says what they are about; a question often asks about one sentence.
    """
    if count(text) <= 1.5 * max_words:
        return [text.strip()]
    return chunks(
        text, min_words=max_words, max_words=max_words, overlap=max_words // 2, language=language
    )


def sentences(text: str, max_words: int, language: str = "en") -> Iterator[str]:
    """The sentences with the space behind them, in parts of at most `max_words` words."""
    found = get_sentence_boundaries(language, text)
    starts = [each["start_index"] for each in found if each["text"].strip()]
    for start, end in pairwise([0, *starts[1:], len(text)]):
        yield from bounded(text[start:end], max_words)


def bounded(sentence: str, max_words: int) -> Iterator[str]:
    """The sentence in parts of at most `max_words` words."""
    if count(sentence) <= max_words:
        yield sentence
        return
    words = sentence.split()
    for start in range(0, len(words), max_words):
        yield " ".join(words[start : start + max_words]) + " "


def tail(pieces: list[str], max_words: int) -> list[str]:
    """The last whole sentences that have at most `max_words` words together."""
    kept: list[str] = []
    for piece in reversed(pieces):
        if total(kept) + count(piece) > max_words:
            break
        kept.insert(0, piece)
    return kept


def count(text: str) -> int:
    return len(text.split())


def total(pieces: list[str]) -> int:
    return sum(map(count, pieces))
