"""Faults that no other merit makes up for: each found fault is a plain sentence for people to read.

A text with any of them scores at most 3. The gates know no genre and no prompt.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from engine.quality.english import English
from engine.quality.tokens import Passage
from engine.quality.vocabulary import Vocabulary

MIN_WORDS = 40
PROSE_KINDS = ("stories", "epics")
"""Kinds that are told in sentences: their order and endings are judged."""
WINDOW, STRIDE = 300, 150
"""Repetition is judged in windows of so many words: long texts are judged like short ones."""

_ENDING = re.compile(r"(?:[.!?…]|\.\.\.)[\"')\]]*$|[—–-]+[\"']$|\bthe end[.!]?$", re.I)
_LETTER = re.compile(r"\A\W*(?:my )?dear(?:est)?\b", re.I)
_SIGNED = re.compile(
    r"[.!?…]\s*\n\s*(?:(?:[A-Z]\w*|and|ever|love|loving|own|wishes|truly|sincerely)[ ,\n]*){1,6}\Z"
)
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Limits:
    """Where a measure becomes a fault; from `weights.yaml`.

    `repeated_share`: share of a window's words inside a repeated run of four words.
    `word_order`: least gain of the word order model (nats per token).
    `function_words`: least share of English function words. `unknown_words`: largest share of
    words that are in no list. `phrase_repeats`: from how often on one run of four is a loop.
    """

    repeated_share: float
    phrase_repeats: int
    word_order: float
    function_words: float
    unknown_words: float
    commentary: int


def find_faults(
    passage: Passage,
    *,
    word_gain: float,
    limits: Limits,
    vocabulary: Vocabulary,
    english: English,
    kind: str = "stories",
) -> tuple[str, ...]:
    """Sentences naming each fault; empty for a text worth a closer look.

    Code is asked for length and repetition only, and steps may end without a full stop.
    """
    if kind != "code" and (language := find_foreign(passage, limits, vocabulary, english)):
        return (language,)
    if (count := len(passage.words)) < MIN_WORDS:
        return (_too_short(count),)
    faults = [find_loop(passage, limits)]
    if kind in PROSE_KINDS:
        faults.append(find_salad(word_gain, limits))
        faults.append(find_cut(passage, english))
        faults.append(find_commentary(passage, limits, english))
    return tuple(fault for fault in faults if fault)


def _too_short(count: int) -> str:
    if count == 0:
        return "The text is empty."
    return f"The text has only {count} word{'s' * (count != 1)}; at least {MIN_WORDS} are needed."


def find_foreign(
    passage: Passage, limits: Limits, vocabulary: Vocabulary, english: English
) -> str | None:
    """Too few of the words that hold English together, or too many that are in no list."""
    letters = _LETTERS.findall(passage.text[:5000])
    latin = sum(letter < "\u0250" for letter in letters)
    if letters and latin < 0.7 * len(letters):
        return "The text is not written in English."
    words = passage.words[:2000]
    if len(words) < MIN_WORDS // 2:
        return None
    held = sum(word in english.function_words for word in words) / len(words)
    if held < limits.function_words:
        return "The text does not read as English."
    plain = [w for s in passage.sentences[:200] for w in s.tokens if w[0].islower()]
    unknown = sum(_is_unknown(word, vocabulary, english) for word in plain) / max(1, len(plain))
    if unknown > limits.unknown_words:
        return f"{unknown:.0%} of the words are not English words."
    return None


def _is_unknown(word: str, vocabulary: Vocabulary, english: English) -> bool:
    return len(word) > 1 and word not in english.function_words and vocabulary.row(word) is None


def find_loop(passage: Passage, limits: Limits) -> str | None:
    """One phrase again and again, or much of the text said twice."""
    phrase, count = most_repeated(passage.words)
    if count >= limits.phrase_repeats:
        return f"The same phrase repeats {count} times: “{phrase}”."
    share = repeated_share(passage.words)
    if share > limits.repeated_share:
        return f"{share:.0%} of the text repeats words it has already said."
    return None


def _windows(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    starts = range(0, max(1, len(words) - WINDOW + STRIDE), STRIDE)
    return [words[start : start + WINDOW] for start in starts]


def _runs(words: tuple[str, ...], length: int = 4) -> list[tuple[str, ...]]:
    return [words[i : i + length] for i in range(len(words) - length + 1)]


def most_repeated(words: tuple[str, ...]) -> tuple[str, int]:
    """The run of four words said most often within one window, and how often; ("", 0) for none."""
    best: tuple[str, int] = ("", 0)
    for window in _windows(words):
        for run, count in Counter(_runs(window)).most_common(1):
            best = max(best, (" ".join(run), count), key=lambda found: found[1])
    return best


def repeated_share(words: tuple[str, ...]) -> float:
    """0-1: share of words in a run of four that its window has said before; the worst window."""
    worst = 0.0
    for window in _windows(words):
        seen: set[tuple[str, ...]] = set()
        covered: set[int] = set()
        for start, run in enumerate(_runs(window)):
            if run in seen:
                covered.update(range(start, start + 4))
            seen.add(run)
        worst = max(worst, len(covered) / max(1, len(window)))
    return worst


def find_salad(word_gain: float, limits: Limits) -> str | None:
    """Words that do not follow one another."""
    return "The words stand in no sensible order." if word_gain < limits.word_order else None


def find_cut(passage: Passage, english: English) -> str | None:
    """A text that stops before its last sentence does. A letter may end with a name."""
    if _LETTER.search(passage.text) and _SIGNED.search(passage.text):
        return None
    last_word = passage.sentences[-1].words[-1]
    if _ENDING.search(passage.text) and last_word not in english.unfinished_last_words:
        return None
    return "The text stops in the middle of a sentence."


def find_commentary(passage: Passage, limits: Limits, english: English) -> str | None:
    """A text that describes a story, or a program that speaks of itself."""
    text = passage.text.lower()
    if any(re.search(rf"\b{re.escape(phrase)}\b", text) for phrase in english.asides):
        return "The text speaks of its own task instead of telling a story."
    found = sum(len(re.findall(rf"\b{re.escape(p)}\b", text)) for p in english.commentary)
    per_200_words = found * 200 / max(200, len(passage.words))
    if per_200_words < limits.commentary:
        return None
    return "The text talks about a story instead of telling one."
