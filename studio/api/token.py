"""Who must show a token, and which one.

One token stands for the owner of this machine: it opens every name. On loopback names are
profiles and no token is asked for; docs/decisions/012-api-security.md says why.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from engine.settings import Settings
from studio.secret_file import read_or_make


def token_file(settings: Settings) -> Path:
    """Where the token lies that was made because none was set."""
    return settings.home / "api_token"


def needs_token(settings: Settings) -> bool:
    """Whether every request needs the token, wherever it comes from."""
    return not settings.is_local or settings.has_guests or bool(settings.api_token)


def token_of(settings: Settings) -> str:
    """The token in force: the one that is set, else the one in the home folder, made when missing."""
    return settings.api_token.get_secret_value() or read_or_make(token_file(settings))


def where_token_is(settings: Settings) -> str:
    """One line for the terminal where a token is needed, which is made if missing; else nothing."""
    if not needs_token(settings):
        return ""
    token_of(settings)
    place = "ZEGA_API_TOKEN" if settings.api_token else str(token_file(settings))
    return f"Programs must show the token in {place}"


def is_token(given: str, token: str) -> bool:
    """Compare in constant time, whatever the lengths."""
    return hmac.compare_digest(_digest(given), _digest(token))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
