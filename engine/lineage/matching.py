"""Whether a text holds what is to be erased: a phrase, or a good part of one of some texts.

Rather too much than too little: what is found is shown before it goes.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence

from engine.memory.duplicates import runs

# A text holds another when it has half of the five-word runs of the shorter of the two ...
SHARE = 0.5
# ... and at least these: formulas such as "Once upon a time" are in many texts.
FEWEST = 8
# So many runs, some 35 words in a row, are a quotation however long both texts are.
QUOTED = 30
# Of many texts one run in eight is compared; their memory would not fit otherwise.
MANY, ONE_IN = 500, 8


class Wanted:
    """What is looked for. Upper case and white space make no difference."""

    def __init__(self, phrase: str = "", texts: Sequence[str] = ()) -> None:
        self._phrase = squeezed(phrase)
        self._whole = {squeezed(text) for text in texts if text.strip()}
        self._one_in = ONE_IN if len(self._whole) > MANY else 1
        self._sizes: list[int] = []
        self._holders: dict[int, list[int]] = {}
        for place, text in enumerate(self._whole):
            marks = self._marks(text)
            self._sizes.append(len(marks))
            for mark in marks:
                self._holders.setdefault(mark, []).append(place)

    def is_in(self, text: str) -> bool:
        """Whether the text holds the phrase, or says much of what one of the texts says."""
        said = squeezed(text)
        if not said:
            return False
        if (self._phrase and self._phrase in said) or said in self._whole:
            return True
        if not self._holders:
            return False
        marks = self._marks(said)
        shared = Counter(place for mark in marks for place in self._holders.get(mark, ()))
        return any(
            self._is_much(count, min(len(marks), self._sizes[place]))
            for place, count in shared.items()
        )

    def _is_much(self, shared: int, shorter: int) -> bool:
        count = shared * self._one_in
        return count >= QUOTED or (count >= FEWEST and shared >= SHARE * shorter)

    def _marks(self, text: str) -> set[int]:
        marks = {zlib.crc32(run.encode()) for run in runs(text)}
        return {mark for mark in marks if mark % self._one_in == 0}


def squeezed(text: str) -> str:
    return " ".join(text.casefold().split())
