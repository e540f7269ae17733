"""Parts of a score as people read them."""

from __future__ import annotations

from engine.kinds.catalog import PARTS
from studio.web.components.quality import LABELS, part_label


def test_every_part_that_a_kind_may_weigh_has_words_of_its_own() -> None:
    assert {name for parts in PARTS.values() for name in parts} <= set(LABELS)
    assert part_label("some_other") == "Some other"
