"""`zega stats`, `score`, `score-bench`, `calibrate`: figures of texts and of a taste."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from studio.cli.options import AsJson, TaskKind, TextFile, User, read_text
from studio.cli.output import say_result, verb


@verb
def stats(
    user: Annotated[
        str | None, typer.Option("--user", "-u", help="Whose examples; none = everybody's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what has been collected: how many examples, from whom, of which genres."""
    from engine.bootstrap import open_engine

    found = open_engine().get_stats(user)
    last = f"{found.last_updated:%Y-%m-%d %H:%M} UTC" if found.last_updated else "never"

    def counts(of: Mapping[str, int]) -> str:
        return ", ".join(f"{name} {count}" for name, count in of.items()) or "none"

    say_result(
        found,
        as_json=as_json,
        lines=lambda: "\n".join(
            [
                f"{found.total_examples} examples, {found.kept} kept, {found.trainable} trainable.",
                f"Average quality {found.average_quality:.2f} of 10. Last updated: {last}.",
                f"By generator: {counts(found.by_generator)}.",
                f"By genre: {counts(found.by_genre)}.",
                f"By kind: {counts(found.by_kind)}.",
            ]
        ),
    )


@verb
def score(
    file: TextFile,
    kind: TaskKind = "stories",
    genre: Annotated[str | None, typer.Option("--genre", "-g", help="What it should be.")] = None,
    prompt: Annotated[str, typer.Option("--prompt", help="What was asked for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Score a text from 0 to 10, with the parts of the score and what lowered it."""
    from engine.bootstrap import open_engine

    found = open_engine().score(read_text(file), kind, genre, prompt)
    say_result(
        found,
        as_json=as_json,
        lines=lambda: "\n".join(
            [
                f"{found.score:.2f} of 10: {'would be kept' if found.kept else 'not kept'}.",
                *(f"  {name:<11} {mark:5.2f}" for name, mark in found.parts.items()),
                *found.reasons,
            ]
        ),
    )


@verb
def score_bench(
    folder: Annotated[Path, typer.Argument(help="Novels, one .txt each.")],
    seed: Annotated[int, typer.Option("--seed", help="Other passages, spoiled otherwise.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Measure the score on novels: is a passage ranked above the same passage spoiled?"""
    from engine.bootstrap import open_engine

    found = open_engine().score_bench(folder, seed=seed)

    def line(name: str, share: float | None) -> str:
        return f"  {name:<18} {'cannot be made' if share is None else format(share, '.3f')}"

    say_result(
        found,
        as_json=as_json,
        lines=lambda: "\n".join(
            [
                f"{found.texts} passages of {len(found.books)} novels. Ranked above:",
                *(line(name, share) for name, share in found.pairwise.items()),
                f"Clean passages below 7: {found.false_alarm_rate:.1%}.",
                "Median change of the score: "
                f"{found.shift['renamed']:.2f} renamed, {found.shift['half']:.2f} halved.",
            ]
        ),
    )


@verb
def calibrate(
    user: User,
    accept: Annotated[bool, typer.Option("--accept", help="Take the suggested threshold.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Go back to the one before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the score with what this user accepted and rejected, and suggest a threshold."""
    from engine.bootstrap import open_engine

    calibration = open_engine().calibration
    found = calibration.look(user)
    if accept:
        calibration.accept_suggested(user)
    elif back:
        calibration.go_back(user)
    threshold = calibration.threshold(user)

    def lines() -> str:
        shown = [found.finding, f"Texts are kept from {threshold:g} on."]
        if found.suggested is not None and not accept:
            shown.append(f"Suggested: {found.suggested.threshold:g}. --accept takes it.")
        return "\n".join(shown)

    say_result(asdict(found) | {"threshold": threshold}, as_json=as_json, lines=lines)
