"""`zega write`: one text, streamed as it comes and saved like one from the Write page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from engine.domain.user import check_user_id
from studio.cli.options import AsJson, TaskKind, User, read_text
from studio.cli.output import say, say_result, verb
from studio.newcomers import for_user


@verb
def write(
    prompt: Annotated[str, typer.Argument(help="What it is about; - reads standard input.")],
    user: User,
    kind: TaskKind = "stories",
    genre: Annotated[str | None, typer.Option("--genre", "-g", help="One of the genres.")] = None,
    style: Annotated[str | None, typer.Option("--style", help="How it should be told.")] = None,
    writer: Annotated[
        Literal["teacher", "student", "t5"],
        typer.Option("--writer", help="The teacher, your zega, or your T5."),
    ] = "teacher",
    temperature: Annotated[
        float, typer.Option("--temperature", min=0.0, max=2.0, help="How freely it writes.")
    ] = 0.8,
    max_tokens: Annotated[
        int | None,
        typer.Option(
            "--max-tokens", min=1, max=2000, help="The longest answer; none = its kind's."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Repeats an answer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Have a text written; the draft is saved, and becomes an example with its score."""
    from engine.bootstrap import open_engine
    from engine.writing.begin import check_request
    from engine.writing.writer import Sampling
    from studio.background import background, wait_until_served

    engine = open_engine()
    asked = read_text(Path("-")) if prompt == "-" else prompt
    # What is wrong with it is said before anything is started, and nothing is kept until that is.
    check_user_id(user)
    check_request(engine.kinds.get(kind), asked, genre=genre, style=style)
    start = partial(engine.start_story, user, asked, genre=genre, style=style, kind=kind)
    most = max_tokens or engine.kinds.get(kind).length.tokens
    sampling = Sampling(temperature=temperature, max_tokens=most, seed=seed)
    with background(engine, ("model-server",), say=lambda line: say(line, as_json=as_json)):
        wait_until_served(engine)
        story = for_user(engine, user, start)
        writing = engine.write(user, story.id, writer=writer, sampling=sampling)
        for piece in writing:
            if not as_json:
                typer.echo(piece, nl=False)
    draft = writing.draft
    found = {
        "text": draft.text if draft else "",
        "model": writing.model_name,
        "words": len(draft.text.split()) if draft else 0,
        "seconds": round(draft.seconds, 2) if draft else 0.0,
        "score": draft.quality.score if draft else None,
        "parts": draft.quality.parts if draft else {},
        "reasons": draft.quality.reasons if draft else (),
        "story_id": story.id,
        "draft_id": draft.id if draft else None,
        "example_id": draft.example_id if draft else None,
    }
    say_result(found, as_json=as_json, lines=lambda: "")
    score = f"score {found['score']:.2f}" if draft else "too short to be saved"
    say(f"{found['model']}, {found['words']} words, {found['seconds']} s, {score}", as_json=as_json)
