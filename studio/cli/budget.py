"""`zega budget …`: what teachers cost, and how much they may."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from engine.domain.budget import Usage
from engine.errors import InvalidInput
from studio.cli.options import AsJson, User
from studio.cli.output import say_result, verb
from studio.newcomers import for_user

app = typer.Typer(help="What teachers cost, and how much they may.", no_args_is_help=True)


@app.command()
@verb
def show(user: User, as_json: AsJson = False) -> None:
    """Show what was spent this month and today, on whom, and the caps."""
    from engine.bootstrap import open_engine

    found = open_engine().budget.spending(user)

    def line(name: str, used: Usage) -> str:
        return f"{name}: {used.tokens:,} tokens, {used.money:,.4f} {found.currency}"

    def lines() -> str:
        capped = {name: value for name, value in asdict(found.caps).items() if value is not None}
        shown = [line("This month", found.month), line("Today", found.today)]
        shown += [line(f"  {name}", used) for name, used in found.by_generator.items()]
        if found.month.bounded:
            shown.append(f"Of them {found.month.bounded:,} tokens at most: nobody told how many.")
        shown += [f"Cap {name}: {value:,}" for name, value in capped.items()] or ["No caps."]
        return "\n".join(shown)

    say_result(found, as_json=as_json, lines=lines)


@app.command(name="set")
@verb
def set_caps(
    user: User,
    month_tokens: Annotated[str | None, typer.Option(help="Tokens a month; none lifts it.")] = None,
    month_money: Annotated[str | None, typer.Option(help="Money a month; none lifts it.")] = None,
    day_tokens: Annotated[str | None, typer.Option(help="Tokens a day; none lifts it.")] = None,
    day_money: Annotated[str | None, typer.Option(help="Money a day; none lifts it.")] = None,
    job_tokens: Annotated[str | None, typer.Option(help="Tokens a job; none lifts it.")] = None,
    job_money: Annotated[str | None, typer.Option(help="Money a job; none lifts it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set the caps that are named; the others stay as they are."""
    from engine.bootstrap import open_engine

    named = {
        "month_tokens": month_tokens,
        "month_money": month_money,
        "day_tokens": day_tokens,
        "day_money": day_money,
        "job_tokens": job_tokens,
        "job_money": job_money,
    }
    changes = {name: number(name, text) for name, text in named.items() if text is not None}
    engine = open_engine()
    found = for_user(engine, user, lambda: engine.budget.set_caps(user, **changes))
    say_result(
        found,
        as_json=as_json,
        lines=lambda: "\n".join(
            f"{name}: {'no cap' if value is None else f'{value:,}'}"
            for name, value in asdict(found).items()
        ),
    )


def number(name: str, text: str) -> float | None:
    """The cap that was typed; `none` lifts it. Raises `InvalidInput`."""
    if text.lower() == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(name, f"must be a number or none, got {text!r}") from None


@app.command()
@verb
def prices(as_json: AsJson = False) -> None:
    """Show the list of prices, and what each teacher that was set up costs."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    known = engine.budget.prices
    teachers = {each.generator: known.of(each) for each in engine.teachers.providers()}
    found = {"currency": known.currency, "teachers": teachers, "list": known.listed()}

    def lines() -> str:
        shown = [f"{known.currency} for a million tokens read / written"]
        for name, price in teachers.items():
            costs = f"{price.read:g} / {price.written:g} ({price.source})" if price else "unknown"
            shown.append(f"{name}: {costs}")
        for line in known.listed():
            shown.append(
                f"  {line['host']}/{line['model']}: {line['read']:g} / {line['written']:g}"
            )
        return "\n".join(shown)

    say_result(found, as_json=as_json, lines=lines)
