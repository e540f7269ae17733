"""`zega evaluate`: a model measured on a text, on held-out rows, on the frozen set or on a benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.errors import InvalidInput, NotFound
from studio.cli.jobs import follow
from studio.cli.options import AsJson, User, read_text
from studio.cli.output import as_document, say, say_result, verb
from studio.cli.training import Config, Output, read_config, tell_report
from studio.cli.versions import version_of

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.evaluation.findings import Findings

MARKDOWN, JSON = ".md", ".json"


@verb
def evaluate(
    user: User,
    version: Annotated[
        str,
        typer.Option(
            "--version",
            help="A version's number, or base; none = the active one. Without --text and --config also "
            "teacher, or a provider's name.",
        ),
    ] = "",
    text: Annotated[
        Path | None, typer.Option("--text", help="A UTF-8 text file; - reads stdin.")
    ] = None,
    config: Config = None,
    output: Output = None,
    rival: Annotated[
        str | None, typer.Option("--rival", help="Who is measured beside it, named alike.")
    ] = None,
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", help="A benchmark in place of the frozen set.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write all findings here: .md or .json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model on the frozen set or a benchmark; or on a text, or by a configuration."""
    from engine.bootstrap import open_engine

    beside = {"--rival": rival, "--benchmark": benchmark, "--report": report}
    check_options(text, config, output, beside)
    engine = open_engine()
    if config is not None:
        by_configuration(engine, user, version, config, output, as_json=as_json)
    elif text is not None:
        on_text(engine, user, version, text, as_json=as_json)
    else:
        model = version or str(active_number(engine, user))
        on_set(engine, user, model, rival, benchmark, report, as_json=as_json)


def check_options(
    text: Path | None, config: Path | None, output: Path | None, beside: dict[str, Any]
) -> None:
    """Raise `InvalidInput` for options that do not belong together."""
    if text is not None and config is not None:
        raise InvalidInput("--text", "and --config exclude each other: name one")
    if output is not None and config is None:
        raise InvalidInput("--output", "is for --config; a report of the frozen set: --report")
    given = next((name for name, value in beside.items() if value is not None), None)
    if given and (text or config):
        raise InvalidInput(given, "is for neither --text nor --config")
    report = beside["--report"]
    if report is not None and report.suffix.lower() not in (MARKDOWN, JSON):
        raise InvalidInput("--report", f"must end in {MARKDOWN} or {JSON}, got {report.name!r}")


def by_configuration(
    engine: Engine, user: str, version: str, config: Path, output: Path | None, *, as_json: bool
) -> None:
    """The version beside its base on held-out rows."""
    number = version_of(version) if version else None
    if number == "base":
        raise InvalidInput("--version", "must be a number: a report has the base beside it")
    found = engine.trainings.report(user, read_config(engine, config), number)
    tell_report(found, output, as_json=as_json)


def on_text(engine: Engine, user: str, version: str, text: Path, *, as_json: bool) -> None:
    """The loss on a text."""
    chosen = version_of(version) if version else active_number(engine, user)
    loss = engine.evaluate(user, chosen, read_text(text))
    say_result(
        loss,
        as_json=as_json,
        lines=lambda: (
            f"Loss {loss.loss_per_token:.4f} nats a token, perplexity {loss.perplexity:.2f}, "
            f"n = {loss.tokens:,} tokens."
        ),
    )


def on_set(
    engine: Engine,
    user: str,
    model: str,
    rival: str | None,
    benchmark: str | None,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    """All figures of a model on the frozen set or a benchmark, measured by the worker."""
    from engine.evaluation.findings import as_json as as_plain
    from engine.evaluation.markdown import as_markdown
    from engine.evaluation.report import write_whole
    from studio.background import background, wait_until_served

    job = engine.evaluations.measure(user, model, rival=rival, benchmark=benchmark)
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        job = follow(
            engine,
            job,
            title="Evaluation",
            ready=lambda: wait_until_served(engine),
            as_json=as_json,
        )
    result = job.result
    found = engine.evaluations.findings(
        user, result["evaluation_id"], result["rival_evaluation_id"]
    )
    plain = as_plain(found)
    if report is not None:
        is_page = report.suffix.lower() == MARKDOWN
        write_whole(report, as_markdown(found) if is_page else as_document(plain) + "\n")
    say_result(plain, as_json=as_json, lines=lambda: findings_lines(found))


def findings_lines(found: Findings) -> str:
    """The figures for people, a sentence each."""
    from engine.evaluation.measures import difference_sentence, sentence

    lines = [f"{found.evaluation.model}:"]
    lines += [f"  {sentence(*each)}" for each in found.figures.measures.items()]
    if found.beside is not None:
        lines.append(f"Against {found.beside.evaluation.model}:")
        lines += [
            f"  {difference_sentence(*each)}" for each in found.beside.differences.measures.items()
        ]
    return "\n".join(lines)


def active_number(engine: Engine, user: str) -> int:
    """The number of the version that answers. Raises `NotFound`."""
    active = engine.active_version(user)
    if active is None:
        raise NotFound("active version of", user)
    return active.number
