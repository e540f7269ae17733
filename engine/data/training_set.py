"""What one training learns from: examples with their part, without repeats of held-out rows, and with
variants of what is left. The same for a snapshot and for a look at what one would hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.data.augmentation.augmentation import most_variants
from engine.data.decontamination import Embed, decontaminate
from engine.data.held_out import Row, held_out_rows, training_row
from engine.domain.decontamination import Decontamination, Overlap
from engine.domain.example import Example
from engine.domain.snapshot import Split
from engine.errors import NothingToTrainOn


@dataclass(frozen=True)
class Rules:
    """How training sets are made: the home that holds kinds and benchmarks, the largest share of the
    training part that may be variants (0-1), what turns texts into vectors, if anything does, and the
    rows of the benchmarks that a user has added."""

    home: Path | None = None
    most_augmented: float = 0.0
    embed: Embed | None = None
    benchmarks: Callable[[str], Sequence[Row]] = lambda user_id: ()


@dataclass(frozen=True)
class TrainingSet:
    """`examples` and `rows` go together, in order. `variants` counts those among them."""

    examples: tuple[Example, ...]
    rows: tuple[tuple[str, Split], ...]
    report: Decontamination
    variants: int = 0


def training_set(
    examples: Sequence[Example],
    parts: Sequence[tuple[str, Split]],
    variants: Sequence[Example] = (),
    *,
    rules: Rules,
    cancelled: Callable[[], bool] = lambda: False,
) -> TrainingSet:
    """The training set of these examples. Variants join only where their original is trained on.

    Raises `NothingToTrainOn`, `UnreadableFile` for a benchmark, and `Cancelled`.
    """
    part_of = dict(parts)
    learned = {each.id for each in examples if part_of[each.id] is Split.TRAIN}
    joining = [each for each in variants if each.variant_of in learned]
    candidates = [each for each in examples if each.id in learned] + joining
    held_out = held_out_rows(examples, parts, rules.home)
    if examples:
        held_out += rules.benchmarks(examples[0].user_id)
    report = decontaminate(
        [training_row(each) for each in candidates],
        held_out,
        embed=rules.embed,
        cancelled=cancelled,
    )
    report = replace(report, removed=(*report.removed, *orphans(joining, report)))
    removed = {overlap.example_id for overlap in report.removed}
    if learned <= removed:
        raise NothingToTrainOn(len(learned))
    kept = [each for each in examples if each.id not in removed]
    room = most_variants(len(learned - removed), rules.most_augmented)
    added = [each for each in joining if each.id not in removed][:room]
    rows = [(each.id, part_of[each.id]) for each in kept]
    rows += [(each.id, Split.TRAIN) for each in added]
    return TrainingSet((*kept, *added), tuple(rows), report, len(added))


def orphans(variants: Sequence[Example], report: Decontamination) -> list[Overlap]:
    """Variants whose original is left out: they are left out for the same reason."""
    because = {overlap.example_id: overlap for overlap in report.removed}
    return [
        replace(because[each.variant_of], example_id=each.id)
        for each in variants
        if each.variant_of in because and each.id not in because
    ]
