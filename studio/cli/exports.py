"""`zega export`: examples that leave as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.options import AsJson, OfGenre, OfKind, OfSource, User, Which
from studio.cli.output import say_result, verb


@verb
def export(
    user: User,
    out: Annotated[Path, typer.Option("--out", help="The file, or the folder of several files.")],
    format: Annotated[
        str,
        typer.Option("--format", help="jsonl, csv, parquet, chat, collected or seq2seq."),
    ] = "jsonl",
    which: Which = "kept",
    kind: OfKind = None,
    genre: OfGenre = None,
    source: OfSource = None,
    as_json: AsJson = False,
) -> None:
    """Write examples to a file in a form that other programs read."""
    from engine.bootstrap import open_engine
    from engine.data.exports import selection_of

    chosen = selection_of(which=which, kind=kind, genre=genre, source=source)
    found = open_engine().exports.write(user, format, out, chosen)
    say_result(
        found,
        as_json=as_json,
        lines=lambda: f"{found.examples:,} examples are in {found.place}.",
    )
