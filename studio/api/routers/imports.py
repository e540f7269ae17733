"""Files that become examples: what they would give, taking them in, and taking that back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from engine.data.pairs import Prompts
from engine.data.readers import MOST_FILES, Upload
from engine.domain.example import Author
from studio.api.context import TheAudit, TheEngine
from studio.api.routers.auto_train import accepted
from studio.api.schemas import USER_ID, AcceptedBody, UserQuery

router = APIRouter(prefix="/api/training", tags=["data"])

ImportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="The id of its job.")]
Name = Annotated[str, Form(max_length=64)]


class FileBody(BaseModel):
    """One file. Accepted and rejected rows are all that were read."""

    model_config = ConfigDict(from_attributes=True)
    name: str
    kind: str
    encoding: str
    read: int
    accepted: int
    rejected: int
    problem: str = Field(description="Why it, or the rest of it, cannot be read; empty if it can.")


class SampleBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    prompt: str
    text: str


class RefusedBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    row: int
    reason: str


class FilePreviewBody(FileBody):
    words: int
    samples: list[SampleBody]
    refused: list[RefusedBody] = Field(description="The first of them.")


class PreviewBody(BaseModel):
    """What an import would come to. Nothing was saved."""

    model_config = ConfigDict(from_attributes=True)
    read: int
    accepted: int
    rejected: int
    words: int
    sends_to: str = Field(description="Teachers elsewhere that passages would be sent to.")
    files: list[FilePreviewBody]


class ImportBody(BaseModel):
    """An import as it is now; its id is that of its job."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    created_at: Any
    prompts: Prompts
    read: int
    accepted: int
    rejected: int
    note: str
    undone_at: Any
    files: list[FileBody]


class ImportsBody(BaseModel):
    imports: list[ImportBody]


class RejectionBody(BaseModel):
    file: str
    row: int
    reason: str


class RejectionsBody(BaseModel):
    rejections: list[RejectionBody]


class UndoneBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    removed: int
    staying: int = Field(description="Held by a training set, an export or a decision.")


DRY: dict[int | str, dict[str, Any]] = {
    200: {"model": PreviewBody, "description": "What would come of it; only with `dry_run`."}
}


@router.post("/import", status_code=202, response_model=AcceptedBody, responses=DRY)
def import_files(
    engine: TheEngine,
    audit: TheAudit,
    files: Annotated[list[UploadFile], Field(max_length=MOST_FILES)],
    user_id: Annotated[str, Form(pattern=USER_ID)],
    prompts: Annotated[Prompts, Form()] = Prompts.CONTINUATION,
    author: Annotated[Author, Form(description="Of rows that do not say.")] = Author.TEACHER,
    kind: Name = "stories",
    genre: Annotated[str | None, Form(max_length=64)] = None,
    dry_run: Annotated[bool, Form()] = False,
) -> JSONResponse:
    """Make examples of manuscripts and rows. It goes on by itself; the answer says where to look."""
    uploads = [Upload(file.filename or "", file.file.read()) for file in files]
    choices = {"prompts": prompts.value, "author": author.value, "kind": kind}
    if dry_run:
        found = engine.imports.preview(user_id, uploads, genre=genre, **choices)
        body = PreviewBody.model_validate(found)
        return JSONResponse(body.model_dump(mode="json"))
    taken = engine.imports.add(user_id, uploads, genre=genre, **choices)
    audit("import", user_id, job_id=taken.id, files=len(taken.files))
    return accepted(engine.job(user_id, taken.id))


@router.get("/imports", response_model=ImportsBody)
def list_imports(
    engine: TheEngine,
    user_id: UserQuery,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ImportsBody:
    """The user's imports, newest first."""
    found = engine.imports.list(user_id, limit=limit, offset=offset)
    return ImportsBody(imports=[ImportBody.model_validate(each) for each in found])


@router.get("/imports/{import_id}/rejections", response_model=RejectionsBody)
def rejections(
    import_id: ImportId,
    engine: TheEngine,
    user_id: UserQuery,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> RejectionsBody:
    """The rows that were refused, in the order of files and rows."""
    files = engine.imports.get(user_id, import_id).files
    found = engine.imports.rejections(user_id, import_id, limit=limit, offset=offset)
    return RejectionsBody(
        rejections=[
            RejectionBody(file=files[each.file].name, row=each.row, reason=each.reason)
            for each in found
        ]
    )


@router.delete("/imports/{import_id}", response_model=UndoneBody)
def undo(import_id: ImportId, engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> UndoneBody:
    """Remove the examples of an import, but for those that something else holds."""
    done = engine.imports.undo(user_id, import_id)
    audit("undo_import", user_id, job_id=import_id, removed=done.removed)
    return UndoneBody.model_validate(done)
