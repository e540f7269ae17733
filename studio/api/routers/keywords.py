"""Keyword lists: kept, marked in a text, counted against a source."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from engine.data.keywords import Coverage
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import Body, UserId, UserQuery
from studio.newcomers import for_user

router = APIRouter(prefix="/api/keywords", tags=["data"])

Name = Annotated[str, Path(min_length=1, max_length=60, description="The list's name.")]


class KeywordsRequest(Body):
    """Keywords to add: one a line, or as CSV."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"user_id": "anna", "text": "oil can\nlighthouse"}}
    )
    user_id: UserId
    text: str = Field(min_length=1, description="One keyword a line, or as CSV.")


class ReportRequest(Body):
    """A source and what was made of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"user_id": "anna", "source": "An oil can, a lamp.", "text": "A lamp."}
        }
    )
    user_id: UserId
    source: str = Field(description="Where the keywords come from.")
    text: str = Field(description="What should have kept them.")


class SpansRequest(Body):
    """A text to mark keywords in."""

    user_id: UserId
    text: str


class ListBody(BaseModel):
    name: str
    keywords: list[str]


class AddedBody(ListBody):
    added: int = Field(description="New ones of those that were given.")
    duplicates: int = Field(description="Those that were there already, however they are written.")


class ListsBody(BaseModel):
    lists: list[ListBody]


class UseBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    keyword: str
    forms: list[str] = Field(description="How the source writes it.")
    occurrences: int
    kept: int


class CoverageBody(BaseModel):
    """What became of a list's keywords between a source and an answer."""

    model_config = ConfigDict(from_attributes=True)
    keywords: int
    variants: int = Field(description="Written forms of the source that the list does not have.")
    occurrences: int = Field(description="In the source.")
    kept: int = Field(description="Of those, in the answer as well.")
    share: float | None = Field(description="Kept of occurrences, 0 to 1; null without any.")
    missing: list[str] = Field(description="Keywords that the answer lost altogether.")
    uses: list[UseBody]


class SpanBody(BaseModel):
    start: int
    end: int
    keyword: str


class SpansBody(BaseModel):
    spans: list[SpanBody]


@router.get("", response_model=ListsBody)
def lists(engine: TheEngine, user_id: UserQuery) -> ListsBody:
    """The user's lists, by name."""
    found = engine.keywords.all(user_id)
    return ListsBody(
        lists=[ListBody(name=each.name, keywords=list(each.keywords)) for each in found]
    )


@router.get("/{name}", response_model=ListBody)
def get(name: Name, engine: TheEngine, user_id: UserQuery) -> ListBody:
    """One list."""
    found = engine.keywords.get(user_id, name)
    return ListBody(name=found.name, keywords=list(found.keywords))


@router.post("/{name}", response_model=AddedBody)
def add(name: Name, order: KeywordsRequest, engine: TheEngine, audit: TheAudit) -> AddedBody:
    """Add keywords to a list, which is made if it is new. Duplicates go."""
    user = order.user_id
    found = for_user(engine, user, lambda: engine.keywords.add(user, name, order.text))
    audit("add_keywords", user, list=found.list.name, added=found.added)
    return AddedBody(
        name=found.list.name,
        keywords=list(found.list.keywords),
        added=found.added,
        duplicates=found.duplicates,
    )


@router.delete("/{name}", response_model=ListsBody)
def remove(name: Name, engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> ListsBody:
    """Forget a list; those that remain."""
    engine.keywords.remove(user_id, name)
    audit("remove_keywords", user_id, list=name)
    return lists(engine, user_id)


@router.post("/{name}/report", response_model=CoverageBody)
def report(name: Name, order: ReportRequest, engine: TheEngine) -> Coverage:
    """How much of a source's keywords a text kept."""
    return engine.keywords.report(order.user_id, name, order.source, order.text)


@router.post("/{name}/spans", response_model=SpansBody)
def spans(name: Name, order: SpansRequest, engine: TheEngine) -> SpansBody:
    """Where the keywords stand in a text, in order, by characters."""
    found = engine.keywords.spans(order.user_id, name, order.text)
    return SpansBody(spans=[SpanBody(**each._asdict()) for each in found])
