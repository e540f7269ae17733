"""`zega …`: the studio's verbs from a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import EngineError
from engine.settings import load_settings
from models.errors import ModelError

app = typer.Typer(help="ZEGA Studio: write, keep what is good, train your own small model.")


@app.command()
def demo(
    text: Annotated[
        Path | None, typer.Argument(help="A text of your own to train on instead.")
    ] = None,
) -> None:
    """The main job without a browser: generate, keep, train, prove, serve, compare."""
    from studio.demo import run_demo

    run_demo(load_settings(), text)


@app.command()
def run() -> None:
    """Start the studio and everything behind it; Ctrl-C stops it all."""
    from studio.supervisor import supervise

    supervise(load_settings())


def main() -> None:
    """Entry point: errors people can act on become one line and exit code 1."""
    try:
        app()
    except (EngineError, ModelError) as error:
        typer.secho(f"{error} [{error.code}]", fg=typer.colors.RED, err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
