"""What decides a training's weights beside its checkpoint, kept in the run folder: a resume compares it.

Settings, the rows' hash, the base's hash, and the environment: threads, processor, what a training can use
of the machine (hardware.py), versions of the libraries. With all of them equal a resumed training ends
with the weights of one that never stopped.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.training.checkpoints import step_of
from engine.training.hardware import this_machine

FINGERPRINT_FILE = "fingerprint.json"
CPUINFO = Path("/proc/cpuinfo")
# Products are computed otherwise, and so rounded otherwise, with each of these than without.
INSTRUCTIONS = ("avx512_bf16", "avx512_fp16", "amx_bf16")
LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate")
# Halving a batch that does not fit changes these two and leaves their product as it is.
BATCH, ACCUMULATION = "batch_size", "gradient_accumulation"


class Changed(Exception):
    """A training cannot be resumed exactly; `differences` are named."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("; ".join(differences))
        self.differences = differences


def fingerprint(run: Mapping[str, Any]) -> dict[str, Any]:
    """The fingerprint of a run as run.json describes it, here and now."""
    rows = json.dumps(run["rows"], sort_keys=True, ensure_ascii=False).encode()
    found = {
        "data": {
            "trainer": run["trainer"],
            "rows": hashlib.sha256(rows).hexdigest(),
            "base": run["base_sha256"],
            **({"start": run["start_sha256"]} if "start" in run else {}),
        },
        "settings": run["recipe"],
        "environment": environment(),
    }
    return dict(json.loads(json.dumps(found)))


def environment() -> dict[str, Any]:
    """What numbers depend on beside the settings."""
    import torch

    machine = this_machine()
    return {
        "threads": torch.get_num_threads(),
        **processor(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "gpu": torch.cuda.get_device_name() if machine.cuda else "none",
        **asdict(machine),
        **{name: version(name) for name in LIBRARIES},
    }


def processor() -> dict[str, Any]:
    """The processor's name, and which of `INSTRUCTIONS` it has; where Linux does not tell, its family."""
    said = {}
    if CPUINFO.exists():
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
        said = {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    flags = said.get("flags", "").split()
    return {
        "processor": said.get("model name", platform.machine()),
        **{name: name in flags for name in INSTRUCTIONS},
    }


def read_fingerprint(folder: Path) -> dict[str, Any] | None:
    """What the run began with; None for one that has not begun."""
    path = folder / FINGERPRINT_FILE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def compare(folder: Path, now: Mapping[str, Any], checkpoint: Path | None) -> str | None:
    """Whether the run in `folder` may go on from this checkpoint; a sentence on what is different where
    a person chose to go on all the same.

    Raises `Changed`. Without a checkpoint there is nothing to go on from, so nothing can differ.
    """
    before = read_fingerprint(folder)
    if before is None or checkpoint is None:
        return None
    fixed = [*differences(before, now, "data"), *differences(before, now, "settings")]
    surroundings = differences(before, now, "environment")
    if fixed or (surroundings and not before.get("forked")):
        raise Changed(fixed + surroundings)
    if not surroundings:
        return None
    return (
        f"From step {step_of(checkpoint)} on trained in another environment, as was chosen: "
        f"{'; '.join(surroundings)}."
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any], part: str) -> list[str]:
    """`name was …, is …` for each value of a part that is not the same."""
    old, new = dict(before[part]), dict(now[part])
    if BATCH in old and BATCH in new:
        for values in (old, new):
            values["rows a step"] = values.pop(BATCH) * values.pop(ACCUMULATION)
    return [
        f"{name} was {short(old.get(name))}, is {short(new.get(name))}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def short(value: Any) -> str:
    text = "not set" if value is None else str(value)
    return text if len(text) < 40 else f"{text[:12]}…"
