"""Kept texts of words drawn at random: as many and as long as a test wants, none like another."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.domain.example import Author, Source
from engine.domain.quality import Quality
from engine.store.examples import NewExample
from tests.fake_llamacpp import good_texts
from tests.processes import Home


def keep_rows(home: Home, words: Sequence[int]) -> None:
    """One text of anna's for each number of words."""
    vocabulary = sorted({word for row in good_texts() for word in row["text"].split()})
    for number, length in enumerate(words):
        rng = random.Random(number)
        prompt = " ".join(rng.choices(vocabulary, k=6))
        home.engine.store.examples.add(
            NewExample(
                user_id="anna",
                kind="stories",
                genre=None,
                style=None,
                seed_prompt=prompt,
                prompt=prompt,
                completion=" ".join(rng.choices(vocabulary, k=length)),
                source=Source.WRITE,
                author=Author.TEACHER,
                generator="fake",
                quality=Quality(8.0),
            )
        )
