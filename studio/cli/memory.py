"""`zega memory …`: what a user's memory holds, and what it recalls."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import InvalidInput
from studio.cli.options import AsJson, TextFile, User, decoded, read_bytes, read_text
from studio.cli.output import as_document, say, say_result, verb
from studio.newcomers import for_user

app = typer.Typer(help="Remember texts, recall and forget them.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="Its id, as `zega memory list` shows it.")]
Scope = Annotated[str, typer.Option("--scope", help="own, or training for generated examples.")]


@app.command()
@verb
def remember(
    file: TextFile,
    user: User,
    title: Annotated[str, typer.Option("--title", help="What it is called; none = its name.")] = "",
    scope: Scope = "own",
    as_json: AsJson = False,
) -> None:
    """Cut a text into passages and keep those that are new. Files: .txt, .md, .docx, .epub."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    data = read_bytes(file)
    if title or str(file) == "-":
        text = decoded(data, file)
        keep = partial(engine.memory.remember, user, text, title=title, scope=scope)
    else:
        keep = partial(engine.memory.upload, user, file.name, data, scope=scope)
    found = for_user(engine, user, keep)
    say_kept(len(found.passages), found.merged, found.waiting, as_json=as_json)


def say_kept(new: int, merged: int, waiting: int, *, as_json: bool) -> None:
    say_result(
        {"new": new, "merged": merged, "waiting": waiting},
        as_json=as_json,
        lines=lambda: (
            f"{new} new passages, {merged} were there already, {waiting} not indexed yet."
        ),
    )


@app.command()
@verb
def recall(
    query: Annotated[str, typer.Argument(help="What is to be written.")],
    user: User,
    k: Annotated[int, typer.Option("--k", help="How many passages, 1 to 100.")] = 5,
    scope: Scope = "own",
    as_json: AsJson = False,
) -> None:
    """Show which passages would be recalled for a text, with their scores."""
    from engine.bootstrap import open_engine
    from studio.background import background, when_ready

    engine = open_engine()
    names = ("model-server", "memory")
    with background(engine, names, say=lambda line: say(line, as_json=as_json)):
        found = when_ready(lambda: engine.memory.recall(user, query, k=k, scopes=[scope]))

    def lines() -> str:
        shown = [
            f"{'pinned' if each.score is None else f'{each.score:6.3f}'}  {each.passage.id}  "
            f"{each.passage.text[:80]!r}"
            for each in found
        ]
        return "\n".join(shown) or "Nothing is recalled for this."

    say_result(found, as_json=as_json, lines=lines)


@app.command(name="list")
@verb
def list_passages(
    user: User,
    contains: Annotated[str, typer.Option("--contains", help="Words it must hold.")] = "",
    limit: Annotated[int, typer.Option("--limit", help="How many at most.")] = 50,
    offset: Annotated[int, typer.Option("--offset", help="How many to pass over.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List passages, newest first."""
    from engine.bootstrap import open_engine

    memory = open_engine().memory
    page = memory.passages(user, contains=contains, limit=limit, offset=offset)

    def lines() -> str:
        shown = [f"{each.id}  {each.type.value:<6}  {each.text[:80]!r}" for each in page.passages]
        return "\n".join([*shown, f"{len(shown)} of {page.total} passages."])

    say_result(page, as_json=as_json, lines=lines)


@app.command()
@verb
def edit(
    passage: Which,
    user: User,
    text: Annotated[
        Path | None, typer.Option("--text", help="A UTF-8 file with its new words; - reads stdin.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Its new title.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change a passage's words, its title or both."""
    from engine.bootstrap import open_engine

    if text is None and title is None:
        raise InvalidInput("--text", "or --title is needed, or both")
    words = None if text is None else read_text(text)
    changed = open_engine().memory.edit(user, passage, text=words, title=title)
    say_result(changed, as_json=as_json, lines=lambda: f"{passage} is changed.")


@app.command()
@verb
def pin(
    passage: Which,
    user: User,
    off: Annotated[bool, typer.Option("--off", help="Only where it fits, again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recall a passage for every text."""
    from engine.bootstrap import open_engine

    changed = open_engine().memory.pin(user, passage, not off)
    said = "for every text" if changed.pinned else "where it fits"
    say_result(changed, as_json=as_json, lines=lambda: f"{passage} is recalled {said}.")


@app.command()
@verb
def switch(
    passage: Which,
    user: User,
    off: Annotated[bool, typer.Option("--off", help="Recall it for nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Switch a passage on again, or off without forgetting it."""
    from engine.bootstrap import open_engine

    changed = open_engine().memory.switch(user, passage, not off)
    said = "on" if changed.active else "off"
    say_result(changed, as_json=as_json, lines=lambda: f"{passage} is switched {said}.")


@app.command()
@verb
def forget(
    passage: Annotated[list[str], typer.Argument(help="Ids of passages.")],
    user: User,
    as_json: AsJson = False,
) -> None:
    """Remove passages for good, and say what remains of them elsewhere."""
    from engine.bootstrap import open_engine

    found = open_engine().memory.forget(user, passage)
    say_result(
        found,
        as_json=as_json,
        lines=lambda: f"{found.count} passages are gone. {found.remaining.sentence}",
    )


@app.command(name="export")
@verb
def export_passages(
    user: User,
    out: Annotated[Path | None, typer.Option("--out", help="A file; none = stdout.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write every passage as JSON lines; with --json and no file, as one list."""
    from engine.bootstrap import open_engine

    lines = open_engine().memory.export(user)
    passages = lines.removesuffix("\n").split("\n") if lines else []
    if out is not None:
        out.write_text(lines, encoding="utf-8")
        found = {"passages": len(passages), "place": str(out)}
        say_result(found, as_json=as_json, lines=lambda: f"{len(passages)} passages are in {out}.")
    elif as_json:
        typer.echo(as_document([json.loads(line) for line in passages]))
    else:
        typer.echo(lines, nl=False)


@app.command(name="import")
@verb
def import_passages(file: TextFile, user: User, as_json: AsJson = False) -> None:
    """Take in what `zega memory export` wrote."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    data = read_bytes(file)
    found = for_user(engine, user, lambda: engine.memory.import_(user, data))
    say_kept(len(found.passages), found.merged, found.waiting, as_json=as_json)


@app.command()
@verb
def rebuild(
    user: Annotated[
        str | None, typer.Option("--user", "-u", help="Whose index; none = everybody's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the index anew from the database."""
    from engine.bootstrap import open_engine
    from studio.background import background, when_ready

    engine = open_engine()
    names = ("model-server", "memory")
    with background(engine, names, say=lambda line: say(line, as_json=as_json)):
        count = when_ready(lambda: engine.memory.rebuild(user))
    say_result({"indexed": count}, as_json=as_json, lines=lambda: f"{count} passages are indexed.")
