"""Whether a browser's request comes from a page of the studio: asked by both doors."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope


def is_same_origin(headers: Headers, host: str, scope: Scope) -> bool:
    """Whether a browser's own words say that the page is the studio's; programs say nothing."""
    origins = headers.getlist("origin")
    if origins:
        ours = (f"http://{host.lower()}", f"https://{host.lower()}")
        return len(origins) == 1 and origins[0].lower() in ours
    site = headers.get("sec-fetch-site", "none")
    is_click = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
    return site in ("none", "same-origin") or is_click
