"""`zega lineage`, `zega erase`: what a version learned, where a text went, and how to be rid of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import InvalidInput
from studio.cli.options import AsJson, User
from studio.cli.output import say, say_result, verb
from studio.cli.versions import version_of

if TYPE_CHECKING:
    from engine.domain.erasure import Erasure, ErasurePlan
    from engine.lineage.views import ExampleLineage, VersionLineage


@verb
def lineage(
    user: User,
    version: Annotated[str, typer.Option("--version", help="A version's number.")] = "",
    example: Annotated[str, typer.Option("--example", help="An example's id.")] = "",
    as_json: AsJson = False,
) -> None:
    """Follow the thread: what a version was trained on, or where an example went."""
    from engine.bootstrap import open_engine

    if bool(version) == bool(example):
        raise InvalidInput("version", "or example must be given, and not both")
    engine = open_engine()
    if example:
        thread = engine.lineage.of_example(user, example)
        say_result(thread, as_json=as_json, lines=lambda: "\n".join(example_lines(thread)))
        return
    number = version_of(version)
    if number == "base":
        raise InvalidInput("version", "must be a number: the base was not trained here")
    found = engine.lineage.of_version(user, number)
    say_result(found, as_json=as_json, lines=lambda: "\n".join(version_lines(found)))


def version_lines(found: VersionLineage) -> list[str]:
    parts = Counter(part.value for _, part in found.snapshot.rows)
    lines = [
        f"{found.version.label}, made {found.version.created_at:%Y-%m-%d %H:%M} from "
        f"{found.version.base_model} by recipe {found.version.recipe}"
        + (
            ", quarantined: it learned a text that was erased"
            if found.version.quarantined_at
            else ""
        ),
        f"run      {found.run.id}",
        f"snapshot {found.snapshot.id}: {', '.join(f'{count} {part}' for part, count in parts.items())}"
        + (f", {found.erased} erased since" if found.erased else ""),
    ]
    return lines + [f"  {part.value:<10} {example_id}" for example_id, part in found.snapshot.rows]


def example_lines(found: ExampleLineage) -> list[str]:
    example = found.example
    lines = [f"{example.id}, {example.source.value} by {example.author.value}"]
    if example.erased_at:
        lines.append(f"erased    {example.erased_at:%Y-%m-%d %H:%M}")
    lines += [f"snapshot  {id} ({part.value})" for id, part in found.parts.items()]
    lines += [f"run       {run.id}" for run in found.runs]
    lines += [f"learned   {version.label}" for version in found.versions]
    lines += [f"measured  {version.label}" for version in found.measured]
    lines += [f"active    {found.active}"] if found.active else []
    lines += [f"variant   of {found.variant_of}"] if found.variant_of else []
    lines += [f"variant   {each}" for each in found.variants]
    lines += [f"repeats   {each}" for each in found.repeats]
    lines += [f"draft     {each.draft_id} of story {each.story_id}" for each in found.drafts]
    lines += [f"passage   {each.id}" for each in found.passages]
    return lines + [f"export    {each.place} ({each.format})" for each in found.exports]


@verb
def erase(
    user: User,
    example: Annotated[
        list[str] | None, typer.Option("--example", help="An example's id; may be repeated.")
    ] = None,
    import_id: Annotated[str, typer.Option("--import", help="Everything of this import.")] = "",
    phrase: Annotated[str, typer.Option("--phrase", help="Every text with these words.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be reached.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase texts wherever they lie, and shut the versions that learned them. There is no way back."""
    from engine.bootstrap import open_engine

    verbs = open_engine().lineage
    verbs.finish_erasures()
    plan = verbs.plan_erasure(user, example or (), import_id=import_id, phrase=phrase)
    if dry_run:
        say_result(plan, as_json=as_json, lines=lambda: "\n".join(plan_lines(plan)))
        return
    if not yes:
        if as_json:
            raise InvalidInput("yes", "or dry-run must be given together with --json")
        say("\n".join(plan_lines(plan)), as_json=False)
        if not plan.is_empty:
            typer.confirm("Erase all of this for good?", abort=True, err=True)
    done = verbs.erase(plan)
    say_result(done, as_json=as_json, lines=lambda: done_line(done))


def plan_lines(plan: ErasurePlan) -> list[str]:
    if plan.is_empty:
        return ["No text of yours holds this: nothing would be erased."]
    lines = [
        f"{each.noun.value:<9} {each.id}  {each.why.value}: {each.label}" for each in plan.reached
    ]
    lines += [f"deleted   {path}" for path in plan.files]
    return lines + [f"elsewhere {place}: yours to delete" for place in plan.elsewhere]


def done_line(done: Erasure) -> str:
    counts = ", ".join(f"{len(ids)} {noun}s" for noun, ids in done.reached.items())
    if done.finished_at is None:
        return f"Erased: {counts}. A training on it is being stopped; its files go then."
    return f"Erased: {counts}. `zega train --user {done.user_id}` trains on what remains."
