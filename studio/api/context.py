"""What every route gets: the engine of this process, and the log of who changed what."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from engine.engine import Engine

AUDIT_FILE = "audit.jsonl"


def _engine(connection: HTTPConnection) -> Engine:
    engine: Engine = connection.app.state.engine
    return engine


TheEngine = Annotated[Engine, Depends(_engine)]


class Audit:
    """Appends one JSON line for each operation on models and jobs: when, from where, who, what."""

    def __init__(self, home: Path, client: str) -> None:
        self._path = home / "logs" / AUDIT_FILE
        self._client = client

    def __call__(self, action: str, user_id: str, **details: str | int | None) -> None:
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "client": self._client,
            "action": action,
            "user_id": user_id,
        } | details
        try:
            self._path.parent.mkdir(exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:  # what was asked for is done; a full disk must not say otherwise
            logging.getLogger(__name__).error("the audit log cannot be written: %s", error)


def _audit(connection: HTTPConnection) -> Audit:
    client = connection.client.host if connection.client else "unknown"
    return Audit(_engine(connection).settings.home, client)


TheAudit = Annotated[Audit, Depends(_audit)]
