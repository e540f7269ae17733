"""`zega run`, `serve`, `worker`, `demo`: commands that stay until they are stopped or done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.settings import load_settings
from studio.cli.output import verb


@verb
def run() -> None:
    """Start the studio and everything behind it; Ctrl-C stops it all."""
    from studio.supervisor import supervise

    supervise(load_settings())


@verb
def serve() -> None:
    """Start the web door alone: pages and programs' access, nothing behind them."""
    from studio.supervisor import CHILDREN, WEB, supervise

    supervise(load_settings(), [child for child in CHILDREN if child.name == WEB])


@verb
def worker() -> None:
    """Start everything behind the web door: jobs, the model server, the memory."""
    from studio.supervisor import CHILDREN, WEB, supervise

    supervise(load_settings(), [child for child in CHILDREN if child.name != WEB])


@verb
def demo(
    text: Annotated[
        Path | None, typer.Argument(help="A text of your own to train on instead.")
    ] = None,
) -> None:
    """The main job without a browser: generate, keep, train, prove, serve, compare."""
    from studio.demo import run_demo

    run_demo(load_settings(), text)
