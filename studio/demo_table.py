"""The closing table of the demo, and one text before and after."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return round(sum(numbers) / len(numbers), 2)


def show(console: Console, report: dict[str, Any], path: Path) -> None:
    """The closing table and one text before and after."""
    examples, training, evaluation = report["examples"], report["training"], report["evaluation"]
    low, high = evaluation["interval"]
    table = Table(title=f"{report['version']['name']} v{report['version']['number']}")
    table.add_column("What")
    table.add_column("Measured", justify="right")
    rows = [
        (
            "Examples kept of written",
            f"{examples['kept']} of {examples['kept'] + examples['rejected']}",
        ),
        ("Average quality (0-10)", f"{examples['average_quality']}"),
        ("Trained tokens per second", f"{training['tokens_per_second']}"),
        ("Training seconds", f"{training['seconds']}"),
        ("Held-out loss before", f"{evaluation['held_out_loss_before']:.3f}"),
        ("Held-out loss after", f"{evaluation['held_out_loss_after']:.3f}"),
        (f"Gain, 95 % interval (n = {evaluation['n']})", f"{low:+.3f} to {high:+.3f}"),
        (
            "Quality before → after",
            f"{evaluation['quality_before']} → {evaluation['quality_after']}",
        ),
        ("Adapter SHA-256", report["version"]["adapter_sha256"][:16] + "…"),
        ("Serving tokens per second", f"{report['serving']['tokens_per_second']}"),
        ("First token after (ms)", f"{report['serving']['time_to_first_token_ms']}"),
        ("Total seconds", f"{report['total_seconds']}"),
    ]
    for row in rows:
        table.add_row(*row)
    sample = report["samples"][0]
    console.print(table)
    console.print(f"\n[bold]{sample['prompt']}[/bold]", highlight=False)
    console.print(f"\n[bold]Before[/bold]\n{sample['before']}", highlight=False)
    console.print(f"\n[bold]After[/bold]\n{sample['after']}\n", highlight=False)
    console.print(evaluation["verdict"], highlight=False)
    console.print(f"Report: {path}", highlight=False)
