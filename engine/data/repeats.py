"""Texts that are there already: word for word, or nearly, as when one file is taken in twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from engine.autotrain.duplicates import NearDuplicates

# Two short answers may share most of their words and still answer different questions.
LONG_WORDS = 40


class KnownTexts:
    """What is kept, by prompt and text; short texts repeat only where both are the same words."""

    def __init__(self, kept: Iterable[tuple[str, str]]) -> None:
        self._known = {digest(prompt, text) for prompt, text in kept}

    def repeats(self, prompt: str, text: str) -> bool:
        """Whether this is there already, word for word; from now on it is."""
        found = digest(prompt, text)
        is_known = found in self._known
        self._known.add(found)
        return is_known


class NearTexts:
    """The same, and long texts also where most of their words follow each other as in a kept one."""

    def __init__(self, kept: Iterable[tuple[str, str]]) -> None:
        self._exact = KnownTexts(())
        self._near = NearDuplicates()
        self._count = 0
        for prompt, text in kept:
            self.repeats(prompt, text)

    def repeats(self, prompt: str, text: str) -> bool:
        """Whether this nearly repeats what is there; from now on it is there."""
        if self._exact.repeats(prompt, text):
            return True
        if len(text.split()) < LONG_WORDS:
            return False
        if self._near.find(text) is not None:
            return True
        self._count += 1
        self._near.add(str(self._count), text)
        return False


def digest(prompt: str, text: str) -> bytes:
    """The words of a text, of a short one together with those of its prompt, as a hash."""
    words = re.findall(r"\w+", text.lower())
    if len(words) < LONG_WORDS:
        words = [*re.findall(r"\w+", prompt.lower()), "|", *words]
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).digest()
