"""Truth about data: what was trained on what, what changed between two training sets, and erasure."""

from engine.lineage.lineage import Lineage, open_lineage

__all__ = ["Lineage", "open_lineage"]
