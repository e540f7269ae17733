"""Score one text as its kind wants it, and say whether it would be kept."""

from __future__ import annotations

from engine.domain.kind import Kind
from engine.domain.quality import Quality
from engine.errors import InvalidInput
from engine.kinds.catalog import check_category
from engine.quality.code import score_code
from engine.quality.document import score_document
from engine.quality.score import Scorer
from engine.views import Scored

MOST_CHARACTERS = 1_000_000


def rate(scorer: Scorer, kind: Kind, text: str, *, prompt: str, genre: str | None) -> Quality:
    """The score of a text of this kind; what every text is judged by, wherever it comes from."""
    if kind.scoring.method == "code":
        return score_code(scorer, kind, text, prompt)
    if kind.scoring.method == "document":
        return score_document(scorer, kind, text, prompt)
    return scorer.score(text, prompt=prompt, genre=genre)


def judge(
    scorer: Scorer, kind: Kind, text: str, *, genre: str | None, prompt: str, threshold: float
) -> Scored:
    """The score of a text. Nothing is stored, and near-duplicates are not looked for.

    Raises `InvalidInput` for a genre that is not of this kind, and for a text that is too long.
    """
    check_category(kind, genre)
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            "text", f"has {len(text):,} characters, at most {MOST_CHARACTERS:,} are scored"
        )
    quality = rate(scorer, kind, text, prompt=prompt, genre=genre)
    return Scored(quality.score, quality.score >= threshold, quality.parts, quality.reasons)
