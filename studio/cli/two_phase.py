"""`zega two-phase`: a large model writes, you decide in Review, a small model learns what you accepted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from engine.domain.two_phase import Input
from engine.errors import InvalidInput
from studio.cli.jobs import follow
from studio.cli.options import AsJson, User, read_text
from studio.cli.output import say, say_result, verb
from studio.newcomers import for_user

if TYPE_CHECKING:
    from engine.two_phase import TwoPhaseView


@verb
def two_phase(
    user: User,
    config: Annotated[
        Path | None, typer.Argument(help="A YAML file with settings by their names.")
    ] = None,
    inputs: Annotated[
        Path | None, typer.Option(help="Things to write about: .txt one a line, or .jsonl.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="What is written; stories by default.")] = None,
    summary_model_name: Annotated[str | None, typer.Option(help="The model that writes.")] = None,
    training_model_name: Annotated[str | None, typer.Option(help="The model that learns.")] = None,
    two_phase_training: Annotated[
        bool | None, typer.Option(help="Train when the target is accepted, or stop there.")
    ] = None,
    target_summaries: Annotated[int | None, typer.Option(help="Texts to accept.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Texts written at once.")] = None,
    training_epochs: Annotated[int | None, typer.Option(help="Passes of the training.")] = None,
    data_augmentation: Annotated[
        bool | None, typer.Option(help="Add reworded variants to the training.")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak rate.")] = None,
    max_length: Annotated[int | None, typer.Option(help="Tokens of a row at most.")] = None,
    auto_accept_above: Annotated[
        float | None, typer.Option(help="Accept from this score on, without you.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Recipe with both models and the training's numbers.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write, review and train in two phases. Ctrl-C stops it; what you accepted stays."""
    from engine.bootstrap import open_engine
    from studio.background import background, wait_until_served

    options = {
        "summary_model_name": summary_model_name,
        "training_model_name": training_model_name,
        "two_phase_training": two_phase_training,
        "target_summaries": target_summaries,
        "batch_size": batch_size,
        "training_epochs": training_epochs,
        "data_augmentation": data_augmentation,
        "learning_rate": learning_rate,
        "max_length": max_length,
        "auto_accept_above": auto_accept_above,
        "recipe": recipe,
    }
    given = read_config(config) if config else {}
    listed, named = given.pop("inputs", None), given.pop("kind", "stories")
    asked = read_inputs(inputs) if inputs else inputs_of(listed, config)
    settings = given | {name: value for name, value in options.items() if value is not None}
    engine = open_engine()
    start = partial(engine.two_phase.start, user, asked, kind=kind or named, **settings)
    job = for_user(engine, user, start)
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        follow(
            engine,
            job,
            title="Two-phase training",
            ready=lambda: wait_until_served(engine),
            kept=lambda: engine.store.two_phases.count(job.id).accepted,
            as_json=as_json,
        )
    view = engine.two_phase.view(user, job.id)
    say_result(view, as_json=as_json, lines=lambda: lines_of(view))


def read_config(path: Path) -> dict[str, Any]:
    """The settings in a YAML file. Raises `InvalidInput`, naming the file."""
    try:
        data = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise InvalidInput(str(path), f"is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise InvalidInput(str(path), "must hold settings by their names")
    return data


def inputs_of(listed: Any, config: Path | None) -> list[Input]:
    """The inputs of a configuration: a list of texts, or a file beside it; none = the kind's own."""
    if listed is None:
        return []
    if isinstance(listed, str) and config is not None:
        return read_inputs(config.parent / listed)
    if isinstance(listed, list) and all(isinstance(each, str) for each in listed):
        return [Input(each.strip()) for each in listed]
    raise InvalidInput("inputs", "must be a list of texts or the name of a file")


def read_inputs(path: Path) -> list[Input]:
    """The inputs in a .txt or .jsonl file. Raises `InvalidInput` and `UnreadableFile`."""
    from engine.two_phase.request import read_inputs

    return read_inputs(path.name, read_text(path))


def lines_of(view: TwoPhaseView) -> str:
    """What came of both phases, for people."""
    progress, state = view.progress, view.state
    lines = [
        *state.notices,
        f"{state.teacher} wrote {view.written} texts: {progress.accepted} accepted "
        f"({progress.edited} of them edited), {progress.rejected} rejected.",
    ]
    for each in state.memory:
        lines.append(
            f"Memory {each.moment}: {each.uss_mb:,} MB used, models {each.models_mb:,} MB, "
            f"trainer {each.trainer_mb:,} MB."
        )
    if view.training and view.training.version:
        version = view.training.version
        lines.append(f"{version.label}: {version.verdict}")
    return "\n".join(lines)
