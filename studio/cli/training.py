"""`zega train`, `update`: a training by a recipe or a configuration, and its figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import InvalidInput
from studio.cli.jobs import follow, train_lines
from studio.cli.options import AsJson, User, read_text
from studio.cli.output import as_document, say, say_result, verb

if TYPE_CHECKING:
    from engine.domain.version import Version
    from engine.engine import Engine
    from engine.evaluation.report import EvaluationReport
    from engine.training.config import TrainingConfig

Config = Annotated[
    Path | None, typer.Option("--config", help="A configuration in YAML; - reads stdin.")
]
Output = Annotated[Path | None, typer.Option("--output", help="Write the report here, as JSON.")]


@verb
def train(
    user: User,
    config: Config = None,
    recipe: Annotated[
        str | None, typer.Option("--recipe", help="quick, careful, large, t5, dpo or kto.")
    ] = None,
    snapshot: Annotated[
        str, typer.Option("--snapshot", help="A frozen training set; none = all that is kept.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Train zega-<user> on all that was kept, or on a frozen set. Ctrl-C stops it; nothing is lost."""
    from engine.bootstrap import open_engine

    if config and recipe:
        raise InvalidInput("--recipe", "and --config exclude each other: name one")
    engine = open_engine()
    chosen = read_config(engine, config) if config else None
    version = train_by(
        engine,
        user,
        chosen,
        recipe=recipe,
        snapshot=snapshot,
        folder=config.parent if config else Path(),
        as_json=as_json,
    )
    say_result(version, as_json=as_json, lines=lambda: train_lines(version))


@verb
def update(
    user: User,
    config: Annotated[Path, typer.Option("--config", help="A configuration in YAML.")],
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Train by a configuration, then measure the new version and write the report."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    chosen = read_config(engine, config)
    version = train_by(engine, user, chosen, folder=config.parent, as_json=as_json)
    say(train_lines(version), as_json=as_json)
    found = engine.trainings.report(user, chosen, version.number)
    tell_report(found, output, as_json=as_json)


def read_config(engine: Engine, path: Path) -> TrainingConfig:
    """The configuration in a file. Raises `InvalidConfig` with lines, and `InvalidInput`."""
    return engine.trainings.read(read_text(path), path.stem)


def train_by(
    engine: Engine,
    user: str,
    config: TrainingConfig | None,
    *,
    folder: Path,
    as_json: bool,
    recipe: str | None = None,
    snapshot: str = "",
) -> Version:
    """The new version. Rows of a file, named from `folder` on, are imported and frozen before."""
    from studio.background import background

    trainings = engine.trainings
    frozen = snapshot or None
    from_file = config is not None and config.training_data.source == "file" and not frozen
    if config is not None and from_file:
        trainings.check(config)
        file = trainings.file_of(config, folder)
    else:  # what is wrong with it is said before anything is started
        job = engine.start_training(user, recipe, config=config, snapshot_id=frozen)
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        if config is not None and from_file:
            taken = trainings.take_in(user, file)
            follow(engine, engine.job(user, taken.id), title="Import", as_json=as_json)
            frozen = trainings.freeze(user, config, file).id
            job = engine.start_training(user, config=config, snapshot_id=frozen)
        job = follow(engine, job, title="Training", as_json=as_json)
    return engine.store.versions.by_id(job.result["version_id"])


def tell_report(found: EvaluationReport, output: Path | None, *, as_json: bool) -> None:
    """The report into a file, whole or not at all, and onto the screen."""
    from engine.evaluation.report import write_whole

    if output is not None:
        write_whole(output, as_document(found) + "\n")
    say_result(found, as_json=as_json, lines=lambda: report_lines(found))


def report_lines(found: EvaluationReport) -> str:
    """A report for people."""
    metrics, lines = found.metrics, [f"{found.version}, {found.rows} held-out rows:"]
    if loss := metrics.get("loss"):
        low, high = loss["interval"]
        lines.append(
            f"  loss {loss['base']:.3f} → {loss['version']:.3f}, gain {loss['gain']:+.3f} "
            f"(95 % interval {low:+.3f} to {high:+.3f})"
        )
    if perplexity := metrics.get("perplexity"):
        lines.append(f"  perplexity {perplexity['base']:.2f} → {perplexity['version']:.2f}")
    if quality := metrics.get("quality"):
        lines.append(
            f"  quality {quality['base']:.2f} → {quality['version']:.2f} of 10, "
            f"{quality['prompts']} prompts"
        )
    return "\n".join(lines)
