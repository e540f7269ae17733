"""Fair comparison on a noisy machine: A B A B, medians."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

ROUNDS = 2


def alternate(contestants: dict[str, Callable[[Path], float]], home: Path) -> dict[str, float]:
    """Each contestant in turn, ROUNDS times, in a folder of its own; the medians."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(ROUNDS):
        for name, run in contestants.items():
            found[name].append(run(home / f"{name}-{number}"))
    return {name: statistics.median(values) for name, values in found.items()}
