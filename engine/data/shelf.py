"""The shelf: a user's examples as they are looked through, one page at a time."""

from __future__ import annotations

from engine.calibration.threshold import threshold_of
from engine.domain.example import Example
from engine.overview.quality import ScoreDistribution, distribution_of
from engine.store import Store
from engine.store.example_pages import ExampleFilter, ExamplePage


class Shelf:
    """Verbs that look and change nothing. Usable means trainable at this score."""

    def __init__(self, store: Store, *, threshold: float) -> None:
        self._store = store
        self._threshold = threshold

    def page(
        self, user_id: str, chosen: ExampleFilter | None = None, *, limit: int = 50, offset: int = 0
    ) -> ExamplePage:
        """Examples newest first, narrowed by whatever is chosen. Raises `InvalidInput`."""
        return self._store.example_pages.page(
            user_id,
            chosen or ExampleFilter(),
            threshold=threshold_of(self._store, user_id, self._threshold),
            limit=limit,
            offset=offset,
        )

    def scores(self, user_id: str, chosen: ExampleFilter | None = None) -> ScoreDistribution:
        """How the scores of these examples are spread."""
        rows = self._store.example_pages.scores(
            user_id,
            chosen or ExampleFilter(),
            threshold=threshold_of(self._store, user_id, self._threshold),
        )
        return distribution_of(rows)

    def get(self, user_id: str, example_id: str) -> Example:
        """One example. Raises `NotFound`."""
        return self._store.examples.get(user_id, example_id)
