"""Losses of the base and of versions on held-out rows, measured in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.domain.evaluation import RowMeasure
from engine.domain.example import Example
from engine.domain.snapshot import Snapshot, Split
from engine.domain.version import Version
from engine.evaluation.parent import run_child, verified_adapter
from engine.kinds import open_kinds
from engine.serving.base import base_weights, served_gguf
from engine.settings import Settings
from engine.store import Store
from models.catalog import check_memory, find_base_model


def held_out(store: Store, snapshot: Snapshot) -> list[Example]:
    """The rows of the test part that were not erased since."""
    ids = [row[0] for row in snapshot.rows if row[1] is Split.TEST]
    examples = store.examples.of_ids(snapshot.user_id, ids)
    return [each for each in examples if each.erased_at is None]


def measure_rows(
    settings: Settings,
    examples: Sequence[Example],
    versions: Sequence[Version] = (),
    *,
    max_length: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> Mapping[str | None, tuple[RowMeasure, ...]]:
    """What the base (None) and each version, by its id, lose on each of these rows that fits.

    Takes some seconds to load, then about a second for ten rows on two cores. Raises `IdentityMismatch`,
    `ChecksumMismatch`, `EvaluationFailed`, `DoesNotFit`, `Cancelled`.
    """
    check_memory(find_base_model(settings.base_model), "train")
    kinds = open_kinds(settings.home)
    served = served_gguf(settings)
    adapters = {each.id: verified_adapter(each, settings.home, served) for each in versions}
    found = run_child(
        {
            "rows": [[row.prompt, row.completion, kinds.find(row.kind).system] for row in examples],
            "max_length": max_length,
            "weights": str(base_weights(settings).resolve()),
            "cache": str((settings.cache / "bases").resolve()),
            "adapters": {name: str(folder.resolve()) for name, folder in adapters.items()},
        },
        cancelled,
    )
    rows = [examples[place] for place in found["measured"]]

    def measures(name: str) -> tuple[RowMeasure, ...]:
        return tuple(
            RowMeasure(row.id, float(nats), int(tokens), row.genre)
            for row, (nats, tokens) in zip(rows, found["losses"][name], strict=True)
        )

    return {None: measures("before")} | {each.id: measures(each.id) for each in versions}
