"""`zega versions`, `zega activate`: what `zega-<user>` was, and which of it answers."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from engine.domain.version import Student
from engine.errors import InvalidInput
from studio.cli.options import AsJson, User
from studio.cli.output import say_result, verb

Number = Annotated[str, typer.Argument(help="A version's number, base, or t5-base.")]
T5_BASE = "t5-base"


@verb
def list_versions(user: User, as_json: AsJson = False) -> None:
    """List the versions of zega-<user> and of their T5, newest first."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    active = {version.id for each in Student if (version := engine.active_version(user, each))}
    rows = [
        {
            "number": version.number,
            "name": version.name,
            "student": version.student.value,
            "active": version.id in active,
            "created_at": version.created_at,
            "base_model": version.base_model,
            "recipe": version.recipe,
            "held_out_loss_before": version.gain.before,
            "held_out_loss_after": version.gain.after,
            "verdict": version.verdict,
            "adapter_sha256": version.adapter_sha256,
            "overlap": version.overlap,
        }
        for version in engine.versions(user)
    ]

    def lines() -> str:
        shown = [
            f"{'*' if row['active'] else ' '} v{row['number']}  {row['created_at']:%Y-%m-%d %H:%M}  "
            f"{row['name']}: {row['verdict']}"
            for row in rows
        ]
        has_zega = any(row["active"] for row in rows if row["student"] == Student.ZEGA)
        shown.append(f"{' ' if has_zega else '*'} base")
        return "\n".join(shown)

    say_result(rows, as_json=as_json, lines=lines)


@verb
def activate(version: Number, user: User, as_json: AsJson = False) -> None:
    """Let a version answer as the student it is of, or an untrained base; nothing is restarted."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    if version == T5_BASE:
        number, student = None, Student.T5
    else:
        given = version_of(version)
        number = None if given == "base" else given
        student = (
            Student.ZEGA if number is None else engine.store.versions.get(user, number).student
        )
    engine.activate(user, number, student)
    active = engine.active_version(user, student)
    label = active.label if active else version
    say_result({"active": label}, as_json=as_json, lines=lambda: f"{label} answers now.")


def version_of(text: str) -> Literal["base"] | int:
    """`base`, or the number in `3` or `v3`. Raises `InvalidInput`."""
    if text == "base":
        return "base"
    digits = text.removeprefix("v")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise InvalidInput("version", f"must be base or a number, got {text!r}")
    return int(digits)
