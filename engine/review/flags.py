"""Stretches of a text that a person should look at. The score says that all is not well; here is where."""

from __future__ import annotations

import re
from collections import Counter

from engine.domain.review import Flag
from engine.quality.gates import MIN_WORDS, PROSE_KINDS
from engine.review.asides import afterword_start, preface_end
from engine.writing.passage import SENTENCE_END

RUN = 4
# From how often on a run of four words is worth a look: twice happens in any good text.
OFTEN = 3
# Shorter sentences ("She nodded.") may come again.
FEWEST_WORDS = 4

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def flags_of(text: str, *, kind: str = "stories") -> tuple[Flag, ...]:
    """Every flag of a text, in order. Code is not read for sentences."""
    if kind == "code":
        return ()
    found = [*_remarks(text), *_repetitions(text)]
    if kind in PROSE_KINDS:
        found += _cut_end(text)
    words = len(text.split())
    if words < MIN_WORDS:
        found.append(Flag(0, 0, "short", f"Only {words} words long."))
    return tuple(sorted(found, key=lambda flag: (flag.start, flag.end)))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends; line ends separate sentences, too."""
    spans, start = [], 0
    ends = {match.end() for match in SENTENCE_END.finditer(text)}
    ends |= {match.start() for match in re.finditer(r"\n+|$", text)}
    for end in sorted(ends):
        piece = text[start:end]
        if piece.strip():
            spans.append((start + len(piece) - len(piece.lstrip()), end))
            start = end
    return spans


def _remarks(text: str) -> list[Flag]:
    found = []
    if end := preface_end(text):
        found.append(
            Flag(0, len(text[:end].rstrip()), "preface", "Speaks of the task before the text.")
        )
    if (start := afterword_start(text)) < len(text):
        lead = len(text[start:]) - len(text[start:].lstrip())
        found.append(
            Flag(
                start + lead, len(text.rstrip()), "afterword", "Speaks of the task after the text."
            )
        )
    return found


def _repetitions(text: str) -> list[Flag]:
    sentences = _repeated_sentences(text)
    inside = [(flag.start, flag.end) for flag in sentences]
    phrases = [
        flag
        for flag in _repeated_phrases(text)
        if not any(flag.start < end and start < flag.end for start, end in inside)
    ]
    return sentences + phrases


def _repeated_sentences(text: str) -> list[Flag]:
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for start, end in sentence_spans(text):
        words = tuple(word.casefold() for word in _WORD.findall(text[start:end]))
        if len(words) < FEWEST_WORDS:
            continue
        seen[words] += 1
        if seen[words] > 1:
            reason = f"The same sentence for the {_nth(seen[words])} time."
            found.append(Flag(start, end, "repeated_sentence", reason))
    return found


def _repeated_phrases(text: str) -> list[Flag]:
    """Stretches of runs of four words that come OFTEN or more, but for where each comes first."""
    places = [match.span() for match in _WORD.finditer(text)]
    words = [text[start:end].casefold() for start, end in places]
    runs = [tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]
    counts, seen = Counter(runs), set()
    found: list[Flag] = []
    for at, run in enumerate(runs):
        if counts[run] >= OFTEN and run in seen:
            start, end = places[at][0], places[at + RUN - 1][1]
            reason = f"These words come {counts[run]} times."
            if found and start <= found[-1].end:
                start, reason = found[-1].start, found[-1].reason
                found.pop()
            found.append(Flag(start, end, "repeated_phrase", reason))
        seen.add(run)
    return found


def _cut_end(text: str) -> list[Flag]:
    body = text.rstrip()
    spans = sentence_spans(body)
    if not spans or SENTENCE_END.search(body, spans[-1][0]) or body.endswith(("—", "”", '"')):
        return []
    return [Flag(*spans[-1], "cut_end", "Stops in the middle of a sentence.")]


def _nth(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
