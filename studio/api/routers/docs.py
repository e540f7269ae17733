"""The interactive description of the API. Its scripts come from this machine: nothing is fetched from
elsewhere and nothing is sent there."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse

router = APIRouter(prefix="/api/docs", include_in_schema=False)

ICON = Path(__file__).parents[2] / "web" / "icon.svg"
# The page starts itself with a line of inline script and shows images it carries in its style sheet.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@router.get("")
def docs() -> HTMLResponse:
    """Swagger UI over /api/openapi.json."""
    page = get_swagger_ui_html(
        openapi_url="/api/openapi.json",
        title="ZEGA Studio API",
        swagger_js_url=f"{router.prefix}/swagger-ui-bundle.js",
        swagger_css_url=f"{router.prefix}/swagger-ui.css",
        swagger_favicon_url=f"{router.prefix}/icon.svg",
    )
    page.headers["Content-Security-Policy"] = POLICY
    return page


@router.get("/icon.svg")
def icon() -> FileResponse:
    return FileResponse(ICON)


@router.get("/{name}")
def script(name: Literal["swagger-ui-bundle.js", "swagger-ui.css"]) -> FileResponse:
    """The two files that the package carries."""
    spec = find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None, "requirements.txt installs it"
    return FileResponse(Path(spec.origin).parent / "static" / name)
