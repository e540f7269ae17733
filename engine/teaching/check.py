"""What is refused when a provider is set up. Values are named in the error, keys never."""

from __future__ import annotations

from ipaddress import ip_address
from socket import inet_aton
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from engine.domain.provider import GEMINI
from engine.errors import InvalidInput
from engine.teaching.models import MODULES

MOST_AT_ONCE = 64


def check_kind(kind: str) -> str:
    """A protocol that is spoken here. Raises `InvalidInput`."""
    if kind not in MODULES:
        raise InvalidInput("kind", f"must be of {', '.join(MODULES)}; got {kind!r}")
    return kind


def check_field(kind: str, field: str, value: Any) -> Any:
    """One value of a provider as it is kept. Raises `InvalidInput`."""
    match field:
        case "name":
            return check_text(field, value, most=60)
        case "model":
            return check_text(field, value, most=200, needed=False)
        case "base_url":
            return check_address(kind, value)
        case "concurrency":
            return check_concurrency(value)
        case "price_in" | "price_out":
            return check_price(field, value)
    raise InvalidInput(field, "cannot be changed")


def check_address(kind: str, base_url: str) -> str:
    """The address as it is used, without a slash at its end. Raises `InvalidInput`.

    Empty is Gemini's own. Redirects are not followed elsewhere, so what is checked here is what is
    asked. Addresses that name no single machine, or the cloud's own (link-local), are refused.
    """
    base_url = base_url.strip().rstrip("/")
    if not base_url:
        if kind == GEMINI:
            return ""
        raise InvalidInput("base_url", "is empty: give the address, e.g. http://127.0.0.1:11434/v1")
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput("base_url", "is no address") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidInput("base_url", "must begin with http:// or https:// and name a machine")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("base_url", "must hold no name or password; the key has its own field")
    if parts.query or parts.fragment or any(sign.isspace() for sign in base_url):
        raise InvalidInput("base_url", "must hold no spaces, no ? and no #")
    if port == 0 or _is_no_place(host):
        raise InvalidInput("base_url", f"must not point to {host}")
    return urlunsplit(parts)


def check_text(field: str, text: str, *, most: int, needed: bool = True) -> str:
    """The text on one line. Raises `InvalidInput` when it is empty or too long."""
    line = " ".join(text.split())
    if needed and not line:
        raise InvalidInput(field, "is empty")
    if len(line) > most:
        raise InvalidInput(field, f"is {len(line)} characters long, at most {most} fit")
    return line


def check_concurrency(concurrency: int) -> int:
    """How many answers at once. Raises `InvalidInput`."""
    if not 1 <= concurrency <= MOST_AT_ONCE:
        raise InvalidInput("concurrency", f"must be from 1 to {MOST_AT_ONCE}, got {concurrency}")
    return concurrency


def check_price(field: str, price: float) -> float:
    """A price for a million tokens. Raises `InvalidInput`."""
    if not 0 <= price <= 100_000:
        raise InvalidInput(field, f"must be from 0 to 100000, got {price}")
    return price


def _is_no_place(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        try:  # as the system reads 2852039166 or 0xa9fea9fe
            address = ip_address(inet_aton(host.rstrip(".")))
        except OSError:
            return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_link_local or address.is_multicast or address.is_unspecified
