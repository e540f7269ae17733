"""Task kinds as data: stories, epics, procedures, code, and those a person adds as YAML files."""

from engine.kinds.catalog import Kinds, open_kinds, stories

__all__ = ["Kinds", "open_kinds", "stories"]
