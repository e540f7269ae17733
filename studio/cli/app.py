"""The commands, put together; what each does is said where it is."""

from __future__ import annotations

import typer

from studio.cli import (
    arena,
    benchmarks,
    budget,
    evaluate,
    exports,
    going_on,
    imports,
    jobs,
    keywords,
    lineage,
    measure,
    memory,
    monitor,
    processes,
    retrain_t5,
    schedule,
    snapshots,
    templates,
    training,
    training_set,
    two_phase,
    versions,
    write,
)
from studio.cli.usage import Commands

app = typer.Typer(
    cls=Commands,
    help="ZEGA Studio: write, keep what is good, train your own small model.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
app.command()(write.write)
app.command(name="auto-train")(jobs.auto_train)
app.command()(training.train)
app.command()(training.update)
app.command()(going_on.stop)
app.command()(going_on.resume)
app.command()(monitor.monitor)
app.command(name="retrain-t5")(retrain_t5.retrain_t5)
app.command(name="two-phase")(two_phase.two_phase)
app.command(name="versions")(versions.list_versions)
app.command()(versions.activate)
app.command()(measure.stats)
app.command()(measure.score)
app.command(name="score-bench")(measure.score_bench)
app.command()(evaluate.evaluate)
app.command()(measure.calibrate)
app.command()(training_set.decontaminate)
app.command()(training_set.augment)
app.command()(exports.export)
app.command(name="import")(imports.import_files)
app.command()(templates.synthesize)
app.add_typer(arena.app, name="arena")
app.add_typer(memory.app, name="memory")
app.add_typer(imports.app, name="imports")
app.add_typer(keywords.app, name="keywords")
app.add_typer(benchmarks.app, name="benchmarks")
app.add_typer(budget.app, name="budget")
app.add_typer(schedule.app, name="schedule")
app.add_typer(snapshots.app, name="snapshots")
app.command()(lineage.lineage)
app.command()(lineage.erase)
app.command()(processes.run)
app.command()(processes.serve)
app.command()(processes.worker)
app.command()(processes.demo)


def main() -> None:
    """Entry point of the process."""
    app(prog_name="zega")
