"""`zega snapshots …`: frozen training sets, what is in them and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.options import AsJson, User
from studio.cli.output import say_result, verb

if TYPE_CHECKING:
    from engine.lineage.views import ListedSnapshot, SnapshotDiff

app = typer.Typer(help="Frozen training sets: list, compare, verify.", no_args_is_help=True)

Snapshot = Annotated[str, typer.Argument(help="A snapshot's id.")]


@app.command(name="list")
@verb
def list_snapshots(
    user: User,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List frozen training sets, newest first, with what was trained on them."""
    from engine.bootstrap import open_engine

    found = open_engine().lineage.snapshots(user, limit=limit)
    rows = [
        {
            "id": each.counts.id,
            "created_at": each.counts.created_at,
            "sha256": each.counts.sha256,
            "train": each.counts.train,
            "validation": each.counts.validation,
            "test": each.counts.test,
            "erased": each.counts.erased,
            "versions": [version.label for version in each.versions],
        }
        for each in found
    ]
    say_result(rows, as_json=as_json, lines=lambda: "\n".join(map(line_of, found)) or "None yet.")


def line_of(listed: ListedSnapshot) -> str:
    counts = listed.counts
    erased = f", {counts.erased} erased" if counts.erased else ""
    versions = ", ".join(version.label for version in listed.versions)
    return (
        f"{counts.id}  {counts.created_at:%Y-%m-%d %H:%M}  {counts.train} train, "
        f"{counts.validation} validation, {counts.test} test{erased}  {versions}"
    ).rstrip()


@app.command()
@verb
def freeze(user: User, as_json: AsJson = False) -> None:
    """Freeze everything trainable now, without training on it."""
    from engine.bootstrap import open_engine

    found = open_engine().lineage.freeze(user)
    rows = len(found.rows)
    say_result(
        {"id": found.id, "sha256": found.sha256, "rows": rows},
        as_json=as_json,
        lines=lambda: f"{found.id}: {rows} rows are frozen.",
    )


@app.command()
@verb
def verify(snapshot: Snapshot, user: User, as_json: AsJson = False) -> None:
    """Compute a training set's hash again, and name the rows that differ."""
    from engine.bootstrap import open_engine

    found = open_engine().lineage.verify(user, snapshot)
    say_result(
        found,
        as_json=as_json,
        lines=lambda: "\n".join(
            [
                found.sentence,
                *(f"  changed {each}" for each in found.changed),
                *(f"  erased  {each}" for each in found.erased),
            ]
        ),
    )


@app.command()
@verb
def diff(
    before: Annotated[str, typer.Argument(help="The earlier snapshot's id.")],
    after: Annotated[str, typer.Argument(help="The later snapshot's id.")],
    user: User,
    as_json: AsJson = False,
) -> None:
    """Show which rows came, went, moved or were reworded from one training set to another."""
    from engine.bootstrap import open_engine

    found = open_engine().lineage.diff(user, before, after)
    say_result(found, as_json=as_json, lines=lambda: "\n".join(diff_lines(found)))


def diff_lines(found: SnapshotDiff) -> list[str]:
    lines = [
        f"{len(found.added)} added, {len(found.removed)} removed, {len(found.moved)} moved, "
        f"{len(found.changed)} reworded, {found.same} the same."
    ]
    for name, values in found.tables.items():
        lines += [
            f"  {name:<7} {value:<16} +{change.added} -{change.removed} moved {change.moved}"
            for value, change in values.items()
        ]
    lines += [f"+ {each}" for each in found.added]
    lines += [f"- {each}" for each in found.removed]
    lines += [f"> {each.example_id} {each.before} → {each.after}" for each in found.moved]
    return lines + [f"~ {each}" for each in found.changed]
