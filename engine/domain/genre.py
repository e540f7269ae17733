"""Genre: the kinds of story the studio generates. Their prompts are data (autotrain/prompts.yaml)."""

from __future__ import annotations

from enum import StrEnum


class Genre(StrEnum):
    """Exact names; they are part of the public contract. Each has prompts, and words for the score."""

    FANTASY = "fantasy"
    DARK_FANTASY = "dark_fantasy"
    SCI_FI = "sci_fi"
    MYSTERY = "mystery"
    HORROR = "horror"
    ROMANCE = "romance"
    ADVENTURE = "adventure"
    THRILLER = "thriller"

    @property
    def label(self) -> str:
        """The name as people read it, e.g. `Dark fantasy`."""
        return self.value.replace("_", " ").capitalize().replace("Sci fi", "Sci-fi")
