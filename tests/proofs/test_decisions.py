"""The proof of reviews: eight people decide at one queue and are killed again and again.

Whatever was acknowledged is there, nothing is there twice, and nothing is there by half. The short
form runs with all tests; `make prove` kills a thousand times.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from engine.domain.review import Action
from engine.quality.score import Scorer
from engine.store import Store, open_store
from engine.store.rows import new_id, now
from engine.store.tables import decisions, examples
from tests.processes import wait_for
from tests.proofs import reviewer

SEED = 11
WRITERS = 8


@dataclass
class Writer:
    """A reviewer's process and the file of what it was told."""

    process: BaseProcess
    file: Path

    def is_ready(self) -> bool:
        return self.file.exists() and self.file.stat().st_size > 0

    def kill(self) -> None:
        """kill -9, and wait until the kernel has cleared it away."""
        self.process.kill()
        self.process.join()


def test_twenty_kills(tmp_path: Path) -> None:
    prove(tmp_path, kills=20, texts=3000)


@pytest.mark.prove
def test_a_thousand_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    figures = prove(tmp_path, kills=1000, texts=60_000)
    with capsys.disabled():
        print(f"\n# {figures} in {time.monotonic() - started:.0f} s")


def prove(home: Path, *, kills: int, texts: int) -> str:
    """Kill so often, then compare what was acknowledged with what is there."""
    store, rng = open_store(f"sqlite:///{home / 'zega.db'}"), random.Random(SEED)
    fill(store, texts)
    Scorer.load()  # once for all who are forked
    store.database.dispose()  # no connection is handed on to a process that is forked
    writers = [start(home, name, 0) for name in range(WRITERS)]
    files = [writer.file for writer in writers]
    for number in range(kills):
        place = number % WRITERS
        victim = writers[place]
        wait_for("a reviewer", victim.is_ready)
        time.sleep(rng.uniform(0.0, 0.3))
        assert victim.process.is_alive(), "it ended by itself: there was nothing left to kill"
        victim.kill()
        writers[place] = start(home, place, number + 1)
        files.append(writers[place].file)
    for writer in writers:
        writer.kill()
    lines = [line for file in files if file.exists() for line in whole_lines(file)]
    acknowledged = [line for line in lines if "example" in line]
    late = sum("late" in line for line in lines)
    check_everything(store, acknowledged)
    assert late > 0  # they did get in each other's way
    counts = Counter(str(line["action"]) for line in acknowledged)
    return f"{kills} kills, acknowledged {dict(counts)}, {late} came too late, 0 lost, 0 doubled"


def fill(store: Store, count: int) -> None:
    """So many texts that wait to be reviewed."""
    store.users.ensure("anna")
    at = now()
    row = {"user_id": "anna", "kind": "stories", "seed_prompt": "A lamp.", "prompt": "A lamp."}
    row |= {"source": "review", "author": "teacher", "generator": "tiny", "feedback": 0}
    row |= {"score": 7.0, "parts": {}, "reasons": [], "created_at": at, "split_group": "A lamp."}
    with store.database.write() as connection:
        texts = [row | {"id": new_id(), "completion": f"Lamp {n} went out."} for n in range(count)]
        connection.execute(insert(examples), texts)


def start(home: Path, name: int, life: int) -> Writer:
    """A process of its own, forked so that none spends a second on its imports."""
    file = home / f"{name}-{life}.jsonl"
    arguments = (home, f"reviewer{name}", file, f"{SEED} {name} {life}")
    process = multiprocessing.get_context("fork").Process(target=reviewer.main, args=arguments)
    process.start()
    return Writer(process, file)


def whole_lines(file: Path) -> list[dict[str, object]]:
    """What was written down whole: a kill may fall into the middle of the last line."""
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def check_everything(store: Store, acknowledged: list[dict[str, object]]) -> None:
    with store.database.read() as connection:
        entries = connection.execute(select(decisions)).all()
        rows = {row.id: row for row in connection.execute(select(examples))}
        integrity = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    assert integrity == ["ok"]
    once = Counter(entry.example_id for entry in entries)
    assert set(once.values()) == {1}, "decided twice"
    stored = {entry.example_id: entry.action for entry in entries}
    told = {str(line["example"]): line["action"] for line in acknowledged}
    assert len(told) == len(acknowledged), "acknowledged twice"
    assert {each: stored.get(each) for each in told} == told, "lost"
    # What was stored and not yet acknowledged when the kill came is whole, too.
    for entry in entries:
        row, result = rows[entry.example_id], rows.get(entry.result_id)
        if entry.action == Action.EDIT:
            assert result is not None
            assert (result.decision, result.author) == ("accepted", "person")
            assert (row.decision, row.duplicate_of) == (None, result.id)
        else:
            assert (row.decision, row.duplicate_of) == (f"{entry.action}ed", None)
            assert row.decided_at is not None
    decided = {row.id for row in rows.values() if row.decision or row.duplicate_of}
    results = {entry.result_id for entry in entries if entry.result_id}
    assert decided == set(stored) | results
