"""Score one text for whoever asks, and say whether it would be kept."""

from __future__ import annotations

from engine.domain.genre import check_genre
from engine.domain.kind import check_kind
from engine.errors import InvalidInput
from engine.quality.score import Scorer
from engine.views import Scored

MOST_CHARACTERS = 1_000_000


def judge(
    scorer: Scorer, text: str, *, kind: str, genre: str | None, prompt: str, threshold: float
) -> Scored:
    """The score of a text. Nothing is stored, and near-duplicates are not looked for.

    Raises `InvalidInput` for an unknown kind or genre, and for a text that is too long.
    """
    check_kind(kind)
    check_genre(genre)
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            "text", f"has {len(text):,} characters, at most {MOST_CHARACTERS:,} are scored"
        )
    quality = scorer.score(text, prompt=prompt, genre=genre, kind=kind)
    return Scored(quality.score, quality.score >= threshold, quality.parts, quality.reasons)
