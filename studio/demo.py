"""`zega demo`: the main job from an empty folder to a model that writes, in one readable file.

    generate -> score -> keep -> snapshot -> train -> register -> serve -> evaluate -> promote

It uses the engine as the worker does, but calls each stage itself: no queue, no browser. Everything
it makes lies under var/demo and is replaced by the next demo.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from engine.autotrain.generate import Generation
from engine.autotrain.plan import check_request, make_plan
from engine.data.own_text import continuation_prompts, read_own_text, split_by_place
from engine.domain.job import JobKind
from engine.domain.snapshot import Split
from engine.domain.version import Version
from engine.evaluation.compare import EvaluationPrompt
from engine.evaluation.frozen_set import PROMPTS, FrozenSet, frozen_set, short_questions, spread
from engine.kinds import stories
from engine.quality.score import Scorer
from engine.registry.promotion import contest_of, prove
from engine.rendering import render
from engine.serving.base import prepare_base, served_gguf
from engine.serving.model_server import ModelServer
from engine.serving.resolve import student, teacher
from engine.settings import Settings
from engine.store import Store, open_store
from engine.training.process import RESULT_FILE
from engine.training.recipe import load_config
from engine.training.run import run_training
from engine.training.split import split_examples
from models.base import LanguageModel
from studio.demo_table import mean, show

USER = "demo"
REQUESTED = 40
MOST_SLOTS = 120
FEWEST_KEPT = 20


def run_demo(settings: Settings, text: Path | None = None) -> dict[str, Any]:
    """Run the whole job and write report.json; the report. Raises any `EngineError`."""
    started = time.monotonic()
    home = settings.home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    store = open_store(f"sqlite:///{(home / 'zega.db').resolve()}")
    store.users.ensure(USER)
    scorer = Scorer.load()
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
    console = Console()
    with bars(console) as progress:
        try:
            server.refresh()
            if text is None:
                examples = generate(store, scorer, settings, progress)
                split: Any = split_examples
            else:
                examples, split = take_text(store, text), split_by_place
            version = train(store, home, settings, progress, split)
            server.refresh()
            frozen = prompts_for(store, version, text)
            version = compare(store, home, scorer, settings, version, frozen, progress)
            serving = measure_serving(student(store, version), frozen.prompts[0].asked)
        finally:
            server.close()
    run = store.runs.get(version.run_id)
    report = {
        "examples": examples,
        "training": {
            "recipe": run.recipe,
            "base_model": run.base_model,
            "examples": len(store.snapshots.get(USER, run.snapshot_id).rows),
            "tokens": run.trained_tokens,
            "epochs": last_epoch(store, run.id),
            "seconds": round(run.train_seconds, 1),
            "tokens_per_second": round(run.trained_tokens / run.train_seconds, 1),
            "trainable_parameters": run.trainable_parameters,
        },
        "evaluation": {
            "held_out_loss_before": round(version.gain.before, 4),
            "held_out_loss_after": round(version.gain.after, 4),
            "interval": [round(version.gain.low, 4), round(version.gain.high, 4)],
            "n": version.gain.rows,
            "quality_before": mean(pair.quality_before for pair in version.comparisons),
            "quality_after": mean(pair.quality_after for pair in version.comparisons),
            "verdict": version.verdict,
        },
        "version": {
            "name": version.name,
            "number": version.number,
            "adapter_sha256": version.adapter_sha256,
        },
        "samples": [
            {"prompt": pair.prompt, "before": pair.before, "after": pair.after}
            for pair in version.comparisons
        ],
        "serving": serving,
        "total_seconds": round(time.monotonic() - started, 1),
    }
    path = home / "report.json"
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    show(console, report, path)
    return report


@contextmanager
def bars(console: Console) -> Iterator[Progress]:
    """Progress bars that also read well when the output is a file."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        refresh_per_second=4,
    ) as progress:
        yield progress


def generate(
    store: Store, scorer: Scorer, settings: Settings, progress: Progress
) -> dict[str, Any]:
    """40 slots over all genres; on past them, up to 120, only while fewer than 20 are kept."""
    started = time.monotonic()
    job = store.jobs.create(USER, JobKind.AUTO_TRAIN, {"num_examples": REQUESTED})
    bar = progress.add_task("The teacher writes, the score decides", total=REQUESTED)
    generation = Generation(
        store,
        scorer,
        teacher(store),
        user_id=USER,
        job_id=job.id,
        threshold=settings.keep_threshold,
        in_flight=settings.generation_slots,
        cancelled=lambda: False,
    )

    def show_done(done: int) -> None:
        kept = store.outcomes.summary(job.id).kept
        progress.update(
            bar,
            completed=done,
            total=max(REQUESTED, done),
            description=f"The teacher writes, the score decides ({kept} kept)",
        )

    slots = make_plan(MOST_SLOTS, check_request(MOST_SLOTS, {}), seed=1)
    generation.run(slots[:REQUESTED], on_recorded=show_done)
    generation.run(
        slots,
        on_recorded=show_done,
        enough=lambda: store.outcomes.summary(job.id).kept >= FEWEST_KEPT,
    )
    summary = store.outcomes.summary(job.id)
    return {
        "requested": REQUESTED,
        "kept": summary.kept,
        "rejected": summary.rejected,
        "failed": summary.failed,
        "average_quality": round(summary.average_quality, 2),
        "genre_distribution": summary.genre_distribution,
        "seconds": round(time.monotonic() - started, 1),
    }


def take_text(store: Store, text: Path) -> dict[str, Any]:
    """The user's own text as examples: passages with prompts that ask for their continuation."""
    started = time.monotonic()
    passages = read_own_text(text, user_id=USER)
    for passage in passages:
        store.examples.add(passage)
    return {
        "requested": len(passages),
        "kept": len(passages),
        "rejected": 0,
        "average_quality": mean(passage.quality.score for passage in passages),
        "genre_distribution": {},
        "seconds": round(time.monotonic() - started, 1),
    }


def train(store: Store, home: Path, settings: Settings, progress: Progress, split: Any) -> Version:
    """Fine-tune in the training process while its steps move the bar."""
    job = store.jobs.create(USER, JobKind.TRAINING, {"recipe": settings.recipe})
    bar = progress.add_task("Fine-tuning", total=None)

    def poll() -> bool:
        show_training(store, job.id, progress, bar)
        return False

    version = run_training(
        store,
        home,
        job.id,
        USER,
        config=load_config(settings.recipe),
        threshold=settings.keep_threshold,
        min_examples=settings.min_examples,
        load_base=lambda: prepare_base(settings),
        cancelled=poll,
        split=split,
    )
    progress.update(bar, description="Fine-tuning")
    return version


def prompts_for(store: Store, version: Version, text: Path | None) -> FrozenSet:
    """What both models are asked: the evaluation prompts of stories, or continuations of the text's end."""
    rows = store.snapshots.get(USER, version.snapshot_id).rows
    held_out = [row[0] for row in rows if row[1] is Split.TEST]
    if text is None:
        return frozen_set([stories()], held_out)
    return short_questions(spread(continuation_prompts(text), PROMPTS), held_out)


def compare(
    store: Store,
    home: Path,
    scorer: Scorer,
    settings: Settings,
    version: Version,
    frozen: FrozenSet,
    progress: Progress,
) -> Version:
    """Base and version answer the same prompts, and the gate rules whether it takes over."""
    folder, config = home / store.runs.get(version.run_id).folder, load_config(settings.recipe)
    result = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
    bar = progress.add_task("The same prompts, before and after", total=2 * len(frozen.prompts))
    return prove(
        store,
        scorer,
        contest_of(store, version, frozen, result),
        model_of=lambda each: student(store, each) if each else teacher(store),
        margins=config.margins,
        auto_deploy=config.deployment.auto_deploy,
        in_flight=settings.generation_slots,
        on_answer=lambda: progress.advance(bar),
    )


def show_training(store: Store, job_id: str, progress: Progress, bar: Any) -> None:
    """Move the bar to the last step and say the stage with the last loss."""
    stage = store.jobs.get(job_id).stage
    runs = [run for run in store.runs.list(USER) if run.id == job_id]
    steps = store.runs.steps(job_id) if runs else []
    losses = [step.loss for step in steps if step.loss is not None]
    if losses:
        progress.update(bar, completed=steps[-1].step, total=runs[0].total_steps)
    progress.update(bar, description=stage + (f", loss {losses[-1]:.2f}" if losses else ""))


def measure_serving(model: LanguageModel, prompt: EvaluationPrompt) -> dict[str, float]:
    """Speed of one answer of the student alone on the server."""
    sent = time.monotonic()
    first = sent
    pieces = 0
    with model.stream(render(prompt.request), max_tokens=120, seed=1) as answer:
        for _ in answer:
            pieces += 1
            if pieces == 1:
                first = time.monotonic()
    assert answer.finish is not None
    seconds = time.monotonic() - first
    return {
        "tokens_per_second": round((answer.finish.completion_tokens - 1) / seconds, 1),
        "time_to_first_token_ms": round((first - sent) * 1000),
    }


def last_epoch(store: Store, run_id: str) -> float:
    return round(max(step.epoch for step in store.runs.steps(run_id)), 2)
