"""The proof of exact resume: killed anywhere and taken up again, a training ends as if nothing had been.

Dropout, four batches a step, three epochs, rows of different lengths, early stopping. The weights are equal
to the last bit, the curve has every step once, and no kill costs more than what was done since the last
checkpoint. The short form kills at each place; `make prove` kills 200 times.
"""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.domain.run import Step
from engine.registry.register import ADAPTER_FILE
from engine.training.run import take_snapshot
from tests.kept_rows import keep_rows
from tests.processes import Home
from tests.proofs.resuming import PLACES, Kill, Trainings

SEED = 5
# Words of each kept text: many lengths.
LENGTHS = [5 + 2 * (number % 12) for number in range(40)]


def test_a_kill_at_each_place(home: Home) -> None:
    kills = prove(home, list(PLACES))
    assert {kill.wanted for kill in kills} == set(PLACES)


@pytest.mark.prove
def test_two_hundred_kills(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(SEED)
    wanted = [*PLACES] * 40
    rng.shuffle(wanted)
    kills = prove(home, wanted)
    with capsys.disabled():
        print(table(kills))
    assert len(kills) >= 200


def prove(home: Home, wanted: list[str]) -> list[Kill]:
    """Kill trainings at these places in turn; each one that ends is compared with the untouched one."""
    trainings = started(home)
    reference = trainings.new()
    assert trainings.attempt(reference) is None
    weights, curve = weights_of(home, reference), curve_of(home, reference)
    interval = longest_interval(curve)
    assert max(step.epoch for step in home.engine.store.runs.steps(reference)) > 2
    kills: list[Kill] = []
    left: list[str | None] = [*wanted]
    while left:
        job_id = trainings.new()
        place = left.pop(0)
        while kill := trainings.attempt(job_id, place):
            kills.append(kill)
            assert kill.redone <= interval, kill
            place = left.pop(0) if left else None
        if place is not None:  # it had passed that place before: the next one comes to it
            left.append(place)
        check(home, job_id, weights, curve)
    return kills


def started(home: Home) -> Trainings:
    keep_rows(home, LENGTHS)
    engine = home.engine
    snapshot = take_snapshot(engine.store, "anna", threshold=0.0, min_examples=3)
    return Trainings(home, random.Random(SEED), snapshot.id)


def check(
    home: Home, job_id: str, weights: dict[str, torch.Tensor], curve: list[tuple[object, ...]]
) -> None:
    """Equal to the last bit, each step once, one version."""
    mine = weights_of(home, job_id)
    assert mine.keys() == weights.keys()
    assert max(float((mine[name] - weights[name]).abs().max()) for name in weights) == 0.0
    assert curve_of(home, job_id) == curve
    versions = [each for each in home.engine.versions("anna") if each.run_id == job_id]
    assert len(versions) == 1
    assert home.engine.store.runs.get(job_id).notes == ()


def weights_of(home: Home, job_id: str) -> dict[str, torch.Tensor]:
    folder: Path = home.folder / "versions" / "anna" / job_id / "adapter"
    return dict(load_file(folder / ADAPTER_FILE))


def curve_of(home: Home, job_id: str) -> list[tuple[object, ...]]:
    """Every row of the curve but for what time and memory it took."""
    return [figures(step) for step in home.engine.store.runs.steps(job_id)]


def figures(step: Step) -> tuple[object, ...]:
    return (step.step, step.epoch, step.loss, step.validation_loss, step.learning_rate)


def longest_interval(curve: list[tuple[object, ...]]) -> int:
    """Steps between two measurements of the validation loss, which are those between checkpoints."""
    measured = [int(str(row[0])) for row in curve if row[3] is not None]
    return max(after - before for before, after in zip([0, *measured], measured, strict=False))


def table(kills: list[Kill]) -> str:
    """Where the kills fell, how many, and what they cost."""
    redone: dict[str, list[int]] = defaultdict(list)
    for kill in kills:
        redone[kill.place].append(kill.redone)
    lines = [f"# {place:9} {len(found):4} {max(found):3}" for place, found in redone.items()]
    return "\n".join(
        ["\n# place    kills  most steps redone", *lines, f"# all       {len(kills):4}"]
    )
