"""`zega schedule …`: what starts by itself, every day or at a number of new examples."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engine.automation.train_at import check_train_at
from engine.domain.schedule import Schedule
from engine.engine import Engine
from engine.errors import InvalidInput
from studio.cli.options import AsJson, User
from studio.cli.output import say_result, verb
from studio.newcomers import for_user

app = typer.Typer(help="What starts by itself: daily texts, and trainings.", no_args_is_help=True)


@app.command()
@verb
def show(user: User, as_json: AsJson = False) -> None:
    """Show when the next training and the next daily auto-training start by themselves."""
    from engine.bootstrap import open_engine

    _say(open_engine(), user, as_json=as_json)


@app.command(name="set")
@verb
def set_schedule(
    user: User,
    at: Annotated[str | None, typer.Option("--at", help="Time of day, such as 03:00.")] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", help="Whose clock, such as Europe/Paris; UTC at first.")
    ] = None,
    num: Annotated[
        int | None, typer.Option("--num", "-n", help="Texts a day, 1 to 500; 20 at first.")
    ] = None,
    genre: Annotated[
        list[str] | None,
        typer.Option("--genre", "-g", help="A genre; may be repeated. random = a random mix."),
    ] = None,
    favourite: Annotated[
        str | None, typer.Option("--favourite", help="A saved mix of genres, by its name.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="What is written.")] = None,
    store_in_memory: Annotated[
        bool | None,
        typer.Option("--store-in-memory/--no-store-in-memory", help="Remember what is kept."),
    ] = None,
    paused: Annotated[
        bool | None, typer.Option("--pause/--resume", help="Let no turn come until resumed.")
    ] = None,
    train_at: Annotated[
        str | None,
        typer.Option("--train-at", help="New examples that start a training; 0, or default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set what is named of the daily schedule, and when trainings start; the rest stays."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    given = {
        "at": at,
        "zone": zone,
        "num_examples": num,
        "mix": _mix(engine, user, genre, favourite),
        "kind": kind,
        "store_in_memory": store_in_memory,
        "paused": paused,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    number = None if train_at is None else _number(train_at)
    if not changes and train_at is None:
        raise InvalidInput("options", "name nothing to set: see zega schedule set --help")
    if changes:
        for_user(engine, user, lambda: engine.automation.set_schedule(user, **changes))
    if train_at is not None:
        for_user(engine, user, lambda: engine.automation.set_train_at(user, number))
    _say(engine, user, as_json=as_json)


@app.command()
@verb
def remove(user: User, as_json: AsJson = False) -> None:
    """Remove the daily schedule; a job that it started goes on."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    engine.automation.remove_schedule(user)
    _say(engine, user, as_json=as_json)


def _mix(
    engine: Engine, user: str, genres: list[str] | None, favourite: str | None
) -> dict[str, float] | None:
    """The mix that was asked for; None leaves it as it is. Raises `InvalidInput`."""
    if favourite is not None:
        saved = engine.favourites.list(user)
        if favourite not in saved:
            raise InvalidInput(
                "favourite", f"must be of {', '.join(saved) or 'none that is saved'}"
            )
        return saved[favourite]
    if genres == ["random"]:
        return {}
    return dict.fromkeys(genres, 1.0) if genres else None


def _number(text: str) -> int | None:
    """The number that was typed, None for the default. Raises `InvalidInput`."""
    if text == "default":
        return None
    try:
        number = int(text)
    except ValueError:
        raise InvalidInput("train_at", f"must be a number or default, got {text!r}") from None
    return check_train_at(number)


def _say(engine: Engine, user: str, *, as_json: bool) -> None:
    ready, schedule = engine.readiness(user), engine.automation.schedule(user)
    found = {
        "train_at": ready.train_at,
        "examples": ready.examples,
        "until_next": ready.until_next,
        "schedule": schedule,
    }

    def lines() -> str:
        shown = ["Trainings start only when asked for."]
        if ready.train_at:
            more = f"{ready.examples} are there, {ready.until_next} more start one"
            shown = [f"A training starts at {ready.train_at} new examples: {more}."]
        return "\n".join([*shown, *_schedule_lines(engine, user, schedule)])

    say_result(found, as_json=as_json, lines=lines)


def _schedule_lines(engine: Engine, user: str, schedule: Schedule | None) -> list[str]:
    """The schedule and its last run for people."""
    if schedule is None:
        return ["No texts are written every day."]
    mix = ", ".join(f"{name} {weight:g}" for name, weight in schedule.mix.items()) or "random mix"
    shown = [
        f"Every day at {schedule.at} ({schedule.zone}): {schedule.num_examples} {schedule.kind}, {mix}.",
        f"Next: {schedule.next_at:%Y-%m-%d %H:%M} UTC." if schedule.next_at else "Paused.",
    ]
    if schedule.last is not None:
        job = engine.automation.last_job(user, schedule)
        came = (
            f"skipped. {schedule.last.skipped}" if job is None else f"{job.state.value}, {job.id}."
        )
        late = " (late: the studio was closed)" if schedule.last.is_late else ""
        shown.append(f"Last: {schedule.last.at:%Y-%m-%d %H:%M} UTC{late}: {came}")
    return shown
