"""A copy of the project for tests that follow a recipe of CONTRIBUTING.md to the letter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.processes import ROOT

PARTS = ("docs", "engine", "models", "pages", "rag", "scripts", "studio", "tests")
FILES = ("*.md", "*.toml", "*.txt", "Makefile", "Dockerfile", "streamlit_app.py", ".env.example")


class Copy:
    """The project in a folder of its own, to change and to try."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "copy"
        for part in PARTS:
            # With what Python has compiled, but for what it writes at this moment.
            skip = shutil.ignore_patterns("*.pyc.*")
            shutil.copytree(ROOT / part, self.folder / part, ignore=skip)
        for pattern in FILES:
            for path in ROOT.glob(pattern):
                shutil.copy(path, self.folder)

    def append(self, name: str, text: str) -> None:
        """Add to the end of a file; a file that is not there is made."""
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def insert_after(self, name: str, line: str, new: str) -> None:
        """Add a line after one that the file holds once."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(f"{line}\n") == 1, f"{name} holds {line!r} not once"
        path.write_text(text.replace(f"{line}\n", f"{line}\n{new}\n"), encoding="utf-8")

    def run(self, *arguments: str, stdin: str = "") -> str:
        """`python …` in the copy; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            # Several threads wait for each other when the cores are busy.
            env={**os.environ, "ZEGA_HOME": str(self.folder / "var"), "OMP_NUM_THREADS": "1"},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def read_recipe(heading: str, *names: str) -> None:
    """The recipe is in CONTRIBUTING.md, has three steps, and names what is about to be done."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    assert [line[:2] for line in recipe.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]
    assert [name for name in names if name not in recipe] == []
