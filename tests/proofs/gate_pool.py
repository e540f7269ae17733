"""What the gate's proofs draw from: real answers of the base and real losses of two adapters, made once.

The base answers the gate's own 64 prompts twice, with other seeds, and 96 prompts of auto-training. Two
adapters are trained on a third of those texts, alike but for the seed, and measured on the others. This
takes some minutes and is kept in var/proofs, where it is made again when it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine.autotrain.plan import check_request, make_plan
from engine.domain.evaluation import Answer
from engine.evaluation.compare import EvaluationPrompt
from engine.evaluation.frozen_set import FrozenSet, frozen_set, questions
from engine.evaluation.held_out import RowLoss
from engine.evaluation.measure import ask
from engine.kinds import stories
from engine.quality.score import Scorer
from engine.rendering import request_for
from engine.serving.base import prepare_base, served_gguf
from engine.settings import load_settings
from engine.training.recipe import load_recipe
from models.llamacpp import LlamaCppModel
from models.llamacpp_server import LlamaCppServer
from tests.processes import ROOT

FOLDER = ROOT / "var" / "proofs"
TEXTS = 96
OTHER_SEEDS = 5_000


@dataclass(frozen=True)
class Pool:
    """`answers` are (quality, repetition) of two answers to each prompt; `losses` those of two adapters
    on each row; `texts` are (prompt, text) of auto-training."""

    answers: list[list[list[float]]]
    losses: list[list[RowLoss]]
    texts: list[list[str]]


def pool() -> Pool:
    """The pool, from its two files where they are."""
    written = kept("gate-answers", write)
    losses = kept("gate-losses", lambda: two_adapters(written["texts"]))
    rows = [[RowLoss(*row) for row in each] for each in losses]
    return Pool(written["answers"], rows, written["texts"])


def kept(name: str, make: Callable[[], Any]) -> Any:
    """What was made once under this name."""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".half")
        half.write_text(json.dumps(make()), encoding="utf-8")
        half.rename(file)
    return json.loads(file.read_text(encoding="utf-8"))


def write() -> dict[str, Any]:
    """What the base answers, in figures, and the texts of auto-training."""
    settings, scorer = load_settings(), Scorer.load()
    asked = frozen_set([stories()])
    again = replace(
        asked, prompts=tuple(replace(each, seed=each.seed + OTHER_SEEDS) for each in asked.prompts)
    )
    with LlamaCppServer(
        served_gguf(settings), slots=settings.generation_slots, threads=settings.threads
    ) as server:
        base = LlamaCppModel("base", server.url)
        first, second, written = (
            ask(base, each, scorer, in_flight=settings.generation_slots)
            for each in (asked, again, auto_training())
        )
    texts = [[answer.prompt, answer.text] for answer in written if answer.text]
    return {
        "answers": [[figures(one), figures(two)] for one, two in zip(first, second, strict=True)],
        "texts": texts,
    }


def figures(answer: Answer) -> list[float]:
    return [answer.quality, answer.repetition]


def auto_training() -> FrozenSet:
    """As many prompts of auto-training as the pool has texts."""
    kind = stories()
    plan = make_plan(TEXTS, check_request(TEXTS, {}), seed=1)
    return questions(
        [
            EvaluationPrompt(
                slot.genre,
                slot.seed_prompt,
                request_for(kind, slot.seed_prompt, genre=slot.genre, style=slot.style),
                kind,
            )
            for slot in plan
        ]
    )


def two_adapters(texts: Sequence[Sequence[str]]) -> list[list[list[float]]]:
    """Losses of two adapters, trained alike but for the seed, on the texts that they have not seen."""
    from engine.training.causal import measure, read_rows
    from engine.training.lora_sft import train

    base = prepare_base(load_settings()).folder
    recipe = load_recipe("quick").settings | {"epochs": 1}
    parts = {"train": texts[::3], "test": [*texts[1::3], *texts[2::3]]}
    rows = read_rows(
        {part: [[*row, stories().system] for row in found] for part, found in parts.items()},
        base,
        recipe["max_length"],
    )
    with TemporaryDirectory(prefix="zega-gate-") as name:
        adapters = {
            str(seed): train(
                rows["train"],
                [],
                base=base,
                out=Path(name) / str(seed),
                on_step=lambda _: None,
                **recipe | {"seed": seed},
            ).adapter
            for seed in (1, 2)
        }
        losses = measure(base, rows["test"], trained=adapters, max_length=recipe["max_length"])[
            "losses"
        ]
    return [losses[seed] for seed in adapters]
