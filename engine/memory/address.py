"""Where the memory's server answers: one small file in the home folder, written by its process."""

from __future__ import annotations

from pathlib import Path

from engine.lock import is_held
from rag.errors import IndexUnavailable

LOCK = "memory.lock"


def address_file(home: Path) -> Path:
    return home / "memory.url"


def publish(home: Path, url: str) -> None:
    """Say where the server answers now."""
    half = address_file(home).with_suffix(".half")
    half.write_text(url, encoding="ascii")
    half.replace(address_file(home))


def withdraw(home: Path) -> None:
    """Nothing answers any more."""
    address_file(home).unlink(missing_ok=True)


def is_up(home: Path) -> bool:
    """Whether the memory's process runs and its server answers; what a killed one left does not count."""
    return is_held(home / LOCK) and address_file(home).exists()


def address(home: Path) -> str:
    """The published address. Raises `IndexUnavailable` while there is none."""
    try:
        return address_file(home).read_text(encoding="ascii")
    except FileNotFoundError:
        raise IndexUnavailable(
            "The memory is not running yet. What you remember is safe."
        ) from None
