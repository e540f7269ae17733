"""Versions of a user's own model: which there are, which one answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from engine.domain.version import Student, Version
from engine.engine import Engine
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import UserQuery

router = APIRouter(prefix="/api/training/versions", tags=["versions"])

Number = Annotated[int, Path(ge=0, le=1_000_000, description="A version's number; 0 = the base.")]


class VersionBody(BaseModel):
    """One version of `zega-<user_id>`, or of the user's T5."""

    number: int
    name: str
    student: Student = Field(description="zega, or t5: one version of each is active.")
    base_model: str
    recipe: str
    created_at: datetime
    verdict: str = Field(description="Why it is active or waits.")
    active: bool
    sha256: str = Field(description="Of the file that is served.")
    job_id: str = Field(description="The training that made it.")
    overlap: dict[str, dict[str, float]] = Field(
        description="ROUGE-L and chrF (0-100) of a T5's answers before and after, over `rows` texts."
    )


class VersionsBody(BaseModel):
    versions: list[VersionBody]
    active: int = Field(description="The number of the zega that answers; 0 = the base.")
    active_t5: int = Field(description="The number of the T5 that answers; 0 = none.")


@router.get("", response_model=VersionsBody)
def list_versions(engine: TheEngine, user_id: UserQuery) -> VersionsBody:
    """The user's versions, newest first."""
    return _versions(engine, user_id)


@router.post("/{number}/activate", response_model=VersionsBody)
def activate(
    number: Number,
    engine: TheEngine,
    audit: TheAudit,
    user_id: UserQuery,
    student: Annotated[Student, Query(description="Whose base 0 means.")] = Student.ZEGA,
) -> VersionsBody:
    """Let this version answer from now on, without a restart. 0 goes back to the base."""
    engine.activate(user_id, number or None, student)
    audit("activate", user_id, version=number)
    return _versions(engine, user_id)


def _versions(engine: Engine, user_id: str) -> VersionsBody:
    active = {each: engine.active_version(user_id, each) for each in Student}
    numbers = {each: version.number if version else 0 for each, version in active.items()}
    found = [_body(version, numbers[version.student]) for version in engine.versions(user_id)]
    return VersionsBody(versions=found, active=numbers[Student.ZEGA], active_t5=numbers[Student.T5])


def _body(version: Version, active: int) -> VersionBody:
    return VersionBody(
        number=version.number,
        name=version.name,
        student=version.student,
        base_model=version.base_model,
        recipe=version.recipe,
        created_at=version.created_at,
        verdict=version.verdict,
        active=version.number == active,
        sha256=version.gguf_sha256,
        job_id=version.run_id,
        overlap={name: dict(found) for name, found in version.overlap.items()},
    )
