"""`zega retrain-t5`: the T5 beside zega-<user>, trained anew on collected pairs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import InvalidInput
from studio.cli.jobs import follow
from studio.cli.options import AsJson, User
from studio.cli.output import say, say_result, verb

if TYPE_CHECKING:
    from engine.domain.version import Version
    from engine.training.estimate import TrainingEstimate

RECIPE = "t5"


@verb
def retrain_t5(
    user: User,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only pairs of this kind, such as epics.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a long run.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train a T5 of <user>'s own on collected pairs. Asks before a run of more than ten minutes."""
    from engine.bootstrap import open_engine
    from studio.background import background

    engine = open_engine()
    if kind is not None:
        engine.kinds.get(kind)
    expected = engine.trainings.estimate(user, RECIPE, kind=kind)
    say(estimate_line(expected), as_json=as_json)
    if expected.is_long and not yes:
        if as_json or not sys.stdin.isatty():
            raise InvalidInput(
                "yes", f"is needed for a run of about {minutes(expected)}: nothing was started"
            )
        typer.confirm("Train now?", abort=True, err=True)
    job = engine.start_training(user, RECIPE, kind=kind)
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        job = follow(engine, job, title="Training", as_json=as_json)
    version = engine.store.versions.by_id(job.result["version_id"])
    say_result(version, as_json=as_json, lines=lambda: version_lines(version))


def estimate_line(expected: TrainingEstimate) -> str:
    """E.g. `64 pairs, about 120,000 tokens: about 6 minutes (a first guess).`"""
    sure = "as the last one went" if expected.measured else "a first guess"
    return (
        f"{expected.examples:,} pairs, about {expected.tokens:,} tokens: about {minutes(expected)} "
        f"({sure})."
    )


def minutes(expected: TrainingEstimate) -> str:
    """Rounded up, because less than a minute is one, too."""
    count = max(1, -(-int(expected.seconds) // 60))
    return f"{count:,} minute{'' if count == 1 else 's'}"


def version_lines(version: Version) -> str:
    """A new version for people."""
    lines = [f"{version.label}: {version.verdict}"]
    if version.overlap:
        before, after = version.overlap["before"], version.overlap["after"]
        lines.append(
            f"ROUGE-L {before['rouge_l']:.1f} → {after['rouge_l']:.1f}, chrF {before['chrf']:.1f} → "
            f"{after['chrf']:.1f}, n = {after['rows']:.0f}."
        )
    return "\n".join(lines)
