"""Examples as files for other programs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from engine.data.exports import selection_of
from engine.domain.example import Source
from engine.domain.export import Selection, Which
from engine.engine import Engine
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import UserQuery

router = APIRouter(prefix="/api/training/examples", tags=["data"])

Format = Annotated[
    str,
    Query(max_length=40, description="jsonl, csv, parquet, chat, collected or seq2seq."),
]
Name = Annotated[str | None, Query(max_length=64)]


@router.get("/export", response_class=FileResponse)
def export(
    engine: TheEngine,
    audit: TheAudit,
    user_id: UserQuery,
    format: Format = "jsonl",
    which: Annotated[Which, Query(description="How far examples must have come.")] = Which.KEPT,
    kind: Name = None,
    genre: Name = None,
    source: Annotated[Source | None, Query()] = None,
) -> FileResponse:
    """The user's examples in one file; a zip where the form has several."""
    selection = selection_of(which=which, kind=kind, genre=genre, source=source)
    audit("export", user_id, format=format)
    return file_of(engine, user_id, format, selection)


def file_of(engine: Engine, user_id: str, format: str, selection: Selection) -> FileResponse:
    """An export as an answer; its file is gone once it was sent."""
    files = ExitStack()
    path = files.enter_context(
        engine.exports.as_file(user_id, format, selection, place="download by a program")
    )
    return FileResponse(path, filename=path.name, background=BackgroundTask(files.close))
