"""`make bench-authors DATA=folder [OUT=file.json]`: does a model learn to write like its author?

For each novel of the folder, in a fresh home: 10,000 words are imported, the recipe `quick` trains on them,
and unseen chapters say by how much the held-out loss fell. Base and version then go on from 24 places of
these chapters: how far the answers have come towards the author (style match), which of all authors of the
folder ten of them are most like, and the longest span they share with what was learned.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from engine.data.pairs import continuation_prompt
from engine.data.passages import Passage
from engine.domain.job import JobKind
from engine.domain.version import Version
from engine.errors import EngineError, InvalidInput
from engine.evaluation.compare import EvaluationPrompt
from engine.evaluation.frozen_set import questions
from engine.evaluation.measure import ask
from engine.evaluation.report import write_whole
from engine.quality.score import Scorer
from engine.serving.base import prepare_base, served_gguf
from engine.serving.model_server import ModelServer
from engine.serving.resolve import student, teacher
from engine.settings import Settings, load_settings
from engine.store import Store, open_store
from engine.style.copying import copied
from engine.style.match import style_match
from engine.style.profile import Profile, attributed_to, profile_of
from engine.training.recipe import load_config
from engine.training.run import run_training
from models.errors import ModelError
from scripts.authors import Novel, read_authors, split_as, take_novel

RECIPE = "quick"
WORDS = 10_000
USER = "author"
PROMPTS = 24
POOLED = 10
"""So many answers are taken together when an author is named."""
SEED = 17
COULD_NOT = 2


def bench_author(
    novel: Novel, profiles: Mapping[str, Profile], settings: Settings, home: Path
) -> dict[str, Any]:
    """One author's row of the report. Raises `EngineError` and `ModelError`."""
    started = time.monotonic()
    store = open_store(f"sqlite:///{home / 'zega.db'}")
    store.users.ensure(USER)
    version = train(store, novel, settings, home)
    before, after = answer(store, version, novel, settings, home)
    held_out = [passage.text for passage in novel.later]
    match = style_match(novel.first_texts, held_out, before, after, seed=SEED)
    return {
        "name": novel.name,
        "held_out_loss_before": round(version.gain.before, 4),
        "held_out_loss_after": round(version.gain.after, 4),
        "style_match": None if match is None else round(match.after.value, 1),
        "attributed_to": attributed_to(after[:POOLED], profiles),
        "longest_copied_words": copied(after, novel.first_texts).longest,
        "seconds": round(time.monotonic() - started, 1),
    }


def train(store: Store, novel: Novel, settings: Settings, home: Path) -> Version:
    """Import the novel and train on its first part."""
    parts = take_novel(store, novel, USER)
    job = store.jobs.create(USER, JobKind.TRAINING, {"recipe": RECIPE})
    return run_training(
        store,
        home,
        job.id,
        USER,
        config=load_config(RECIPE),
        threshold=settings.keep_threshold,
        min_examples=settings.min_examples,
        load_base=lambda: prepare_base(settings),
        cancelled=lambda: False,
        split=partial(split_as, parts),
    )


def answer(
    store: Store, version: Version, novel: Novel, settings: Settings, home: Path
) -> tuple[list[str], list[str]]:
    """How base and version go on from sixteen places of the unseen chapters."""
    store.versions.activate(USER, version.id)  # only then is it served, however good it is
    server = ModelServer(
        store,
        home,
        base_model=settings.base_model,
        gguf=served_gguf(settings),
        slots=settings.generation_slots + 1,
        context=settings.context,
        threads=settings.threads,
        hot_adapters=settings.hot_adapters,
        log_file=home / "model-server.log",
    )
    try:
        server.refresh()
        frozen, scorer = questions(prompts(novel.later)), Scorer.load()
        models = teacher(store), student(store, version)
        base, its = (
            ask(model, frozen, scorer, in_flight=settings.generation_slots) for model in models
        )
        return [each.text for each in base], [each.text for each in its]
    finally:
        server.close()


def prompts(later: list[Passage]) -> list[EvaluationPrompt]:
    """The requests, spread evenly over the unseen chapters."""
    chosen = [later[place * len(later) // PROMPTS] for place in range(PROMPTS)]
    return [EvaluationPrompt(None, "", continuation_prompt(before)) for before, _ in chosen]


def table(rows: list[dict[str, Any]]) -> Table:
    """The report for people; the last line has the medians."""
    drawn = Table(title=f"Recipe {RECIPE} on {WORDS:,} words of each author")
    for heading in ("Author", "Loss before", "After", "Gain", "Style match", "Taken for"):
        drawn.add_column(heading, justify="left" if heading in ("Author", "Taken for") else "right")
    drawn.add_column("Longest copied span (words)", justify="right")
    drawn.add_column("Seconds", justify="right")
    for row in rows:
        gain = row["held_out_loss_before"] - row["held_out_loss_after"]
        match = row["style_match"]
        drawn.add_row(
            row["name"],
            f"{row['held_out_loss_before']:.3f}",
            f"{row['held_out_loss_after']:.3f}",
            f"{gain:.3f}",
            "not known" if match is None else f"{match:.0f}",
            row["attributed_to"],
            str(row["longest_copied_words"]),
            f"{row['seconds']:.0f}",
        )
    gains = [row["held_out_loss_before"] - row["held_out_loss_after"] for row in rows]
    drawn.add_section()
    drawn.add_row("median", "", "", f"{statistics.median(gains):.3f}")
    return drawn


def bench_authors(folder: Path, settings: Settings) -> dict[str, Any]:
    """The report on every novel of a folder. Raises `EngineError` and `ModelError`."""
    novels = read_authors(folder, WORDS)
    profiles = {novel.name: profile_of(novel.first_texts) for novel in novels}
    rows = []
    for number, novel in enumerate(novels, start=1):
        print(f"{number} of {len(novels)}: {novel.name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="zega-author-") as home:
            rows.append(bench_author(novel, profiles, settings, Path(home)))
    return {"authors": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip())
    parser.add_argument("data", type=Path, help="folder with one .txt for each author")
    parser.add_argument("--out", type=Path, help="file for the report as JSON")
    asked = parser.parse_args()
    try:
        if asked.out is not None and not asked.out.parent.is_dir():  # told now, not at the end
            raise InvalidInput(str(asked.out.parent), "is no folder to write the report to")
        report = bench_authors(asked.data, load_settings())
        if asked.out is not None:
            write_whole(asked.out, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    except (EngineError, ModelError) as error:
        print(error, file=sys.stderr)
        sys.exit(COULD_NOT)
    Console().print(table(report["authors"]))


if __name__ == "__main__":
    main()
