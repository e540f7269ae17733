"""Ways to spoil a good text, for calibrating and testing the score. All are seeded."""

from __future__ import annotations

import random

from engine.quality.tokens import split_sentences


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
