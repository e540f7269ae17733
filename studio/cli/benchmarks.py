"""`zega benchmarks …`: sets of prompts to measure models by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.options import AsJson, User, read_bytes
from studio.cli.output import say_result, verb
from studio.newcomers import for_user

app = typer.Typer(help="Add prompts of your own to measure models by.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The benchmark's name.")]
JsonLines = Annotated[Path, typer.Argument(help="Rows as JSON lines; - reads standard input.")]


@app.command()
@verb
def add(name: Name, file: JsonLines, user: User, as_json: AsJson = False) -> None:
    """Add a benchmark: one JSON object a line, with prompt, reference, label, genre, kind."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    data = read_bytes(file)
    found = for_user(engine, user, lambda: engine.benchmarks.add(user, name, data))
    say_result(
        found,
        as_json=as_json,
        lines=lambda: (
            f"{found.name}: {found.rows:,} rows, {found.references:,} with a reference, "
            f"{found.labels:,} with a label. Training leaves out what repeats them."
        ),
    )


@app.command(name="list")
@verb
def list_benchmarks(user: User, as_json: AsJson = False) -> None:
    """List the benchmarks of a user."""
    from engine.bootstrap import open_engine

    found = open_engine().benchmarks.all(user)
    say_result(
        found,
        as_json=as_json,
        lines=lambda: (
            "\n".join(f"{each.rows:6,}  {each.name}" for each in found) or "No benchmarks yet."
        ),
    )


@app.command()
@verb
def remove(name: Name, user: User, as_json: AsJson = False) -> None:
    """Forget a benchmark, and what was measured on it."""
    from engine.bootstrap import open_engine

    open_engine().benchmarks.remove(user, name)
    say_result({"removed": name}, as_json=as_json, lines=lambda: f"{name} is forgotten.")
