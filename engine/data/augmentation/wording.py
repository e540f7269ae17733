"""Business terms said otherwise, the same way in a prompt and its answer."""

from __future__ import annotations

import re
from functools import partial
from random import Random

from engine.data.augmentation.texts import Texts, cased_like, holds, word_lists

Term = list[str]  # one, several


def vary(texts: Texts, rng: Random) -> Texts | None:
    """Each term that can be is replaced by another of its group; None where there is none."""
    varied = texts
    for group in word_lists()["terms"]:
        here = [term for term in group if any(holds(texts.whole, form) for form in term)]
        others = [term for term in group if term not in here]
        # Two terms of a group side by side may be meant to differ.
        if len(here) == 1 and others and not in_identifier(texts.whole, here[0]):
            chosen = rng.choice(others)
            varied = Texts(*(replaced(text, here[0], chosen) for text in varied))
    return None if varied == texts else varied


def in_identifier(text: str, term: Term) -> bool:
    """Whether the term is part of a name in code, which must stay as it is written."""
    words = "|".join(re.escape(form) for form in term)
    return re.search(rf"(?i)\w_(?:{words})\b|\b(?:{words})_\w", text) is not None


def replaced(text: str, term: Term, other: Term) -> str:
    """The text with the other term, in the same number and case, and its articles made right."""
    for form, new in sorted(zip(term, other, strict=True), key=lambda pair: -len(pair[0])):
        pattern = rf"(?i)\b(?:(?P<article>an?)(?P<space>\s+))?(?P<word>{re.escape(form)})\b"
        text = re.sub(pattern, partial(_said, new=new), text)
    return text


def _said(found: re.Match[str], new: str) -> str:
    word = cased_like(new, found["word"])
    if not found["article"]:
        return word
    article = cased_like("an" if new[0].lower() in "aeiou" else "a", found["article"])
    return f"{article}{found['space']}{word}"
