"""`zega monitor`: a training from a terminal, line by line while it runs, or whether it goes well."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.domain.job import Job, JobKind, JobState
from engine.errors import InvalidInput, NotFound
from studio.cli.options import AsJson
from studio.cli.output import INTERRUPTED, as_document, say, say_result, verb

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.overview.run_report import RunReport

LATEST = "latest"
TRAINS = (JobKind.TRAINING, JobKind.TWO_PHASE)
MOST_WAIT = 3600.0


@verb
def monitor(
    run: Annotated[str, typer.Argument(help="A training's id, or `latest` with --user.")] = LATEST,
    user: Annotated[str, typer.Option("--user", "-u", help="Whose newest training.")] = "",
    interval: Annotated[float, typer.Option("--interval", help="Seconds between lines.")] = 30.0,
    health_check: Annotated[
        bool,
        typer.Option("--health-check", help="Say once what is wrong; exit code 1 if anything."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Watch a training until it has ended, or check its health. Ctrl-C leaves the training alone."""
    from engine.bootstrap import open_engine

    if not 0 < interval <= MOST_WAIT:
        raise InvalidInput("interval", f"must be above 0 and at most {MOST_WAIT:g} seconds")
    engine = open_engine()
    job = find_training(engine, run, user)
    if health_check:
        report = engine.overview.run(job.user_id, job.id)
        say_result(as_data(report), as_json=as_json, lines=lambda: "\n".join(health_lines(report)))
        raise typer.Exit(0 if report.is_well else 1)
    try:
        job = watch(engine, job, interval, as_json=as_json)
    except KeyboardInterrupt:
        say("Left. The training goes on.", as_json=as_json)
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(1 if job.state is JobState.FAILED else 0)


def find_training(engine: Engine, run: str, user: str) -> Job:
    """The training of that id, of that user where one is given. Raises NotFound and InvalidInput."""
    if run != LATEST:
        job = engine.job(user, run) if user else engine.store.jobs.get(run)
        if job.kind not in TRAINS:
            raise InvalidInput(
                "run", f"{run} is no training but a job of the kind {job.kind.value}"
            )
        return job
    if not user:
        raise InvalidInput("user", "must be given to find the latest training")
    trainings = [job for job in engine.jobs(user, limit=100) if job.kind in TRAINS]
    if not trainings:
        raise NotFound("training", LATEST)
    return trainings[0]


def watch(engine: Engine, job: Job, interval: float, *, as_json: bool) -> Job:
    """Print a line each interval, and what is wrong when it is new; the job once it has ended."""
    said: tuple[str, ...] = ()
    while True:
        job = engine.job(job.user_id, job.id)
        try:
            report = engine.overview.run(job.user_id, job.id)
        except NotFound:  # it waits for its turn, or its texts are being frozen
            typer.echo(waiting_line(job, as_json=as_json))
        else:
            typer.echo(json_line(as_data(report)) if as_json else progress_line(report))
            found = tuple(finding.sentence for finding in report.findings)
            if found != said and not as_json:
                for finding in report.findings:
                    typer.echo(f"  ! {finding.sentence} {finding.advice}")
            said = found
        if job.state.is_final:
            if job.error:
                say(job.error, as_json=as_json)
            return job
        sleep_while_it_runs(engine, job, interval)


def sleep_while_it_runs(engine: Engine, job: Job, interval: float) -> None:
    """Wait for the next line; less when the training ends before."""
    until = time.monotonic() + interval
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(1.0, left))
        if engine.job(job.user_id, job.id).state.is_final:
            return


def waiting_line(job: Job, *, as_json: bool) -> str:
    """A training before its first step."""
    data = {"run": job.id, "state": job.state.value, "stage": job.stage}
    return json_line(data) if as_json else f"{job.state.value}: {job.stage or 'waits for its turn'}"


def progress_line(report: RunReport) -> str:
    """E.g. `running: step 12 of 36, 0.85 steps/s, 310 tokens/s, runtime 0:00:14, …`."""
    data = as_data(report)
    parts = [f"step {data['step']} of {data['total_steps']}"]
    if data["steps_per_second"]:
        parts.append(f"{data['steps_per_second']:.2f} steps/s")
    if data["tokens_per_second"]:
        parts.append(f"{data['tokens_per_second']:,.0f} tokens/s")
    parts.append(f"runtime {clock(data['runtime_seconds'])}")
    if data["seconds_left"] and not report.job.state.is_final:
        parts.append(f"at most {clock(data['seconds_left'])} left")
    if data["loss"] is not None:
        parts.append(f"loss {data['loss']:.3f}")
    if data["best_step"] is not None:
        parts.append(f"best {data['best_validation_loss']:.3f} at step {data['best_step']}")
    return f"{data['state']}: {', '.join(parts)}"


def health_lines(report: RunReport) -> list[str]:
    """The state in a line, then everything that is wrong."""
    lines = [progress_line(report)]
    for finding in report.findings:
        lines.append(f"{finding.trouble.value}: {finding.sentence} {finding.advice}")
    if report.job.state is JobState.FAILED:
        lines.append(f"failed: {report.job.error}")
    return lines if len(lines) > 1 else [*lines, "Nothing wrong was found."]


def as_data(report: RunReport) -> dict[str, Any]:
    """What a program reads of a training."""
    curve = report.curve
    best = curve.best if curve else None
    return {
        "run": report.run.id,
        "user": report.run.user_id,
        "state": report.job.state.value,
        "stage": report.job.stage,
        "step": curve.last.step if curve else 0,
        "total_steps": report.run.total_steps,
        "epoch": curve.last.epoch if curve else 0.0,
        "steps_per_second": report.pace.steps_per_second,
        "tokens_per_second": curve.last.tokens_per_second if curve else None,
        "runtime_seconds": report.pace.seconds,
        "seconds_left": report.pace.seconds_left,
        "loss": curve.training[-1].value if curve and curve.training else None,
        "best_step": best.step if best else None,
        "best_validation_loss": best.value if best else None,
        "peak_memory_mb": report.peak_memory_mb,
        "gradient_norm": report.gradient_norm,
        "healthy": report.is_well,
        "findings": report.findings,
    }


def json_line(data: dict[str, Any]) -> str:
    """One JSON document on one line."""
    return json.dumps(json.loads(as_document(data)), ensure_ascii=False)


def clock(seconds: float) -> str:
    """Hours, minutes and seconds, e.g. `1:02:09`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
