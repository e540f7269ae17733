"""Cookies in a frame of another place: files can be uploaded there, and nothing else is loosened."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.web.server.starlette import starlette_routes

from studio.web.framed_cookies import FramedCookies


@pytest.fixture
def client() -> TestClient:
    def page(request: Request) -> Response:
        answer = Response("page")
        answer.set_cookie("other", "1", samesite="lax")
        starlette_routes._ensure_xsrf_cookie(request, answer)
        return answer

    app = Starlette(routes=[Route("/", page)], middleware=[Middleware(FramedCookies)])
    return TestClient(app)


def cookies(client: TestClient, **headers: str) -> dict[str, str]:
    """Attributes of every cookie that is set, by name."""
    given = client.get("/", headers=headers).headers.get_list("set-cookie")
    return {line.partition("=")[0]: line.partition(";")[2] for line in given}


def test_over_https_the_cookie_of_uploads_is_sent_from_a_frame(client: TestClient) -> None:
    found = cookies(client, **{"X-Forwarded-Proto": "https"})
    for word in ("Secure", "SameSite=None", "Partitioned", "Path=/"):
        assert word in found["_streamlit_xsrf"]
    assert "Lax" not in found["_streamlit_xsrf"]
    assert "HttpOnly" not in found["_streamlit_xsrf"]  # the page has to read it
    assert "samesite=lax" in found["other"].lower()


def test_over_http_every_cookie_stays_as_it_is(client: TestClient) -> None:
    found = cookies(client)
    assert "SameSite=Lax" in found["_streamlit_xsrf"]
    assert "Secure" not in found["_streamlit_xsrf"]
