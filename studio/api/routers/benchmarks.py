"""Benchmarks: sets of prompts that users add to measure models by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Path, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from engine.domain.benchmark import Benchmark
from engine.evaluation.benchmarks import NAME
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import USER_ID, UserQuery
from studio.newcomers import for_user

router = APIRouter(prefix="/api/benchmarks", tags=["evaluations"])

PATTERN = f"^{NAME.pattern}$"
Name = Annotated[str, Path(pattern=PATTERN, description="The benchmark's name.")]


class BenchmarkBody(BaseModel):
    """A set of prompts."""

    model_config = ConfigDict(from_attributes=True)
    name: str
    created_at: datetime
    rows: int
    references: int = Field(description="Rows that say what a good answer is.")
    labels: int = Field(description="Rows with one right answer.")


class BenchmarksBody(BaseModel):
    benchmarks: list[BenchmarkBody]


@router.get("", response_model=BenchmarksBody)
def list_benchmarks(engine: TheEngine, user_id: UserQuery) -> BenchmarksBody:
    """The user's benchmarks, by name."""
    found = engine.benchmarks.all(user_id)
    return BenchmarksBody(benchmarks=[BenchmarkBody.model_validate(each) for each in found])


@router.post("", response_model=BenchmarkBody, status_code=201)
def add(
    engine: TheEngine,
    audit: TheAudit,
    file: UploadFile,
    user_id: Annotated[str, Form(pattern=USER_ID)],
    name: Annotated[str, Form(pattern=PATTERN)],
) -> Benchmark:
    """Add a benchmark from JSON lines, at most 2,000 rows and 10 MB. Each line has a `prompt`, and
    may have `reference`, `label`, `kind`, `genre`. A broken line refuses the file, and is named."""
    data = file.file.read()
    found = for_user(engine, user_id, lambda: engine.benchmarks.add(user_id, name, data))
    audit("add_benchmark", user_id, benchmark=name, rows=found.rows)
    return found


@router.delete("/{name}", response_model=BenchmarksBody)
def remove(name: Name, engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> BenchmarksBody:
    """Forget a benchmark and what was measured on it; those that remain."""
    engine.benchmarks.remove(user_id, name)
    audit("remove_benchmark", user_id, benchmark=name)
    return list_benchmarks(engine, user_id)
