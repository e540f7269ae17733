"""`zega synthesize`: examples written from templates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from engine.errors import InvalidInput
from studio.cli.jobs import follow
from studio.cli.options import AsJson, TextFile, User, read_text
from studio.cli.output import say, say_result, verb
from studio.newcomers import for_user

if TYPE_CHECKING:
    from engine.data.synthesis import SyntheticResult, TemplatePreview


@verb
def synthesize(
    file: TextFile,
    user: User,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write what was accepted to this file.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show the first prompts; nothing is written.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Have the prompts of templates written, scored and kept. Ctrl-C stops it; what was kept stays."""
    from engine.bootstrap import open_engine
    from engine.data.templates import read_order
    from engine.domain.export import Selection, Which
    from studio.background import background, wait_until_served

    engine = open_engine()
    order = read_order(read_data(file))
    if preview:
        shown = engine.templates.preview(order)
        say_result(shown, as_json=as_json, lines=lambda: preview_lines(shown))
        return
    job = for_user(engine, user, lambda: engine.templates.start(user, order))
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        follow(
            engine,
            job,
            title="Writing from templates",
            ready=lambda: wait_until_served(engine),
            kept=lambda: engine.store.outcomes.summary(job.id).kept,
            as_json=as_json,
        )
    result = engine.templates.result(user, job.id)
    if out is not None and result.accepted:
        accepted = Selection(which=Which.ALL, job_id=job.id)
        engine.exports.write(user, result.output_format, out, accepted)
    say_result(result, as_json=as_json, lines=lambda: synthesis_lines(result))


def read_data(path: Path) -> Any:
    """What a YAML or JSON file says. Raises `InvalidInput`, naming the file."""
    text = read_text(path)
    try:
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())
        raise InvalidInput(str(path), f"is no YAML or JSON: {why}") from None


def preview_lines(shown: TemplatePreview) -> str:
    """The first prompts for people."""
    return "\n".join(
        [
            *shown.prompts,
            f"{shown.combinations:,} combinations, {shown.asked:,} texts would be written.",
        ]
    )


def synthesis_lines(result: SyntheticResult) -> str:
    """The closing figures for people."""
    return (
        f"Asked for {result.requested}: {result.accepted} accepted, {result.rejected} rejected, "
        f"{result.failed} without an answer. Average quality {result.average_quality:.2f} of 10, "
        f"in {result.total_time:.0f} s."
    )
