"""Secrets this machine makes for itself: one a file in the home folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def read_or_make(path: Path) -> str:
    """The secret in this file; 256 random bits, written once, when there is no such file yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made readable by its owner alone, and linked when whole: of two processes one wins.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(name, path)
        Path(name).unlink()
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < 20:
        raise RuntimeError(f"{path} holds no secret. Delete it: a new one is made.")
    return secret
