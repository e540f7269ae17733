"""Rows that nothing may be trained on: validation and test, the evaluation prompts, and benchmarks.

A benchmark of everybody's is a file `<home>/benchmarks/<name>.jsonl`: one JSON object a line, with a
prompt, an answer or both under one of the usual names. Users' own: engine/evaluation/benchmarks.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.domain.decontamination import HeldOut
from engine.domain.example import Example
from engine.domain.snapshot import Split
from engine.errors import UnreadableFile
from engine.evaluation.compare import evaluation_prompts
from engine.kinds import open_kinds

FOLDER = "benchmarks"
PROMPTS = ("prompt", "question", "instruction", "input")
ANSWERS = ("completion", "answer", "output", "response", "text")
PARTS = {Split.VALIDATION: HeldOut.VALIDATION, Split.TEST: HeldOut.TEST}


@dataclass(frozen=True)
class Row:
    """One row to compare. `name` is an example's id, or a file and line; rows of one `group` are
    variants of one another."""

    name: str
    prompt: str
    completion: str
    group: str
    part: HeldOut | None = None


def training_row(example: Example) -> Row:
    """An example as it is compared: without the words that genre and style add to every prompt."""
    seed = example.seed_prompt
    asked = seed if seed in example.prompt else example.prompt
    return Row(example.id, asked, example.completion, example.split_group)


def held_out_rows(
    examples: Sequence[Example], parts: Sequence[tuple[str, Split]], home: Path | None
) -> list[Row]:
    """Everything held out: of these examples, of the evaluation prompts, of the benchmarks in `home`.

    Raises `UnreadableFile` for a benchmark that cannot be read.
    """
    part_of = dict(parts)
    rows = []
    for example in examples:
        part = PARTS.get(part_of[example.id])
        if part is not None:
            row = training_row(example)
            rows.append(Row(row.name, row.prompt, row.completion, row.group, part))
    kinds = open_kinds(home).all() if home else ()
    for place, each in enumerate(evaluation_prompts(*kinds), start=1):
        name = f"evaluation prompt {place}"
        rows.append(Row(name, each.prompt, "", name, HeldOut.EVALUATION))
    return rows + (benchmark_rows(home) if home else [])


def benchmark_rows(home: Path) -> list[Row]:
    """Every row of every benchmark file. Raises `UnreadableFile`, which names file and line."""
    rows = []
    for path in sorted((home / FOLDER).glob("*.jsonl")):
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(path.name, f"it is no UTF-8 text file ({error})") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                rows.append(_benchmark_row(f"{path.name}:{number}", line))
    return rows


def _benchmark_row(name: str, line: str) -> Row:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise UnreadableFile(name, "the line is no JSON object")
    prompt, answer = _first(data, PROMPTS), _first(data, ANSWERS)
    if not prompt and not answer:
        raise UnreadableFile(name, f"it has none of {', '.join(PROMPTS + ANSWERS)}")
    return Row(name, prompt, answer, name, HeldOut.BENCHMARK)


def _first(data: dict[str, Any], names: Sequence[str]) -> str:
    """The text under the first of these names that is there."""
    return next((data[name] for name in names if isinstance(data.get(name), str)), "")
