"""`zega keywords …`: lists of words that texts must not lose, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import InvalidInput
from studio.cli.options import (
    AsJson,
    OfGenre,
    OfKind,
    OfSource,
    TextFile,
    User,
    Which,
    read_text,
)
from studio.cli.output import say_result, verb
from studio.newcomers import for_user

if TYPE_CHECKING:
    from engine.data.keywords import Coverage

app = typer.Typer(help="Keep lists of keywords and see what texts lose.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The list's name.")]
SHOWN = 20


@app.command()
@verb
def add(name: Name, file: TextFile, user: User, as_json: AsJson = False) -> None:
    """Add keywords, one a line or as CSV, to a list that is made if it is new."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    text = read_text(file)
    found = for_user(engine, user, lambda: engine.keywords.add(user, name, text))
    count = len(found.list.keywords)
    say_result(
        {
            "name": found.list.name,
            "keywords": count,
            "added": found.added,
            "duplicates": found.duplicates,
        },
        as_json=as_json,
        lines=lambda: (
            f"{found.list.name}: {count} keywords, {found.added} of them new; "
            f"{found.duplicates} were there already."
        ),
    )


@app.command(name="list")
@verb
def list_lists(
    user: User,
    name: Annotated[str | None, typer.Option("--name", help="One list, with its words.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the keyword lists, or the keywords of one."""
    from engine.bootstrap import open_engine

    keywords = open_engine().keywords
    if name is not None:
        found = keywords.get(user, name)
        say_result(found, as_json=as_json, lines=lambda: "\n".join(found.keywords))
        return
    lists = keywords.all(user)
    say_result(
        [{"name": each.name, "keywords": len(each.keywords)} for each in lists],
        as_json=as_json,
        lines=lambda: (
            "\n".join(f"{len(each.keywords):6,}  {each.name}" for each in lists) or "No lists yet."
        ),
    )


@app.command()
@verb
def remove(
    name: Name,
    user: User,
    keyword: Annotated[
        list[str] | None, typer.Argument(help="Words to take out; none = the whole list.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take keywords out of a list, or forget the whole list."""
    from engine.bootstrap import open_engine

    open_engine().keywords.remove(user, name, keyword or ())
    what = f"{len(keyword)} of its keywords" if keyword else "the list"
    say_result({"removed": keyword or name}, as_json=as_json, lines=lambda: f"{name}: {what} left.")


@app.command()
@verb
def report(
    name: Name,
    user: User,
    source: Annotated[
        Path | None, typer.Option("--source", help="A text file; none = the prompts.")
    ] = None,
    text: Annotated[
        Path | None, typer.Option("--text", help="What was made of it; none = the examples.")
    ] = None,
    which: Which = "kept",
    kind: OfKind = None,
    genre: OfGenre = None,
    example_source: OfSource = None,
    as_json: AsJson = False,
) -> None:
    """Count which keywords of a source its answer kept: of two files, or of all examples."""
    from engine.bootstrap import open_engine
    from engine.data.exports import selection_of

    keywords = open_engine().keywords
    if (source is None) != (text is None):
        raise InvalidInput("source", "and text belong together: give both, or neither")
    if source is not None and text is not None:
        found = keywords.report(user, name, read_text(source), read_text(text))
    else:
        chosen = selection_of(which=which, kind=kind, genre=genre, source=example_source)
        found = keywords.report_examples(user, name, chosen)
    say_result(found, as_json=as_json, lines=lambda: report_lines(found))


def report_lines(found: Coverage) -> str:
    """A coverage report for people."""
    if found.share is None:
        return f"None of the {found.keywords:,} keywords is in the source."
    lines = [
        f"{found.kept:,} of {found.occurrences:,} occurrences kept ({found.share:.1%}), "
        f"of {len(found.uses):,} keywords out of {found.keywords:,}, with {found.variants:,} variants.",
        *(
            f"  {use.kept:5,} of {use.occurrences:5,}  {use.keyword}"
            for use in found.uses[:SHOWN]
            if use.kept < use.occurrences
        ),
    ]
    if found.missing:
        more = f" and {len(found.missing) - SHOWN:,} more" if len(found.missing) > SHOWN else ""
        lines.append(f"Lost altogether: {', '.join(found.missing[:SHOWN])}{more}.")
    return "\n".join(lines)
