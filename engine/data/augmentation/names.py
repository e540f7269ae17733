"""Other names for characters and modules, the same in a prompt and its answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from random import Random

from engine.data.augmentation.texts import Texts, cased_like, word_lists

FEWEST_MENTIONS = 2


def vary(texts: Texts, rng: Random) -> Texts | None:
    """Every character and module that can be renamed is; None where there is none."""
    varied = modules_renamed(characters_renamed(texts, rng), rng)
    return None if varied == texts else varied


def characters_renamed(texts: Texts, rng: Random) -> Texts:
    """Characters get first names of the same list that nobody in the text has.

    A name with a surname may be a real person's, and one that is named once may be anybody's: both
    are left as they are.
    """
    mentions = Counter(re.findall(r"\b[A-Z]\w+\b", texts.whole))
    changes: dict[str, str] = {}
    for group in word_lists()["names"]:
        free = [name for name in group if name not in mentions]
        for name in group:
            if mentions[name] >= FEWEST_MENTIONS and free and not has_surname(texts.whole, name):
                changes[name] = free.pop(rng.randrange(len(free)))
    return renamed(texts, rf"\b({'|'.join(changes)})\b", lambda name: changes[name], changes)


def has_surname(text: str, name: str) -> bool:
    """Whether the name is somewhere followed, or preceded, by another capitalised one."""
    return re.search(rf"\b{name}\s+[A-Z][a-z]|\b[A-Z][a-z]+\.?\s+{name}\b", text) is not None


def modules_renamed(texts: Texts, rng: Random) -> Texts:
    """Modules get another first part: the Billing module, BillingService, billing_module."""
    lists = word_lists()["modules"]
    nouns = "|".join(lists["nouns"])
    changes: dict[str, str] = {}
    for group in lists["stems"]:
        here = [stem for stem in group if holds_stem(texts.whole, stem)]
        others = [stem for stem in group if stem not in here]
        if len(here) == 1 and others:
            changes[here[0].lower()] = rng.choice(others)
    pattern = rf"(?i)\b({'|'.join(changes)})(?=[ _]?(?:{nouns})s?\b)"
    return renamed(
        texts, pattern, lambda stem: cased_like(_cased(changes[stem.lower()], stem), stem), changes
    )


def holds_stem(text: str, stem: str) -> bool:
    """Whether a name begins like this, also where no word ends."""
    return re.search(rf"(?i)\b{stem}", text) is not None


def _cased(new: str, old: str) -> str:
    return new.lower() if old.islower() else new


def renamed(
    texts: Texts, pattern: str, name_for: Callable[[str], str], changes: dict[str, str]
) -> Texts:
    """All changes at once, so that no new name is changed again."""
    if not changes:
        return texts
    return Texts(*(re.sub(pattern, lambda found: name_for(found[1]), text) for text in texts))
