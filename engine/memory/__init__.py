"""A user's memory: what is remembered, recalled for a text, and forgotten."""

from engine.memory.memory import Memory, open_memory

__all__ = ["Memory", "open_memory"]
