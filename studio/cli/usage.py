"""Wrong usage as JSON, where a command is asked for JSON."""

from __future__ import annotations

from typing import Any

import typer
from typer._click.exceptions import UsageError
from typer.core import TyperGroup

from studio.cli.output import as_document

ASKED = "zega.json"


class Commands(TyperGroup):
    """All commands: what is called wrongly ends with exit code 2, and with one document for programs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta[ASKED] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            if not ctx.meta[ASKED]:
                raise
            document = {"code": "invalid_usage", "message": error.format_message()}
            typer.echo(as_document(document), err=True)
            raise typer.Exit(error.exit_code) from None
