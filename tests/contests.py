"""Contests as a training's end prepares them, and models that write given texts, without any server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.job import JobKind
from engine.domain.snapshot import Split
from engine.domain.version import AdapterIdentity, Version
from engine.evaluation.frozen_set import FrozenSet, frozen_set
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.kinds import stories
from engine.registry.register import NOT_COMPARED
from engine.store import Store
from models.base import Answer, Finish, Message
from models.errors import Unavailable
from tests.engine.store.conftest import Make
from tests.fake_llamacpp import good_texts

TESTS = 6
TOKENS = 40
# By so many nats a row is foretold better; rows differ, so the gain has an interval.
SPREAD = (0.0, 3.0, -2.0, 1.0, -1.0, 2.0)


class Said(Answer):
    """One answer, word by word."""

    def __init__(self, model: str, text: str) -> None:
        self.model, self.finish, self._text, self._words = model, None, text, 0

    def __iter__(self) -> Iterator[str]:
        for word in self._text.split(" "):
            self._words += 1
            yield f"{word} "
        self.finish = Finish("stop", 10, self._words)

    def close(self) -> None:
        self.finish = self.finish or Finish("closed", 0, self._words)


@dataclass
class Writer:
    """A model that answers with its texts, by the seed it is asked with; `asked` are those seeds. From its
    `away_after`th request on it is not there."""

    name: str = "a writer"
    texts: Sequence[str] = field(default_factory=lambda: [row["text"] for row in good_texts()])
    asked: list[int] = field(default_factory=list)
    away_after: int | None = None

    def stream(
        self, messages: Sequence[Message], *, seed: int | None = None, **sampling: Any
    ) -> Answer:
        assert seed is not None
        if self.away_after is not None and len(self.asked) >= self.away_after:
            raise Unavailable("The model server is away.")
        self.asked.append(seed)
        return Said(self.name, self.texts[seed % len(self.texts)])


def trained(make: Make, user_id: str = "anna") -> Version:
    """A new version as `register` leaves it, of a training set with held-out rows: not compared yet."""
    store = make.store
    ids = [make.example(user_id, genre="horror").id for _ in range(2 * TESTS)]
    parts = [Split.TRAIN] * TESTS + [Split.TEST] * TESTS
    snapshot = store.snapshots.create(user_id, list(zip(ids, parts, strict=True)), "ab" * 32)
    job = store.jobs.create(user_id, JobKind.TRAINING, {"recipe": "quick"})
    run = store.runs.create(
        job.id,
        user_id,
        snapshot.id,
        recipe="quick",
        base_model="tiny",
        folder=f"runs/{user_id}/{job.id}",
        batch_size=4,
    )
    found = result()["losses"]
    losses = {name: [RowLoss(*row) for row in rows] for name, rows in found.items()}
    return store.versions.add(
        user_id=user_id,
        run_id=run.id,
        snapshot_id=snapshot.id,
        base_model="tiny",
        recipe="quick",
        adapter_path=f"versions/{user_id}/{run.id}/adapter",
        adapter_sha256="cd" * 32,
        gguf_path=f"versions/{user_id}/{run.id}/adapter.gguf",
        gguf_sha256="ef" * 32,
        identity=AdapterIdentity("01" * 32, "23" * 32, "test"),
        gain=loss_gain(losses["before"], losses["after"]),
        gain_over_active=None,
        verdict=NOT_COMPARED,
    )


def result(active: Version | None = None, *, gain: float = 12.0) -> dict[str, Any]:
    """What the training process writes: losses of the base, of what was active and of the new model, which
    is better than the one before it by so many nats a row."""
    before = [[100.0 + 5.0 * place, TOKENS] for place in range(TESTS)]
    better = [[nats - gain - SPREAD[place], tokens] for place, (nats, tokens) in enumerate(before)]
    if active is None:
        return {"losses": {"before": before, "after": better}, "active_id": None}
    losses = {"before": [[nats + 9.0, n] for nats, n in before], "active": before, "after": better}
    return {"losses": losses, "active_id": active.id}


def set_for(store: Store, version: Version, *, prompts: int = 64) -> FrozenSet:
    """The frozen set of stories with the version's held-out rows."""
    rows = store.snapshots.get(version.user_id, version.snapshot_id).rows
    held_out = [row[0] for row in rows if row[1] is Split.TEST]
    return frozen_set([stories()], held_out, prompts=prompts)
