"""Prices of teachers: what a provider was set up with, else lists of host and model, which are data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.domain.budget import Cost
from engine.domain.provider import Provider
from engine.errors import UnreadableFile

SHIPPED = Path(__file__).with_name("prices.yaml")
OWN = "prices.yaml"
GEMINI_HOST = "generativelanguage.googleapis.com"

Source = Literal["provider", "own list", "shipped list", "on this machine"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = "*"
    model: str
    read: float = Field(ge=0, le=100_000)
    written: float = Field(ge=0, le=100_000)


class _List(BaseModel):
    model_config = ConfigDict(extra="forbid")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    prices: list[_Line] = []


@dataclass(frozen=True)
class Price:
    """What a million tokens read and written cost, and who says so."""

    read: float
    written: float
    source: Source

    def cost(self, tokens_read: int, tokens_written: int) -> Cost:
        """What so many tokens cost, each millionth that was begun in full."""
        exact = tokens_read * self.read + tokens_written * self.written
        return Cost(tokens_read, tokens_written, math.ceil(round(exact, 6)))


class Prices:
    """The prices of one home. All are in one currency: a bill in another is to be converted."""

    def __init__(self, home: Path) -> None:
        self._own = home / OWN

    @property
    def currency(self) -> str:
        """Three letters, e.g. USD. Raises `UnreadableFile`."""
        return self._lists()[0].currency

    def of(self, provider: Provider) -> Price | None:
        """What the provider's model costs; None when nobody told. Raises `UnreadableFile`.

        First what it was set up with, then what the lists say, then nothing for one on this machine.
        """
        if provider.price_in or provider.price_out:
            return Price(provider.price_in, provider.price_out, "provider")
        host = urlsplit(provider.base_url).hostname or GEMINI_HOST
        model = provider.model.removeprefix("models/")
        for prices in self._lists():
            for line in prices.prices:
                if fnmatchcase(host, line.host) and fnmatchcase(model, line.model):
                    source: Source = "shipped list" if prices is _read(SHIPPED, 0) else "own list"
                    return Price(line.read, line.written, source)
        return Price(0.0, 0.0, "on this machine") if provider.local else None

    def listed(self) -> list[dict[str, Any]]:
        """Every line of the lists, in the order in which they are asked. Raises `UnreadableFile`."""
        return [line.model_dump() for prices in self._lists() for line in prices.prices]

    def _lists(self) -> list[_List]:
        shipped = _read(SHIPPED, 0)
        try:
            own = _read(self._own, self._own.stat().st_mtime_ns)
        except FileNotFoundError:
            return [shipped]
        return [own, shipped] if own.currency == shipped.currency else [own]


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> _List:
    """The list in a file, read again when the file has `changed`."""
    try:
        return _List.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableFile(str(path), f"{place}: {first['msg']}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnreadableFile(str(path), " ".join(str(error).split())) from None
