"""The same request in other words, by templates. The answer stays as it is."""

from __future__ import annotations

import re
from random import Random

from engine.data.augmentation.texts import Texts, word_lists


def vary(texts: Texts, rng: Random) -> Texts | None:
    """The prompt in one of the other forms that fit it; None for an empty one."""
    for row in word_lists()["prompts"]:
        found = re.match(row["pattern"], texts.prompt, re.DOTALL)
        if found:
            form: str = rng.choice(row["forms"])
            return Texts(form.format(**found.groupdict()), texts.completion)
    return None
