"""Which training rows repeat held-out ones, before a training leaves them out."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from engine.domain.decontamination import HeldOut, Likeness
from studio.api.context import TheEngine
from studio.api.schemas import UserQuery

router = APIRouter(prefix="/api/training", tags=["decontamination"])


class OverlapBody(BaseModel):
    """A row that would be left out, and the held-out row it repeats."""

    example_id: str
    held_out: HeldOut
    held_out_name: str = Field(description="An example's id, or a file and line.")
    likeness: Likeness = Field(description="The test that found it.")
    similarity: float = Field(description="0 to 1, by that test's own measure.")
    why: str


class DecontaminationBody(BaseModel):
    compared: int = Field(description="Rows that could be trained on.")
    held_out: dict[str, int] = Field(description="Rows they were compared with, by where from.")
    removed: list[OverlapBody]
    by_meaning: bool = Field(description="Whether the embedding model compared meanings, too.")
    note: str = Field(description="Why it did not; else empty.")


@router.get("/decontamination", response_model=DecontaminationBody)
def decontamination(engine: TheEngine, user_id: UserQuery) -> DecontaminationBody:
    """What the next training would leave out; nothing is changed.

    Without meanings, which take minutes on many rows: a training itself compares them where it can.
    """
    report = engine.decontaminator.check(user_id, by_meaning=False)
    removed = [
        OverlapBody(
            example_id=leak.overlap.example_id,
            held_out=leak.overlap.held_out,
            held_out_name=leak.overlap.held_out_name,
            likeness=leak.overlap.likeness,
            similarity=leak.overlap.similarity,
            why=leak.why,
        )
        for leak in engine.decontaminator.leaks(user_id, report)
    ]
    return DecontaminationBody(
        compared=report.compared,
        held_out=report.held_out,
        removed=removed,
        by_meaning=report.by_meaning,
        note=report.note,
    )
