"""`zega stop`, `zega resume`: a training that ends with what it has, or goes on after it ended."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.jobs import follow, train_lines
from studio.cli.options import AsJson, User
from studio.cli.output import say, say_result, verb

JobId = Annotated[str, typer.Argument(help="The id of the training's job.")]


@verb
def stop(job_id: JobId, user: User, as_json: AsJson = False) -> None:
    """End a running training after its present step and make its best weights a version."""
    from engine.bootstrap import open_engine
    from engine.jobs import going_on

    job = going_on.stop(open_engine(), user, job_id)
    say_result(job, as_json=as_json, lines=lambda: "It ends after its present step.")


@verb
def resume(
    job_id: JobId,
    user: User,
    fork: Annotated[
        bool, typer.Option("--fork", help="Go on although the environment has changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a training that was cancelled or failed, from its newest checkpoint."""
    from engine.bootstrap import open_engine
    from engine.jobs import going_on
    from studio.background import background

    engine = open_engine()
    job = going_on.resume(engine, user, job_id, fork=fork)
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        job = follow(engine, job, title="Training", as_json=as_json)
    version = engine.store.versions.by_id(job.result["version_id"])
    say_result(version, as_json=as_json, lines=lambda: train_lines(version))
