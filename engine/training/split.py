"""Which examples are trained on, which stop the training early and which only measure it.

The part follows from a hash of the example's group (its seed prompt, or the stretch of a file it comes
from), so every variant of one prompt falls into the same part, in this snapshot and in later ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from engine.domain.example import Example
from engine.domain.snapshot import Split

TEST_SHARE = 0.15
VALIDATION_SHARE = 0.10
SALT = "358"
"""Chosen so that the prompts of auto-training fall evenly: each genre has one or two in the test
part. Never changed: a new one would move prompts from what was trained on into what measures."""


def _place(group: str) -> float:
    """A number from 0 to 1 that depends on the group's text alone."""
    digest = hashlib.sha256((SALT + " ".join(group.lower().split())).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_groups(
    groups: Sequence[str], *, validation_share: float = VALIDATION_SHARE
) -> dict[str, Split]:
    """The part of each group: in the order of their places, test, validation, then train.

    Small sets can miss a part by chance; with three groups or more none stays empty, because the
    group nearest to the border moves over it. Only a validation share of 0 leaves that part out.
    """
    ordered = sorted(set(groups), key=_place)
    tests = sum(_place(group) < TEST_SHARE for group in ordered)
    border = TEST_SHARE + validation_share
    validations = sum(_place(group) < border for group in ordered) - tests
    if len(ordered) >= 3:
        tests = min(max(tests, 1), len(ordered) - 2)
        wanted = max(validations, 1) if validation_share else 0
        validations = min(wanted, len(ordered) - tests - 1)
    parts = {}
    for place, group in enumerate(ordered):
        if place < tests:
            parts[group] = Split.TEST
        else:
            parts[group] = Split.VALIDATION if place < tests + validations else Split.TRAIN
    return parts


def split_examples(
    examples: Sequence[Example], *, validation_share: float = VALIDATION_SHARE
) -> list[tuple[str, Split]]:
    """Pairs of example id and part, in the order given."""
    groups = [example.split_group for example in examples]
    parts = split_groups(groups, validation_share=validation_share)
    return [(example.id, parts[example.split_group]) for example in examples]


def snapshot_sha256(examples: Sequence[Example], rows: Sequence[tuple[str, Split]]) -> str:
    """One hash over ids, parts and texts, in order."""
    digest = hashlib.sha256()
    for example, (_, part) in zip(examples, rows, strict=True):
        digest.update(_said(example, part))
    return digest.hexdigest()


def row_sha256(example: Example, part: Split) -> str:
    """The hash of one row alone, so that a snapshot that differs can say where."""
    return hashlib.sha256(_said(example, part)).hexdigest()


def _said(example: Example, part: Split) -> bytes:
    texts = (example.id, part.value, example.prompt, example.completion)
    return "".join(f"{len(text)}:{text}" for text in texts).encode()
