"""The reasons a text may be rejected for (reasons.yaml)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from engine.errors import InvalidInput


@dataclass(frozen=True)
class Reason:
    """`id` is stored, `label` is shown."""

    id: str
    label: str


@cache
def reasons() -> tuple[Reason, ...]:
    """Every reason, in its order."""
    data = yaml.safe_load(Path(__file__).with_name("reasons.yaml").read_text(encoding="utf-8"))
    return tuple(Reason(**row) for row in data)


def check_reasons(ids: Sequence[str]) -> tuple[str, ...]:
    """The ids, each once. Raises `InvalidInput` for one that is not there."""
    known = {reason.id for reason in reasons()}
    for each in ids:
        if each not in known:
            raise InvalidInput("reasons", f"must be of {', '.join(sorted(known))}; got {each!r}")
    return tuple(dict.fromkeys(ids))
