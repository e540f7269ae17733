"""Genre: the kinds of story the studio generates. Their prompts are data (autotrain/prompts.yaml)."""

from __future__ import annotations

from enum import StrEnum

from engine.errors import InvalidInput


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


def check_genre(genre: str | None) -> None:
    """Raise InvalidInput unless this is the name of a genre, or None."""
    names = [each.value for each in Genre]
    if genre is not None and genre not in names:
        raise InvalidInput("genre", f"must be of {', '.join(names)}; got {genre!r}")
