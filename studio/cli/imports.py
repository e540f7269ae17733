"""`zega import` and `zega imports …`: files become examples, and can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.jobs import follow
from studio.cli.options import AsJson, User, read_bytes
from studio.cli.output import say, say_result, verb

if TYPE_CHECKING:
    from engine.data.preview import FilePreview, ImportPreview
    from engine.domain.imports import FileReport, Import

app = typer.Typer(help="See what was imported, and take it back.", no_args_is_help=True)


@verb
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(help=".txt, .md, .docx, .epub, .jsonl, .csv or .parquet."),
    ],
    user: User,
    prompts: Annotated[
        str, typer.Option("--as", help="Prompts of passages: continuation, instruction or teacher.")
    ] = "continuation",
    author: Annotated[
        str, typer.Option("--author", help="Who wrote rows that do not say: teacher or person.")
    ] = "teacher",
    kind: Annotated[str, typer.Option("--kind", help="What they are, e.g. stories.")] = "stories",
    genre: Annotated[str | None, typer.Option("--genre", "-g", help="The genre of all.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would come of it and save nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make examples of manuscripts and rows. A file that cannot be read is named and left out."""
    from engine.bootstrap import open_engine
    from engine.data.readers import Upload
    from studio.background import background

    engine = open_engine()
    uploads = [Upload(str(path.absolute()), read_bytes(path)) for path in files]
    choices = {"prompts": prompts, "author": author, "kind": kind}
    if dry_run:
        preview = engine.imports.preview(user, uploads, genre=genre, **choices)
        say_result(as_document(preview), as_json=as_json, lines=lambda: preview_lines(preview))
        return
    found = engine.imports.add(user, uploads, genre=genre, **choices)
    names = ("model-server", "worker") if prompts == "teacher" else ("worker",)
    with background(engine, names, say=lambda line: say(line, as_json=as_json)):
        follow(
            engine,
            engine.job(user, found.id),
            title="Import",
            kept=lambda: engine.imports.get(user, found.id).accepted,
            as_json=as_json,
        )
    taken = engine.imports.get(user, found.id)
    refused = engine.imports.rejections(user, taken.id, limit=20)
    reasons = [
        f"  {taken.files[each.file].name}, row {each.row}: {each.reason}" for each in refused
    ]
    say_result(
        as_document(taken),
        as_json=as_json,
        lines=lambda: "\n".join([import_line(taken), *map(file_line, taken.files), *reasons]),
    )


@app.command(name="list")
@verb
def list_imports(
    user: User,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List imports, newest first."""
    from engine.bootstrap import open_engine

    found = open_engine().imports.list(user, limit=limit)
    say_result(
        {"imports": [as_document(each) for each in found]},
        as_json=as_json,
        lines=lambda: "\n".join(map(import_line, found)) or "Nothing was imported yet.",
    )


@app.command()
@verb
def undo(
    import_id: Annotated[str, typer.Argument(help="The import's id.", metavar="IMPORT_ID")],
    user: User,
    as_json: AsJson = False,
) -> None:
    """Remove the examples of an import, but for those that something else holds."""
    from engine.bootstrap import open_engine

    done = open_engine().imports.undo(user, import_id)
    stay = f" {done.staying} stay: a training set, an export or a decision holds them."
    say_result(
        done,
        as_json=as_json,
        lines=lambda: f"{done.removed} examples removed.{stay if done.staying else ''}",
    )


def as_document(found: Import | ImportPreview) -> dict[str, object]:
    """What programs read: the figures, then every field."""
    figures = {name: getattr(found, name) for name in ("read", "accepted", "rejected")}
    return figures | vars(found)


def import_line(found: Import) -> str:
    """An import in a line."""
    undone = ", undone" if found.undone_at else ""
    return (
        f"{found.id}  {found.created_at:%Y-%m-%d %H:%M}  {len(found.files)} files: "
        f"{found.read} read, {found.accepted} accepted, {found.rejected} refused{undone}."
    )


def file_line(file: FileReport | FilePreview) -> str:
    """A file in a line."""
    problem = f" Left out: {file.problem}." if file.problem else ""
    return f"  {file.name}: {file.accepted} accepted, {file.rejected} refused.{problem}"


def preview_lines(preview: ImportPreview) -> str:
    """What would come of an import, with the first sample of each file."""
    lines = [
        f"{len(preview.files)} files: {preview.read} read, {preview.accepted} would be accepted "
        f"({preview.words:,} words), {preview.rejected} refused. Nothing was saved."
    ]
    for file in preview.files:
        lines.append(file_line(file))
        lines += [
            f"    {sample.prompt[:90]!r} -> {sample.text[:60]!r}" for sample in file.samples[:1]
        ]
        lines += [f"    row {row.row}: {row.reason}" for row in file.refused]
    if preview.sends_to:
        lines.append(f"Saving sends every passage to {preview.sends_to}.")
    return "\n".join(lines)
