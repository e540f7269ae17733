"""What a person says about a text: a thumb, why, and a note."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine.feedback.feedback import MOST_OF_NOTE
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import Body, UserId

router = APIRouter(prefix="/api/feedback", tags=["feedback"])

TextId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class FeedbackRequest(Body):
    """A thumb on a draft or an example; reasons and note may come later, with the same thumb."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "user_id": "anna",
                "example_id": "0123456789abcdef0123456789abcdef",
                "feedback": -1,
                "reasons": ["too_long"],
            }
        }
    )
    user_id: UserId
    draft_id: TextId | None = Field(None, description="This or `example_id`.")
    example_id: TextId | None = Field(None, description="This or `draft_id`.")
    feedback: Literal[-1, 0, 1] = Field(description="Thumb down, none, thumb up.")
    reasons: list[Annotated[str, Field(max_length=40)]] | None = Field(
        None, max_length=20, description="Ids of docs/feedback.md; absent: they stay."
    )
    note: str | None = Field(None, max_length=MOST_OF_NOTE, description="Absent: it stays.")


class FeedbackBody(BaseModel):
    """What is said about the text now."""

    feedback: int
    reasons: list[str]
    note: str


@router.post("", response_model=FeedbackBody)
def give(request: FeedbackRequest, engine: TheEngine, audit: TheAudit) -> FeedbackBody:
    """Give a thumb, or take it back with 0. A thumb down keeps the text out of training."""
    remark = engine.feedback.give(
        request.user_id,
        request.feedback,
        draft_id=request.draft_id,
        example_id=request.example_id,
        reasons=request.reasons,
        note=request.note,
    )
    text = request.draft_id or request.example_id
    audit("give_feedback", request.user_id, text=text, feedback=remark.thumb)
    return FeedbackBody(feedback=remark.thumb, reasons=list(remark.reasons), note=remark.note)
