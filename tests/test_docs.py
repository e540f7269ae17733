"""The documentation against the code: what can be set, called or opened must be written down.

Light on purpose: it reads files and the command line's own description, and imports no torch.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer.main
import yaml

from engine.settings import Settings
from engine.training.config import TrainingConfig
from engine.training.model_section import Lora, Model, Preference
from studio.cli import app

ROOT = Path(__file__).parent.parent
ARCHITECTURE_LINES = 150
PYTHON_LINES = 300

FENCED = re.compile(r"^```.*?^```\s*$", re.M | re.S)
INLINE_CODE = re.compile(r"`[^`\n]*`")
NAMED_FILE = re.compile(r"`([\w.*-]+(?:/[\w.*-]+)+)/?`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.M)
DECISION = re.compile(r"docs/decisions/(\d{3}[\w-]*(?:\.md)?)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.M)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project_files(*suffixes: str) -> Iterator[Path]:
    """The project's own files with these endings; hidden folders and var/ are left out."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name[0] not in "._" and name != "var"]
        yield from (Path(folder, name) for name in names if name.endswith(suffixes))


def here(path: Path) -> str:
    return str(path.relative_to(ROOT))


def default_of(name: str) -> str:
    """A setting's default as it is written in an environment variable."""
    default = Settings.model_fields[name].default
    return f"{default:g}" if isinstance(default, float) else str(default)


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", text, re.M | re.S)
    assert found, f"there is no heading {heading!r}"
    return found.group(1)


# Settings


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_table(name: str) -> None:
    default, sentence = default_of(name), Settings.model_fields[name].description
    shown = f"`{default}`" if default else "(empty)"
    assert f"| `ZEGA_{name.upper()}` | {shown} | {sentence} |" in read("docs/settings.md")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_example(name: str) -> None:
    sentence = Settings.model_fields[name].description
    lines = f"# {sentence}\n#ZEGA_{name.upper()}={default_of(name)}\n"
    assert lines in read(".env.example")


def test_the_example_sets_the_defaults_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("ZEGA_")]:
        monkeypatch.delenv(name)
    chosen = re.sub(r"^#(?=ZEGA_)", "", read(".env.example"), flags=re.M)
    example = tmp_path / "chosen.env"
    example.write_text(chosen, encoding="utf-8")
    build: Any = Settings
    assert build(_env_file=example) == build(_env_file=None)
    names = re.findall(r"^ZEGA_(\w+)=", chosen, re.M)
    assert names == [name.upper() for name in Settings.model_fields]


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"^\| `ZEGA_(\w+)` \|", read("docs/settings.md"), re.M))
    assert named == {name.upper() for name in Settings.model_fields}


# Commands


@pytest.mark.parametrize("target", sorted(set(TARGET.findall(read("Makefile")))))
def test_every_make_target_is_documented(target: str) -> None:
    assert f"| `make {target}` |" in read("docs/commands.md")


def commands(command: Any, name: str) -> dict[str, Any]:
    """Every command below `command` that does something, by its full name."""
    below = getattr(command, "commands", None)
    if below is None:
        return {name: command}
    found: dict[str, Any] = {}
    for part, each in below.items():
        found |= commands(each, f"{name} {part}")
    return found


COMMANDS = commands(typer.main.get_command(app), "zega")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_its_parameters(name: str) -> None:
    text = section(read("docs/commands.md"), f"`{name}`")
    for parameter in COMMANDS[name].params:
        is_argument = parameter.param_type_name == "argument"
        shown = parameter.name.upper() if is_argument else max(parameter.opts, key=len)
        assert f"`{shown}`" in text, f"{name}: {shown} is not explained"


def test_no_command_is_documented_that_does_not_exist() -> None:
    text = read("docs/commands.md")
    assert set(re.findall(r"^#+ `(zega [^`]+)`$", text, re.M)) == set(COMMANDS)
    targets = set(re.findall(r"^\| `make ([a-z-]+)` \|", text, re.M))
    assert targets == set(TARGET.findall(read("Makefile")))


# Pages, recipes, decisions


def test_every_page_is_documented_and_no_other() -> None:
    pages = {here(path) for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__"}
    named = set(re.findall(r"^#+ .*\(`(pages/\w+\.py)`\)$", read("docs/screens.md"), re.M))
    assert named == pages


RECIPES = sorted((ROOT / "engine/training/recipes").glob("*.yaml"))


def flat(settings: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Settings below sections by their full names."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= (
            flat(value, f"{above}{name}.") if isinstance(value, dict) else {above + name: value}
        )
    return found


def shown(value: Any) -> str:
    """A value as the tables of docs/training.md write it."""
    if value is None or value == "":
        return "(none)"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_is_documented_with_its_values(path: Path) -> None:
    recipe = flat(yaml.safe_load(path.read_text(encoding="utf-8")))
    del recipe["model.description"]
    rows = [f"| `{name}` | {shown(value)} |" for name, value in recipe.items()]
    text = section(read("docs/training.md"), f"Recipe `{path.stem}`")
    assert re.findall(r"^\| `.*$", text, re.M) == rows


def test_every_setting_of_a_training_is_documented_with_its_default() -> None:
    model = Model(lora=Lora()).model_copy(update={"preference": Preference()})
    defaults = TrainingConfig().model_copy(update={"model": model}).model_dump()
    rows = [f"| `{name}` | {shown(value)} | " for name, value in flat(defaults).items()]
    text = section(read("docs/training.md"), "A configuration")
    found = re.findall(r"^\| `.*$", text, re.M)
    assert len(found) == len(rows)
    assert all(line.startswith(row) for line, row in zip(found, rows, strict=True))


def test_every_decision_that_is_named_exists() -> None:
    ours = Path(__file__)
    written = {path.name for path in (ROOT / "docs/decisions").glob("*.md")}
    for path in [*project_files(".py", ".md", ".yaml", ".toml", ".txt"), ROOT / "Makefile"]:
        if path == ours:
            continue
        for name in DECISION.findall(path.read_text(encoding="utf-8")):
            assert name in written, f"{here(path)} names {name}, which does not exist"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:3]) for path in (ROOT / "docs/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_parts_of_the_score_are_documented_with_their_weights() -> None:
    text = read("docs/decisions/008-quality-score.md")
    for name, part in yaml.safe_load(read("engine/quality/weights.yaml"))["parts"].items():
        assert f"| `{name}` | {part['weight']:g} |" in text


def test_every_direct_dependency_has_its_reason() -> None:
    text = read("docs/decisions/001-dependencies.md")
    for file in ("requirements.txt", "requirements-models.txt", "requirements-dev.txt"):
        for name in re.findall(r"^([\w.-]+)==", read(file), re.M):
            assert f"| `{name}` |" in text, f"{name} of {file} has no reason"


# The documents themselves


MARKDOWN = sorted(project_files(".md"))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = HEADING.findall(FENCED.sub("", path.read_text(encoding="utf-8")))
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("path", MARKDOWN, ids=here)
def test_no_relative_link_is_dead(path: Path) -> None:
    text = INLINE_CODE.sub("", FENCED.sub("", path.read_text(encoding="utf-8")))
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), f"{here(path)} links to {link}, which does not exist"
        if anchor:
            assert anchor in anchors(target), f"{here(path)} links to {link}: no such heading"


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_exists(name: str) -> None:
    found = NAMED_FILE.findall(FENCED.sub("", read(name)))
    named = {path for path in found if not path.startswith("var/")}  # made by running
    assert len(named) > 20
    missing = [path for path in sorted(named) if not any(ROOT.glob(path))]
    assert not missing, f"{name} names {missing}"


@pytest.mark.parametrize("path", MARKDOWN, ids=here)
def test_no_figure_is_still_missing(path: Path) -> None:
    missing = re.findall(r"\{\{[^}]*\}\}", path.read_text(encoding="utf-8"))
    assert not missing, f"measure and fill in: {missing}"


def tree_of(text: str) -> list[str]:
    """Paths of an annotated tree: one entry a line, two spaces deeper inside a folder."""
    block = re.search(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    assert block, "there is no tree"
    paths: list[str] = []
    above: list[str] = []
    for line in block.group(1).splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        above[depth:] = [line.split()[0]]
        paths.append("".join(above))
    return paths


def test_everything_in_the_readme_tree_exists() -> None:
    paths = tree_of(section(read("README.md"), "Where things are"))
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert not missing
    assert all((ROOT / path).is_dir() == path.endswith("/") for path in paths)


def test_the_readme_tree_names_every_package() -> None:
    paths = tree_of(section(read("README.md"), "Where things are"))
    packages = {here(path.parent) + "/" for path in (ROOT / "engine").glob("*/__init__.py")}
    assert packages <= set(paths)


# How long things may get


def test_the_architecture_is_a_short_read() -> None:
    assert len(read("ARCHITECTURE.md").splitlines()) <= ARCHITECTURE_LINES


def test_no_python_file_is_too_long() -> None:
    lengths = {
        here(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in project_files(".py")
    }
    too_long = {name: length for name, length in lengths.items() if length > PYTHON_LINES}
    assert not too_long
