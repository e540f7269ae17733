"""`python -m tests.e2e.screenshots`: every screen in every state, wide and narrow, light and dark.

The pictures go to var/screenshots/states; nothing is checked here but that pages fit their window.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.e2e.chromium import Scheme, Window, window
from tests.e2e.studio import ROOT, Studio, studio
from tests.studio.web.shelf import Shelf

FOLDER = ROOT / "var" / "screenshots" / "states"
PROMPT = (
    "A toll troll must judge whether a dying wizard may cross for free. It costs $5, *really* $6."
)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, studio(Path(folder)) as running:
        fill(running)
        for width in (1440, 390):
            for scheme in ("light", "dark"):
                take_all(running, width, scheme)


def fill(running: Studio) -> None:
    """Names in every state: nothing yet, writing, training, finished."""
    running.engine.ensure_user("anna")
    Shelf(running.engine, "ben").batch(kept=9, rejected=4, more=12)
    carol = Shelf(running.engine, "carol")
    carol.batch(kept=26, rejected=8, failed=1)
    carol.training(steps=9, total_steps=30)
    for _ in range(3):
        running.engine.start_auto_train("carol", 20)
    dora = Shelf(running.engine, "dora")
    dora.batch(kept=26, rejected=8, failed=1)
    for _ in range(2):
        running.engine.activate("dora", dora.version().number)
    running.publish()


def take_all(running: Studio, width: int, scheme: Scheme) -> None:
    """One browser for each screen, so that no state leaks from one picture into the next."""
    screens: dict[str, Callable[[Window], None]] = {
        "welcome": lambda w: take_path(w, ""),
        "write-empty": lambda w: take_path(w, "/?who=anna"),
        "write": write,
        "write-both": write_both,
        "auto-train-empty": lambda w: take_path(w, "/auto_train?who=anna"),
        "auto-train-running": lambda w: take_path(w, "/auto_train?who=ben"),
        "training-running": lambda w: take_path(w, "/auto_train?who=carol"),
        "auto-train-done": lambda w: take_path(w, "/auto_train?who=dora"),
        "my-model-empty": lambda w: take_path(w, "/my_model?who=anna"),
        "my-model": lambda w: take_path(w, "/my_model?who=dora"),
        "dashboard-empty": lambda w: take_path(w, "/dashboard?who=anna"),
        "dashboard-running": lambda w: take_path(w, "/dashboard?who=carol"),
        "dashboard": lambda w: take_path(w, "/dashboard?who=dora"),
        "settings": lambda w: take_path(w, "/settings?who=dora"),
    }
    for name, act in screens.items():
        with window(running.url, width=width, scheme=scheme) as opened:
            act(opened)
            opened.settle()
            show_all(opened)
            file = FOLDER / f"{name}-{width}-{scheme}.png"
            opened.page.screenshot(path=file)
            print(file.name, f"overflow {opened.overflow()} px", *opened.errors, *opened.foreign)


def take_path(opened: Window, path: str) -> None:
    opened.open(path)


def write(opened: Window) -> None:
    """A finished text."""
    page = opened.open("/?who=anna")
    page.get_by_role("textbox", name="What is the story about?").fill(PROMPT)
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="Regenerate").wait_for()


def write_both(opened: Window) -> None:
    """Teacher and student side by side."""
    page = opened.open("/?who=dora")
    page.get_by_role("textbox", name="What is the story about?").fill(PROMPT)
    page.get_by_text("Both", exact=True).click()
    opened.settle()
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="Regenerate").nth(1).wait_for()


def show_all(opened: Window) -> None:
    """Make the window as high as the page, which scrolls inside itself."""
    height = opened.page.evaluate(
        "Math.max(...[...document.querySelectorAll('section,[data-testid=stMain]')]"
        ".map(each => each.scrollHeight))"
    )
    size = opened.page.viewport_size
    assert size is not None
    opened.page.set_viewport_size({"width": size["width"], "height": min(6000, height + 40)})
    opened.page.wait_for_timeout(600)


if __name__ == "__main__":
    main()
