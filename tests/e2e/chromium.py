"""Headless Chromium for the studio: one window, and what every test of it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, Request, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PICTURES = Path(__file__).parent.parent.parent / "var" / "screenshots"
# A test only fails by time when something hangs.
WAIT_MS = 120_000
expect.set_options(timeout=WAIT_MS)

Scheme = Literal["light", "dark"]


class Window:
    """An open page and everything it complained about or asked of other machines."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:", self.url.replace("http", "ws"))):
            self.foreign.append(request.url)

    def open(self, path: str = "") -> Page:
        """Load a page of the studio and wait for its title."""
        self.page.goto(self.url + path)
        self.page.get_by_role("heading", level=1).wait_for()
        return self.page

    def settle(self) -> None:
        """Wait until no script runs and nothing is drawn any more."""
        self.page.wait_for_timeout(400)
        self.page.wait_for_function(
            "!document.querySelector('[data-testid=stStatusWidget]')"
            " && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')"
        )
        self.page.wait_for_timeout(500)

    def picture(self, name: str) -> None:
        """A picture of the page as it stands, for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        wider: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider


@contextmanager
def window(url: str, *, width: int = 1440, scheme: Scheme = "light") -> Iterator[Window]:
    """A fresh browser on the studio at `url`, closed with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(WAIT_MS)
        yield Window(context.new_page(), url)
        browser.close()


@contextmanager
def crowd(url: str, paths: Sequence[str]) -> Iterator[list[Page]]:
    """One browser with a session of its own for each path, all open at the same time."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        pages = []
        for path in paths:
            page = browser.new_context().new_page()
            page.set_default_timeout(WAIT_MS)
            page.goto(url + path)
            pages.append(page)
        for page in pages:
            page.get_by_role("heading", level=1).wait_for()
        yield pages
        browser.close()
