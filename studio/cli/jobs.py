"""`zega auto-train`, and how every command follows long work to its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from engine.domain.job import Job, JobState
from engine.errors import EngineError, NoWorker
from engine.jobs.waiting import check_ended_well
from studio.cli.options import AsJson, TaskKind, User
from studio.cli.output import INTERRUPTED, job_bar, say, say_error, say_result, verb
from studio.newcomers import for_user

if TYPE_CHECKING:
    from engine.domain.version import Version
    from engine.engine import Engine
    from engine.views import AutoTrainResult


@verb
def auto_train(
    user: User,
    num: Annotated[int, typer.Option("--num", "-n", help="How many examples, 1 to 500.")],
    genre: Annotated[
        list[str] | None,
        typer.Option("--genre", "-g", help="A genre; may be repeated. None = a random mix."),
    ] = None,
    kind: TaskKind = "stories",
    store_in_memory: Annotated[
        bool, typer.Option("--store-in-memory", help="Remember what is kept, apart from your own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Have examples written, scored and kept. Ctrl-C stops it; what was kept stays."""
    from engine.bootstrap import open_engine
    from studio.background import background, wait_until_served

    engine = open_engine()
    # Asked for before anything is started: what is wrong with it is said at once.
    mix = dict.fromkeys(genre or (), 1.0)
    start = partial(
        engine.start_auto_train, user, num, mix, store_in_memory=store_in_memory, kind=kind
    )
    job = for_user(engine, user, start)
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        follow(
            engine,
            job,
            title="Auto-training",
            ready=lambda: wait_until_served(engine),
            kept=lambda: engine.store.outcomes.summary(job.id).kept,
            as_json=as_json,
        )
    result = engine.auto_train_result(user, job.id)
    say_result(result, as_json=as_json, lines=lambda: auto_train_lines(result))


def follow(
    engine: Engine,
    job: Job,
    *,
    title: str,
    as_json: bool,
    ready: Callable[[], None] = lambda: None,
    kept: Callable[[], int] = lambda: 0,
) -> Job:
    """The job once it has succeeded. Ctrl-C cancels it, waits until it has stopped and ends the
    command with exit code 130; a second Ctrl-C does not wait. A job that cannot be begun (`ready`
    raises) is cancelled, so that it does not come back later unasked; one that nobody takes waits.
    """
    with job_bar(title, as_json=as_json) as show:
        try:
            ready()
            job = engine.wait(job.user_id, job.id, show)
            interrupted = False
        except KeyboardInterrupt:
            say("Stopping; everything kept so far is safe.", as_json=as_json)
            engine.cancel(job.user_id, job.id)
            job = engine.wait(job.user_id, job.id, show)
            interrupted = True
        except NoWorker:
            raise
        except Exception:
            engine.cancel(job.user_id, job.id)
            raise
    try:
        check_ended_well(job, kept=kept())
    except EngineError as error:
        if interrupted and job.state is JobState.CANCELLED:
            say_error(error, as_json=as_json)
            raise typer.Exit(INTERRUPTED) from None
        raise
    return job


def auto_train_lines(result: AutoTrainResult) -> str:
    """The closing figures for people."""
    genres = [f"{name} {count}" for name, count in result.genre_distribution.items() if count]
    stats = result.training_stats
    return "\n".join(
        [
            f"Asked for {result.total_requested}: {result.successful} written, "
            f"{result.kept} kept, {result.rejected} rejected, {result.failed} without an answer.",
            f"Average quality {result.average_quality:.2f} of 10, in {result.total_time:.0f} s.",
            f"Genres: {', '.join(genres) or 'none'}.",
            f"{stats.training_examples} kept since the last training; "
            + (
                "ready for the next."
                if result.ready_for_finetuning
                else f"{stats.examples_until_next_training} more start the next by themselves."
            ),
        ]
    )


def train_lines(version: Version) -> str:
    """A new version for people."""
    return f"{version.label}: {version.verdict}"
