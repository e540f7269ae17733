"""Parameters that several commands have, and texts that come from a file or from stdin."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import InvalidInput

User = Annotated[str, typer.Option("--user", "-u", help="Whose shelf: the name in zega-<user>.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document, and errors as JSON on stderr.")
]
Which = Annotated[str, typer.Option("--which", help="kept (default), trainable or all examples.")]
OfKind = Annotated[str | None, typer.Option("--kind", help="Only of this kind, such as stories.")]
OfGenre = Annotated[str | None, typer.Option("--genre", "-g", help="Only of this genre.")]
OfSource = Annotated[
    str | None, typer.Option("--from", help="Only from this source, such as auto_train or import.")
]
TaskKind = Annotated[
    str, typer.Option("--kind", help="stories, epics, procedures, code, or one of your own.")
]
TextFile = Annotated[Path, typer.Argument(help="A UTF-8 text file; - reads standard input.")]


def read_text(path: Path) -> str:
    """The text of a file, or of stdin for `-`. Raises `InvalidInput`, naming the file."""
    return decoded(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """The content of a file, or of stdin for `-`. Raises `InvalidInput`, naming the file."""
    if str(path) == "-":
        if sys.stdin is None:
            raise InvalidInput("-", "cannot be read: standard input is closed")
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(str(path), f"cannot be read: {error.strerror}") from None


def decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(str(path), "is not UTF-8 text") from None
