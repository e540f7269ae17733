"""The arena: blind pairs of answers, votes on them, and what the votes say."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from engine.arena.ratings import Ratings
from engine.domain.vote import Choice
from engine.errors import EngineError
from models.errors import ModelError
from studio.api.context import TheEngine
from studio.api.errors import known
from studio.api.schemas import Body, UserId, UserQuery

router = APIRouter(prefix="/api/arena", tags=["arena"])

PairId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{32}$", description="The id that came with the pair.")
]


class PairRequest(Body):
    """Whose pair."""

    model_config = ConfigDict(json_schema_extra={"example": {"user_id": "anna"}})
    user_id: UserId


class UndoRequest(Body):
    """Whose newest vote."""

    model_config = ConfigDict(json_schema_extra={"example": {"user_id": "anna"}})
    user_id: UserId
    vote_id: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{32}$",
        description="The id of the vote, which is its pair's: nothing is taken back unless it is the "
        "newest, so the same request twice takes one vote back.",
    )


class VoteRequest(Body):
    """Which text is better."""

    model_config = ConfigDict(json_schema_extra={"example": {"user_id": "anna", "choice": "left"}})
    user_id: UserId
    choice: Annotated[Choice, Field(strict=False)]


class PairBody(BaseModel):
    """Two answers in the order to be shown; who wrote which comes with the vote."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    prompt: str
    kind: str
    genre: str | None
    style: str | None
    left_text: str
    right_text: str


class NextPairBody(BaseModel):
    pair: PairBody | None = Field(description="Null while there is nothing to compare.")


class SkippedBody(BaseModel):
    id: str = Field(description="The pair that is set aside.")


class ReopenedBody(BaseModel):
    pair: PairBody | None = Field(description="Open again; null where there is no such vote.")


class VoteBody(BaseModel):
    """A vote, and who wrote what."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    choice: Choice
    left_model: str
    right_model: str


class RatingBody(BaseModel):
    """Points over the anchor with their 95 % interval, over n votes."""

    model_config = ConfigDict(from_attributes=True)
    value: float
    low: float
    high: float
    n: int


class StandingBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    model: str
    won: int
    tied: int
    lost: int
    both_bad: int
    rating: RatingBody | None = Field(description="Null while the votes are too few.")
    sentence: str = Field(description="What is known of it, in words.")


class MeetingBody(BaseModel):
    """How often `one` won against `other`, and so on."""

    model_config = ConfigDict(from_attributes=True)
    one: str
    other: str
    won: int
    tied: int
    lost: int
    both_bad: int


class RatingsBody(BaseModel):
    votes: int
    anchor: str | None = Field(description="The model at 0 points; null while none has 20 votes.")
    standings: list[StandingBody] = Field(description="The best first.")
    meetings: list[MeetingBody]


@router.post("/pair", response_model=NextPairBody)
def next_pair(request: PairRequest, engine: TheEngine) -> NextPairBody | JSONResponse:
    """The pair to vote on, the same until it is. Both models answer now, unless they have: that takes
    some seconds, and a teacher's answer costs what it costs. Where one fails, `details.pair_id` names
    the pair: asked again, only the missing answer is written, and it can be skipped."""
    pair = engine.arena.pair(request.user_id)
    if pair is None:
        return NextPairBody(pair=None)
    try:
        whole = engine.arena.write(request.user_id, pair)
    except (EngineError, ModelError) as error:
        return known(error, pair_id=pair.id)
    return NextPairBody(pair=PairBody.model_validate(whole))


@router.post("/pair/{pair_id}/vote", response_model=VoteBody)
def vote(pair_id: PairId, request: VoteRequest, engine: TheEngine) -> VoteBody:
    """Vote, once, and learn who wrote which."""
    found = engine.arena.vote(request.user_id, pair_id, request.choice)
    return VoteBody.model_validate(found)


@router.post("/pair/{pair_id}/skip", response_model=SkippedBody)
def skip(pair_id: PairId, request: PairRequest, engine: TheEngine) -> SkippedBody:
    """Set the pair aside: it counts for nobody, and the next one is another."""
    engine.arena.skip(request.user_id, pair_id)
    return SkippedBody(id=pair_id)


@router.post("/undo", response_model=ReopenedBody)
def undo(request: UndoRequest, engine: TheEngine) -> ReopenedBody:
    """Take the newest vote back; its pair is the one to vote on. Without `vote_id` each call takes one
    more back."""
    pair = engine.arena.undo(request.user_id, request.vote_id)
    return ReopenedBody(pair=None if pair is None else PairBody.model_validate(pair))


@router.get("/ratings", response_model=RatingsBody)
def ratings(
    engine: TheEngine,
    user_id: UserQuery,
    genre: Annotated[str | None, Query(max_length=40, description="Absent: all.")] = None,
) -> RatingsBody:
    """Each model's points with their interval, and how each two did against each other."""
    found = engine.arena.ratings(user_id, genre)
    return RatingsBody(
        votes=found.votes,
        anchor=found.anchor,
        standings=_standings(found),
        meetings=[MeetingBody.model_validate(each) for each in found.meetings],
    )


def _standings(found: Ratings) -> list[StandingBody]:
    return [
        StandingBody(
            model=each.model,
            won=each.won,
            tied=each.tied,
            lost=each.lost,
            both_bad=each.both_bad,
            rating=None if each.rating is None else RatingBody.model_validate(each.rating),
            sentence=found.sentence(each),
        )
        for each in found.standings
    ]
