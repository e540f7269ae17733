"""`zega arena ratings`: what a user's blind votes say about models."""

from __future__ import annotations

from dataclasses import asdict

import typer

from studio.cli.options import AsJson, OfGenre, User
from studio.cli.output import say_result, verb

app = typer.Typer(help="What blind votes say about models.", no_args_is_help=True)


@app.command()
@verb
def ratings(user: User, genre: OfGenre = None, as_json: AsJson = False) -> None:
    """Show each model's points with their interval, and how each two did against each other."""
    from engine.bootstrap import open_engine

    found = open_engine().arena.ratings(user, genre)
    sentences = {each.model: found.sentence(each) for each in found.standings}

    def lines() -> str:
        shown = [f"{found.votes} votes.", *sentences.values()]
        shown += [
            f"{each.one} against {each.other}: {each.won} won, {each.tied} tied, {each.lost} lost, "
            f"{each.both_bad} both bad."
            for each in found.meetings
        ]
        return "\n".join(shown)

    say_result(asdict(found) | {"sentences": sentences}, as_json=as_json, lines=lines)
