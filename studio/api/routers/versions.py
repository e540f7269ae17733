"""Versions of a user's own model: which there are, which one answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from engine.domain.version import Version
from engine.engine import Engine
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import UserQuery

router = APIRouter(prefix="/api/training/versions", tags=["versions"])

Number = Annotated[int, Path(ge=0, le=1_000_000, description="A version's number; 0 = the base.")]


class VersionBody(BaseModel):
    """One version of `zega-<user_id>`."""

    number: int
    name: str
    base_model: str
    recipe: str
    created_at: datetime
    verdict: str = Field(description="Why it is active or waits.")
    active: bool
    sha256: str = Field(description="Of the file that is served.")
    job_id: str = Field(description="The training that made it.")


class VersionsBody(BaseModel):
    versions: list[VersionBody]
    active: int = Field(description="The number of the one that answers; 0 = the base.")


@router.get("", response_model=VersionsBody)
def list_versions(engine: TheEngine, user_id: UserQuery) -> VersionsBody:
    """The user's versions, newest first."""
    return _versions(engine, user_id)


@router.post("/{number}/activate", response_model=VersionsBody)
def activate(
    number: Number, engine: TheEngine, audit: TheAudit, user_id: UserQuery
) -> VersionsBody:
    """Let this version answer from now on, without a restart. 0 goes back to the base."""
    engine.activate(user_id, number or None)
    audit("activate", user_id, version=number)
    return _versions(engine, user_id)


def _versions(engine: Engine, user_id: str) -> VersionsBody:
    active = engine.active_version(user_id)
    number = active.number if active else 0
    found = [_body(version, number) for version in engine.versions(user_id)]
    return VersionsBody(versions=found, active=number)


def _body(version: Version, active: int) -> VersionBody:
    return VersionBody(
        number=version.number,
        name=version.name,
        base_model=version.base_model,
        recipe=version.recipe,
        created_at=version.created_at,
        verdict=version.verdict,
        active=version.number == active,
        sha256=version.gguf_sha256,
        job_id=version.run_id,
    )
