"""`python -m tests.e2e.screenshots`: every screen in every state, wide and narrow, light and dark.

The pictures go to var/screenshots/states; nothing is checked here but that pages fit their window. Names
of states, if any are given, narrow it to those; `--width 390 --scheme dark` to one kind of window.
`--readme` takes the pictures of the README instead, into docs/images, from a studio that really runs.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from models.errors import ModelError
from rag.errors import RagError
from tests.e2e.chromium import Scheme, Window, window
from tests.e2e.states import NOTES, SCREENS, TROLL, begin, fill, memory_recall
from tests.e2e.studio import ROOT, Studio, WholeStudio, studio_with_memory, whole_studio
from tests.fake_gemini import fake_gemini
from tests.fake_openai import fake_openai
from tests.processes import wait_for

FOLDER = ROOT / "var" / "screenshots" / "states"
IMAGES = ROOT / "docs" / "images"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NAME, TEXTS = "mara", 24


def main() -> None:
    """Take what is asked for; everything if nothing is."""
    parser = argparse.ArgumentParser(description="Pictures of every screen in every state.")
    parser.add_argument("states", nargs="*")
    parser.add_argument("--width", type=int, action="append")
    parser.add_argument("--scheme", choices=SCHEMES, action="append")
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    if options.readme:
        take_for_readme()
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        studio_with_memory(Path(folder)) as running,
        fake_openai(latency=0.4) as openai,
        fake_gemini() as gemini,
    ):
        fill(running, openai.url, gemini.url)
        for width in options.width or (1440, 390):
            for scheme in options.scheme or SCHEMES:
                take_all(running, options.states, width, scheme)


def take_for_readme() -> None:
    """What one sees of each page without scrolling: real processes, real weights, nothing made up."""
    with tempfile.TemporaryDirectory() as folder, whole_studio(Path(folder)) as running:
        engine = running.engine
        engine.ensure_user(NAME)
        for title, text in NOTES.items():
            engine.memory.remember(NAME, text, title=title)
        wait_for("both models and the memory", lambda: recalls(running))
        with window(running.url) as opened:
            opened.page.set_viewport_size({"width": 1440, "height": 1050})
            begin(opened, NAME, TROLL)
            opened.page.get_by_role("button", name="Regenerate").wait_for()
            keep(opened, "write")
            memory_recall(opened, NAME)
            keep(opened, "memory")
            job = engine.start_auto_train(NAME, TEXTS)
            jobs = engine.store.jobs
            wait_for("half of the texts", lambda: jobs.get(job.id).done >= TEXTS // 2, 600)
            opened.open(f"/auto_train?who={NAME}")
            keep(opened, "auto-train")
            wait_for("all texts", lambda: jobs.get(job.id).state.is_final, 600)
            opened.open(f"/dashboard?who={NAME}")
            keep(opened, "dashboard")


def recalls(running: WholeStudio) -> bool:
    """Whether the memory answers already."""
    try:
        return bool(running.engine.memory.recall(NAME, "Who is at the bridge?"))
    except (ModelError, RagError):
        return False


def keep(opened: Window, name: str) -> None:
    opened.settle()
    opened.page.screenshot(path=IMAGES / f"{name}.png")


def take_all(running: Studio, states: list[str], width: int, scheme: Scheme) -> None:
    """One browser for each screen, so that no state leaks from one picture into the next."""
    for name, act in SCREENS.items():
        if states and name not in states:
            continue
        with window(running.url, width=width, scheme=scheme) as opened:
            act(opened)
            if name not in MOVING:
                opened.settle()
            show_all(opened)
            file = FOLDER / f"{name}-{width}-{scheme}.png"
            opened.page.screenshot(path=file)
            notes = f"overflow {opened.overflow()} px"
            print(file.name, notes, *opened.errors, *opened.foreign, flush=True)


# Those would not keep still until they are another state.
MOVING = ("write-running", "arena-writing")


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
