"""`zega …`: the studio's verbs from a terminal, one noun a file.

A command reads its arguments, calls one verb of the engine and prints what came of it. The engine is
imported where a command runs, so that `zega --help` answers at once; no command imports torch.
"""

from studio.cli.app import app, main

__all__ = ["app", "main"]
