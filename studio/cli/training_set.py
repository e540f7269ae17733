"""`zega decontaminate`, `zega augment`: what a training leaves out, and what joins it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.jobs import follow
from studio.cli.options import AsJson, User
from studio.cli.output import say, say_result, verb

if TYPE_CHECKING:
    from engine.data.augmentation.augmentation import Augmented
    from engine.engine import Engine


@verb
def decontaminate(user: User, as_json: AsJson = False) -> None:
    """Show which rows the next training leaves out because they repeat held-out ones."""
    from engine.bootstrap import open_engine

    decontaminator = open_engine().decontaminator
    report = decontaminator.check(user)

    def lines() -> str:
        shown = [
            f"{leak.overlap.example_id}  {leak.why}: {leak.overlap.held_out.value} row "
            f"{leak.overlap.held_out_name}\n  {leak.text[:70]!r}\n  {leak.held_out_text[:70]!r}"
            for leak in decontaminator.leaks(user, report)
        ]
        parts = [f"{count} of {part}" for part, count in report.held_out.items()]
        said = (
            f"{len(report.removed)} of {report.compared} rows would be left out; compared with "
            f"{', '.join(parts) or 'no held-out rows'}."
        )
        return "\n".join([*shown, said, *([report.note] if report.note else [])])

    say_result(report, as_json=as_json, lines=lines)


@verb
def augment(
    user: User,
    share: Annotated[
        float, typer.Option("--share", help="Variants of all that is trained on, up to 0.5.")
    ] = 0.3,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", "-k", help="parameters, wording, names, prompt; none = all."),
    ] = None,
    teacher: Annotated[
        bool, typer.Option("--teacher", help="Have the teacher reword the prompts instead.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show them and save nothing.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Remove all variants that no training used.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Add variants of kept examples, which join the next training. They count as nothing else."""
    from engine.bootstrap import open_engine

    engine = open_engine()
    augmentation = engine.augmentation
    if undo:
        count = augmentation.undo(user)
        say_result({"removed": count}, as_json=as_json, lines=lambda: f"{count} are gone.")
        return
    if preview:
        proposal = augmentation.propose(user, share, kinds, seed=seed)
        say_result(
            proposal,
            as_json=as_json,
            lines=lambda: "\n".join(
                [
                    *(f"{each.kind}: {each.prompt[:90]!r}" for each in proposal.variants),
                    f"{len(proposal.variants)} of {proposal.wanted} that were wanted.",
                ]
            ),
        )
        return
    if teacher:
        have_reworded(engine, user, share, as_json=as_json)
    else:
        augmentation.save(user, share, kinds, seed=seed)
    state = augmentation.state(user)
    say_result(state, as_json=as_json, lines=lambda: state_lines(state))


def have_reworded(engine: Engine, user: str, share: float, *, as_json: bool) -> None:
    """Queue the job and follow it to its end."""
    from studio.background import background, wait_until_served

    job = engine.augmentation.start(user, share)
    with background(engine, say=lambda line: say(line, as_json=as_json)):
        follow(
            engine,
            job,
            title="Rewording",
            ready=lambda: wait_until_served(engine),
            kept=lambda: engine.job(user, job.id).done,
            as_json=as_json,
        )


def state_lines(state: Augmented) -> str:
    kinds = ", ".join(f"{name} {count}" for name, count in state.by_kind.items() if count)
    said = f"{state.variants} variants of {state.originals} originals: {state.share:.0%} of both."
    return f"{said} {kinds}." if kinds else said
