"""Training sets, threads from version to row, and erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from engine.domain.snapshot import Split
from engine.lineage.views import ListedSnapshot, Row
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import Body, UserId, UserQuery

router = APIRouter(prefix="/api/data", tags=["data"])

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
IdQuery = Annotated[str, Query(pattern=r"^[0-9a-f]{32}$")]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


class UserBody(Body):
    user_id: UserId


class SnapshotBody(BaseModel):
    """A frozen training set."""

    id: str
    created_at: datetime
    sha256: str = Field(description="Over ids, parts and texts of all rows.")
    train: int
    validation: int
    test: int
    erased: int = Field(description="Rows whose text was erased since.")
    versions: list[str] = Field(description="What was trained on it.")


class RowBody(BaseModel):
    """One row of a training set; of an erased one no words are left."""

    example_id: str
    part: Split
    prompt: str
    completion: str
    source: str
    genre: str | None
    score: float
    erased: bool


class ChangeBody(BaseModel):
    added: int
    removed: int
    moved: int


class MovedBody(BaseModel):
    example_id: str
    before: Split
    after: Split


class DiffBody(BaseModel):
    """What changed from one training set to another. Lists hold ids of examples."""

    before: str
    after: str
    added: list[str]
    removed: list[str]
    moved: list[MovedBody]
    changed: list[str] = Field(description="In both, with other words.")
    same: int
    tables: dict[str, dict[str, ChangeBody]] = Field(
        description="Counts by source, genre, kind, author and score."
    )


class VerificationBody(BaseModel):
    intact: bool
    rows: int
    changed: list[str]
    erased: list[str]
    unknown: int = Field(description="Rows from before each had a hash.")
    sentence: str


class JobBody(BaseModel):
    job_id: str


@router.get("/snapshots", response_model=list[SnapshotBody])
def list_snapshots(
    engine: TheEngine, user_id: UserQuery, limit: Limit = 50, offset: Offset = 0
) -> list[SnapshotBody]:
    """Frozen training sets, newest first."""
    found = engine.lineage.snapshots(user_id, limit=limit, offset=offset)
    return [_snapshot(each) for each in found]


@router.post("/snapshots", response_model=SnapshotBody, status_code=201)
def freeze(request: UserBody, engine: TheEngine, audit: TheAudit) -> SnapshotBody:
    """Freeze everything trainable now, without training on it."""
    made = engine.lineage.freeze(request.user_id)
    audit("freeze", request.user_id, snapshot=made.id)
    return _snapshot(engine.lineage.snapshots(request.user_id, limit=1)[0])


@router.get("/snapshots/diff", response_model=DiffBody)
def diff(engine: TheEngine, user_id: UserQuery, before: IdQuery, after: IdQuery) -> object:
    """Which rows came, went, moved or were reworded from one training set to another."""
    return engine.lineage.diff(user_id, before, after)


@router.get("/snapshots/{snapshot_id}/rows", response_model=list[RowBody])
def rows(
    snapshot_id: Id,
    engine: TheEngine,
    user_id: UserQuery,
    part: Split | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[RowBody]:
    """One page of a training set's rows, with their texts."""
    found = engine.lineage.rows(user_id, snapshot_id, part, limit=limit, offset=offset)
    return [_row(each) for each in found]


@router.get("/snapshots/{snapshot_id}/verify", response_model=VerificationBody)
def verify(snapshot_id: Id, engine: TheEngine, user_id: UserQuery) -> object:
    """Compute the hash again, and name the rows that differ."""
    return engine.lineage.verify(user_id, snapshot_id)


@router.post("/snapshots/{snapshot_id}/train", response_model=JobBody, status_code=202)
def train(snapshot_id: Id, request: UserBody, engine: TheEngine, audit: TheAudit) -> JobBody:
    """Queue a training on this frozen set."""
    job = engine.lineage.train(request.user_id, snapshot_id)
    audit("train", request.user_id, snapshot=snapshot_id, job=job.id)
    return JobBody(job_id=job.id)


def _snapshot(listed: ListedSnapshot) -> SnapshotBody:
    counts = listed.counts
    return SnapshotBody(
        id=counts.id,
        created_at=counts.created_at,
        sha256=counts.sha256,
        train=counts.train,
        validation=counts.validation,
        test=counts.test,
        erased=counts.erased,
        versions=[version.label for version in listed.versions],
    )


def _row(row: Row) -> RowBody:
    example = row.example
    return RowBody(
        example_id=example.id,
        part=row.split,
        prompt=example.prompt,
        completion=example.completion,
        source=example.source.value,
        genre=example.genre,
        score=example.quality.score,
        erased=example.erased_at is not None,
    )
