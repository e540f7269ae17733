"""Where texts went, and how to be rid of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from engine.domain.erasure import Erasure, ErasurePlan, Noun
from engine.domain.snapshot import Split
from engine.errors import ErasureChanged
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import Body, UserId, UserQuery

router = APIRouter(prefix="/api/data", tags=["data"])

ExampleId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000)]


class ErasureRequest(Body):
    """Which texts are to go: examples by id, everything of an import, or every text with a phrase."""

    user_id: UserId
    example_ids: list[str] = Field([], max_length=1000)
    import_id: str = ""
    phrase: str = Field("", max_length=1000)


class EraseRequest(ErasureRequest):
    """The same again, and how many things the list had that was looked at."""

    reached: int = Field(ge=1, description="The `total` of the plan: more than that is not erased.")


class ReachedBody(BaseModel):
    noun: Noun
    id: str
    why: str
    label: str


class PlanBody(BaseModel):
    """Everything that would go. Nothing was changed."""

    total: int
    reached: list[ReachedBody]
    quarantined: list[str] = Field(description="Versions that learned it and answer no more.")
    files: list[str]
    elsewhere: list[str] = Field(description="Exported files that only you can delete.")


class ErasureBody(BaseModel):
    """What was erased: ids, never words."""

    id: str
    created_at: datetime
    chosen: str
    reached: dict[str, list[str]]
    finished_at: datetime | None = Field(description="Null while a training is being stopped.")


class ExampleThread(BaseModel):
    """Where an example came from and went."""

    example_id: str
    erased: bool
    snapshots: dict[str, Split]
    runs: list[str]
    learned: list[str] = Field(description="Versions that were trained on it.")
    measured: list[str] = Field(description="Versions that were only measured on it.")
    active: str | None = Field(description="The one of them that answers now.")
    variant_of: str | None
    variants: list[str]
    repeats: list[str]
    drafts: list[str]
    stories: list[str]
    passages: list[str]
    exports: list[str]


class VersionThread(BaseModel):
    """What a version was trained on; its rows are those of its snapshot."""

    version: str
    quarantined: bool
    run: str
    snapshot: str
    sha256: str
    rows: int
    erased: int


@router.get("/lineage/versions/{number}", response_model=VersionThread)
def version_thread(number: VersionNumber, engine: TheEngine, user_id: UserQuery) -> VersionThread:
    """From a version to its training set."""
    found = engine.lineage.of_version(user_id, number)
    return VersionThread(
        version=found.version.label,
        quarantined=found.version.quarantined_at is not None,
        run=found.run.id,
        snapshot=found.snapshot.id,
        sha256=found.snapshot.sha256,
        rows=len(found.snapshot.rows),
        erased=found.erased,
    )


@router.get("/lineage/examples/{example_id}", response_model=ExampleThread)
def example_thread(example_id: ExampleId, engine: TheEngine, user_id: UserQuery) -> ExampleThread:
    """From an example to everything it became part of."""
    found = engine.lineage.of_example(user_id, example_id)
    return ExampleThread(
        example_id=example_id,
        erased=found.example.erased_at is not None,
        snapshots=dict(found.parts),
        runs=[run.id for run in found.runs],
        learned=[version.label for version in found.versions],
        measured=[version.label for version in found.measured],
        active=found.active,
        variant_of=found.variant_of,
        variants=list(found.variants),
        repeats=list(found.repeats),
        drafts=[draft.draft_id for draft in found.drafts],
        stories=sorted({draft.story_id for draft in found.drafts}),
        passages=[passage.id for passage in found.passages],
        exports=[export.place for export in found.exports],
    )


@router.post("/erasures/plan", response_model=PlanBody)
def plan(request: ErasureRequest, engine: TheEngine) -> PlanBody:
    """List everything that erasing these texts would reach."""
    found = _plan(engine, request)
    return PlanBody(
        total=len(found.reached),
        reached=[ReachedBody(**vars(each)) for each in found.reached],
        quarantined=[each.label for each in found.quarantined],
        files=list(found.files),
        elsewhere=list(found.elsewhere),
    )


@router.post("/erasures", response_model=ErasureBody, status_code=201)
def erase(request: EraseRequest, engine: TheEngine, audit: TheAudit) -> ErasureBody:
    """Erase these texts wherever they lie. There is no way back."""
    engine.lineage.finish_erasures()
    found = _plan(engine, request)
    if len(found.reached) > request.reached:
        raise ErasureChanged(len(found.reached) - request.reached)
    done = engine.lineage.erase(found)
    audit("erase", request.user_id, erasure=done.id)
    return _body(done)


@router.get("/erasures", response_model=list[ErasureBody])
def list_erasures(engine: TheEngine, user_id: UserQuery) -> list[ErasureBody]:
    """What was erased, newest first."""
    return [_body(each) for each in engine.lineage.erasures(user_id)]


def _plan(engine: TheEngine, request: ErasureRequest) -> ErasurePlan:
    return engine.lineage.plan_erasure(
        request.user_id, request.example_ids, import_id=request.import_id, phrase=request.phrase
    )


def _body(done: Erasure) -> ErasureBody:
    return ErasureBody(
        id=done.id,
        created_at=done.created_at,
        chosen=done.chosen,
        reached={noun: list(ids) for noun, ids in done.reached.items()},
        finished_at=done.finished_at,
    )
