"""The budget: what was spent on teachers, the caps, and the prices it is counted with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine.engine import Engine
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import Body, UsageBody, UserId, UserQuery
from studio.newcomers import for_user

router = APIRouter(prefix="/api/budget", tags=["budget"])


class CapsBody(BaseModel):
    """The most that may be spent; null = no cap."""

    model_config = ConfigDict(from_attributes=True)
    month_tokens: int | None
    month_money: float | None
    day_tokens: int | None
    day_money: float | None
    job_tokens: int | None
    job_money: float | None


class CapsRequest(Body):
    """Caps to change: what is absent stays, null lifts a cap."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"user_id": "anna", "month_money": 5.0, "job_tokens": 100000}}
    )
    user_id: UserId
    month_tokens: int | None = Field(None, ge=0)
    month_money: float | None = Field(None, ge=0)
    day_tokens: int | None = Field(None, ge=0)
    day_money: float | None = Field(None, ge=0)
    job_tokens: int | None = Field(None, ge=0)
    job_money: float | None = Field(None, ge=0)


class LeftBody(BaseModel):
    """What the caps leave for a new job; null = no cap."""

    model_config = ConfigDict(from_attributes=True)
    tokens: int | None
    money: float | None


class BudgetBody(BaseModel):
    currency: str = Field(examples=["USD"])
    caps: CapsBody
    month: UsageBody
    today: UsageBody
    by_generator: dict[str, UsageBody] = Field(description="This month, by who wrote.")
    left: LeftBody


class PriceBody(BaseModel):
    host: str
    model: str
    read: float = Field(description="A million tokens.")
    written: float = Field(description="A million tokens.")


class PricesBody(BaseModel):
    currency: str = Field(examples=["USD"])
    prices: list[PriceBody] = Field(description="The first that fits a host and a model counts.")
    teachers: dict[str, dict[str, Any] | None] = Field(
        description="What each teacher that was set up costs, and who says so; null = not known."
    )


@router.get("", response_model=BudgetBody)
def get_budget(engine: TheEngine, user_id: UserQuery) -> BudgetBody:
    """What was spent this month and today, and the caps."""
    return _budget(engine, user_id)


@router.put("", response_model=BudgetBody)
def set_caps(request: CapsRequest, engine: TheEngine, audit: TheAudit) -> BudgetBody:
    """Set or lift caps. They hold from the next call of a teacher on."""
    changes = request.model_dump(exclude_unset=True, exclude={"user_id"})
    user = request.user_id
    for_user(engine, user, lambda: engine.budget.set_caps(user, **changes))
    audit("set_caps", user, **{name: str(value) for name, value in changes.items()})
    return _budget(engine, user)


@router.get("/prices", response_model=PricesBody)
def get_prices(engine: TheEngine) -> PricesBody:
    """The list of prices, and what each teacher costs."""
    known = engine.budget.prices
    prices = {each.generator: known.of(each) for each in engine.teachers.providers()}
    return PricesBody(
        currency=known.currency,
        prices=[PriceBody(**line) for line in known.listed()],
        teachers={name: asdict(price) if price else None for name, price in prices.items()},
    )


def _budget(engine: Engine, user_id: str) -> BudgetBody:
    found = engine.budget.spending(user_id)
    return BudgetBody(
        currency=found.currency,
        caps=CapsBody.model_validate(found.caps),
        month=UsageBody.model_validate(found.month),
        today=UsageBody.model_validate(found.today),
        by_generator={
            name: UsageBody.model_validate(used) for name, used in found.by_generator.items()
        },
        left=LeftBody.model_validate(found.left),
    )
