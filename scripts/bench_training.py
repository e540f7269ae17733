"""Our training against TRL's `SFTTrainer` with its own defaults: same rows, batches, rate and seed.

Each contestant runs in a process of its own. The steady state is the median speed of its later steps, A B
A B. A whole run is its process from start to saved adapter, compilation included, once each: the default's
takes half an hour.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.serving.base import prepare_base
from engine.settings import ROOT, Settings
from engine.training.recipe import load_recipe
from scripts.default_trainer import LEVERS, train_default
from scripts.machine import matrix_rate

ROWS, HELD_OUT = 200, 30
SHORTEST, LONGEST = 150, 350
"""Tokens of a row, its prompt included."""
STEADY_STEPS, WARM_STEPS = 16, 3
FEWEST_WORDS = 8
"""Of a paragraph; shorter ones are headings and lines of code."""
ROUNDS = 2
CONTESTANTS = ("ours", "default")
ALL_LEVERS = "all_levers"


def bench_training(settings: Settings, home: Path, *, whole: bool = True) -> dict[str, float]:
    """The figures of `training` in the report."""
    base = prepare_base(settings).folder
    steady: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for number, name in itertools.product(range(ROUNDS), CONTESTANTS):
        found = contest(name, base, home / f"{name}-{number}", steps=STEADY_STEPS)
        steady[name].append(found["tokens_per_second"])
    ours, default = (statistics.median(steady[name]) for name in CONTESTANTS)
    # Forward and back through frozen weights: four products of each weight a token.
    flops = 4 * 134.5e6 * ours
    report = {
        "tokens_per_second": round(ours, 1),
        "tokens_per_second_default": round(default, 1),
        "steady_ratio": round(ours / default, 2),
        "matmul_fraction": round(flops / (matrix_rate()["bf16"] * 1e12), 3),
    }
    if whole:
        runs = {name: contest(name, base, home / f"{name}-whole", steps=0) for name in CONTESTANTS}
        for name, ending in zip(CONTESTANTS, ("", "_default"), strict=True):
            for figure in ("seconds", "held_out_loss", "peak_memory_mb"):
                report[f"{figure}{ending}"] = round(runs[name][figure], 4)
        report["whole_run_ratio"] = round(runs["default"]["seconds"] / runs["ours"]["seconds"], 2)
    return report


def bench_levers(settings: Settings, home: Path) -> dict[str, float]:
    """The figures of `levers`: tokens a second of the default with each lever alone, and with all."""
    base, names = prepare_base(settings).folder, ("default", *LEVERS, ALL_LEVERS)
    return {
        name: round(
            contest(name, base, home / f"lever-{name}", steps=STEADY_STEPS)["tokens_per_second"], 1
        )
        for name in names
    }


def contest(name: str, base: Path, out: Path, *, steps: int) -> dict[str, float]:
    """One run of one contestant in a process of its own; no `steps` means all of them."""
    out.mkdir(parents=True)
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "scripts.bench_training", name, str(base), str(out), str(steps)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=(out / "log").open("wb"),
    )
    seconds = time.perf_counter() - started
    found = dict(json.loads((out / "found.json").read_text(encoding="utf-8")))
    # The measurement of held-out loss is the benchmark's, not the contestant's.
    return {"seconds": seconds - found.pop("measuring_seconds"), **found}


def text_rows(
    base: Path, *, rows: int = ROWS, held_out: int = HELD_OUT, seed: int = 1
) -> tuple[list[Any], list[Any]]:
    """Rows of real sentences, SHORTEST to LONGEST tokens long, that share no text: those to train on, and
    those held out."""
    from engine.training.base import load_tokenizer
    from engine.training.rows import TextRow, tokenize

    chance, tokenizer = random.Random(seed), load_tokenizer(base)
    paragraphs = prose()
    chance.shuffle(paragraphs)
    ids = tokenizer(" ".join(paragraphs), add_special_tokens=False)["input_ids"]
    made, start = [], 0
    for _ in range(rows + held_out):
        length = chance.randint(SHORTEST, LONGEST)
        text = tokenizer.decode(ids[start : start + length]).strip()
        start += length
        prompt, completion = f"Go on: {text[:60]}", text[60:]
        whole = tokenize(TextRow(prompt, completion), tokenizer, 10**6)
        cut = tokenizer.decode(whole.input_ids[whole.prompt_length : length - 1])  # and the end
        made.append(TextRow(prompt, cut))
    return made[:rows], made[rows:]


def prose() -> list[str]:
    """The paragraphs of Python's own reference, which comes with it, each once and without grammar."""
    from pydoc_data.topics import topics

    paragraphs = {
        " ".join(paragraph.split()): None
        for name in sorted(topics)
        for paragraph in topics[name].split("\n\n")
    }
    return [each for each in paragraphs if len(each.split()) >= FEWEST_WORDS and "::=" not in each]


class Enough(Exception):
    """So many steps were asked for."""


def train_ours(base: Path, out: Path, steps: int) -> list[float]:
    """Train with `lora_sft`; the speed of each step."""
    from engine.training import lora_sft

    speeds: list[float] = []

    def on_step(step: Any) -> None:
        if step.tokens_per_second:
            speeds.append(step.tokens_per_second)
        if len(speeds) == steps:
            raise Enough

    rows, _ = text_rows(base)
    settings = load_recipe("quick").settings
    with suppress(Enough):
        lora_sft.train(rows, [], base=base, out=out, on_step=on_step, **settings)
    return speeds


def held_out_loss(base: Path, adapter: Path) -> float:
    """Nats per answer token of the held-out rows, in fp32."""
    from peft import PeftModel

    from engine.evaluation.held_out import held_out_loss as loss_of
    from engine.evaluation.held_out import row_losses
    from engine.training.base import load_model, load_tokenizer
    from engine.training.rows import tokenize_all

    rows = tokenize_all(text_rows(base)[1], load_tokenizer(base), LONGEST)
    model = PeftModel.from_pretrained(load_model(base, bf16=False), adapter)
    return float(loss_of(row_losses(model, rows)).loss)


def main() -> None:
    """One contestant, in this process: NAME BASE OUT STEPS."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip())
    parser.add_argument("name", choices=[*CONTESTANTS, *LEVERS, ALL_LEVERS])
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("steps", type=int)
    asked = parser.parse_args()
    if asked.name == "ours":
        speeds = train_ours(asked.base, asked.out, asked.steps)
    else:
        levers = {"default": [], ALL_LEVERS: [*LEVERS]}.get(asked.name, [asked.name])
        rows, _ = text_rows(asked.base)
        speeds = train_default(asked.base, asked.out, asked.steps, levers, rows=rows)
    found: dict[str, float] = {
        "tokens_per_second": statistics.median(speeds[WARM_STEPS:]),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "measuring_seconds": 0.0,
    }
    if not asked.steps:
        started = time.perf_counter()
        found["held_out_loss"] = held_out_loss(asked.base, asked.out / "adapter")
        found["measuring_seconds"] = time.perf_counter() - started
    (asked.out / "found.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
