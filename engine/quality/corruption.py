"""Ways to spoil a good text, for calibrating and testing the score. All are seeded."""

from __future__ import annotations

import random
import re

from engine.quality.tokens import parse, split_sentences

_STAND_INS = (
    "Corin", "Maud", "Teller", "Ansgar", "Ottoline", "Brandt", "Selwyn", "Iris", "Kemp", "Rosalind",
)  # fmt: skip


def shuffle_sentences(text: str, seed: int) -> str:
    """The same sentences in another order (never the original one, given three or more)."""
    sentences = split_sentences(text)
    shuffled = list(sentences)
    chance = random.Random(seed)
    while len(set(sentences)) > 1 and shuffled == sentences:
        chance.shuffle(shuffled)
    return " ".join(shuffled)


def shuffle_words(text: str, seed: int) -> str:
    """Word salad: the words of the whole text in random order, still ending in a full stop."""
    words = text.split()
    random.Random(seed).shuffle(words)
    return " ".join(words).rstrip(",;:.!?\"' ") + "."


def loop(text: str, seed: int) -> str:
    """A text that gets stuck: its first third, then one of its sentences again and again."""
    sentences = split_sentences(text)
    keep = max(2, len(sentences) // 3)
    stuck = random.Random(seed).choice(sentences[:keep])
    return " ".join([*sentences[:keep], *[stuck] * 6])


def truncate(text: str, seed: int) -> str:
    """A text cut off in the middle of a sentence, after 60-90 % of its words."""
    words = text.split()
    chance = random.Random(seed)
    cut = int(len(words) * chance.uniform(0.6, 0.9))
    while cut > 1 and words[cut - 1].rstrip("\"'”’").endswith((".", "!", "?", "…")):
        cut -= 1
    return " ".join(words[:cut])


def shuffle_paragraphs(text: str, seed: int) -> str:
    """The same paragraphs in another order; the text itself when it has fewer than two."""
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    shuffled = list(paragraphs)
    chance = random.Random(seed)
    while len(set(paragraphs)) > 1 and shuffled == paragraphs:
        chance.shuffle(shuffled)
    return "\n\n".join(shuffled)


def splice(text: str, other: str) -> str:
    """The first half of the sentences of one text, then the second half of those of another."""
    first, second = split_sentences(text), split_sentences(other)
    return " ".join([*first[: len(first) // 2], *second[len(second) // 2 :]])


def rename(text: str) -> str:
    """The same text with other names: no fault, and nothing a score should mind."""
    names = sorted({name for s in parse(text).sentences for name in s.names if name.isalpha()})
    for place, name in enumerate(names):
        stand_in = _STAND_INS[place % len(_STAND_INS)] + "es" * (place // len(_STAND_INS))
        text = re.sub(rf"\b{re.escape(name.capitalize())}\b", stand_in, text)
    return text


def halve(text: str) -> str:
    """The first half of the sentences: a shorter text, no fault."""
    sentences = split_sentences(text)
    return " ".join(sentences[: (len(sentences) + 1) // 2])
