"""What commands print: results on stdout, everything else on stderr, errors with a code to copy."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from functools import wraps
from typing import Any, ParamSpec

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from engine.domain.job import Job
from engine.errors import EngineError, InvalidInput, StorageUnavailable
from models.errors import ModelError
from rag.errors import RagError

Parameters = ParamSpec("Parameters")

INTERRUPTED = 130


def verb(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """A command whose errors become one line, or JSON with `--json`, and exit code 1."""

    @wraps(command)
    def run(*arguments: Parameters.args, **options: Parameters.kwargs) -> None:
        as_json = bool(options.get("as_json", False))
        try:
            check_texts(options)
            command(*arguments, **options)
        except (EngineError, ModelError, RagError) as error:
            say_error(error, as_json=as_json)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read the output has left: typer ends the command
            say_error(StorageUnavailable(error), as_json=as_json)
        else:
            return
        raise typer.Exit(1)

    return run


def check_texts(options: Mapping[str, object]) -> None:
    """Raise `InvalidInput` for a parameter whose bytes are no text, naming it."""
    for name, value in options.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and any("\ud800" <= sign <= "\udfff" for sign in text):
                raise InvalidInput(name, "is not UTF-8 text")


def say_error(error: EngineError | ModelError | RagError, *, as_json: bool) -> None:
    """An error that can be acted on, on stderr."""
    if as_json:
        typer.echo(as_document({"code": error.code, "message": str(error)}), err=True)
    else:
        typer.secho(f"{error} [{error.code}]", fg=typer.colors.RED, err=True)


def say_result(value: Any, *, as_json: bool, lines: Callable[[], str]) -> None:
    """A result on stdout: a JSON document, or lines for people."""
    typer.echo(as_document(value) if as_json else lines())


def say(line: str, *, as_json: bool) -> None:
    """A line beside the result, for people only, on stderr."""
    if not as_json:
        typer.echo(line, err=True)


def as_document(value: Any) -> str:
    """A dataclass, or plain data, as indented JSON; times in ISO 8601."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return json.dumps(plain, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@contextmanager
def job_bar(title: str, *, as_json: bool) -> Iterator[Callable[[Job], None]]:
    """A progress bar on stderr that follows a job; nothing is drawn where nobody sees it."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=as_json or not sys.stderr.isatty(),
    ) as progress:
        bar = progress.add_task(title, total=None)

        def show(job: Job) -> None:
            progress.update(
                bar,
                description=job.stage or f"{title}: waiting for its turn",
                completed=job.done,
                total=job.total or None,
            )

        yield show
