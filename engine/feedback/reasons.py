"""The reasons a thumb may be given for (reasons.yaml, and those of a rejection in review)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

from engine.errors import InvalidInput
from engine.review import reasons as rejection
from engine.review.reasons import Reason


@cache
def reasons_for(thumb: int) -> tuple[Reason, ...]:
    """Reasons for a thumb up (1) or down (-1), in their order; none for no thumb."""
    data = yaml.safe_load(Path(__file__).with_name("reasons.yaml").read_text(encoding="utf-8"))
    up, down = (tuple(Reason(**row) for row in data[name]) for name in ("up", "down"))
    return {1: up, -1: down + rejection.reasons()}.get(thumb, ())


def check_reasons(thumb: int, ids: Sequence[str]) -> tuple[str, ...]:
    """The ids, each once. Raises `InvalidInput` for one that is none of this thumb."""
    known = [reason.id for reason in reasons_for(thumb)]
    for each in ids:
        if not known:
            raise InvalidInput("reasons", "need a thumb, up or down")
        if each not in known:
            raise InvalidInput("reasons", f"must be of {', '.join(known)}; got {each!r}")
    return tuple(dict.fromkeys(ids))
