"""The kinds: complete as they come, added by a file, and refused by file and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.errors import InvalidInput, UnreadableFile
from engine.kinds import open_kinds, stories
from engine.kinds.catalog import check_category, read_kind
from engine.quality.sections import find_sections
from engine.rendering import request_for

LETTERS: dict[str, Any] = {
    "title": "Letters",
    "noun": "letter",
    "description": "An occasion in, a letter out.",
    "asked": {"label": "What is the letter about?", "placeholder": "A lost umbrella."},
    "system": "You write letters. Answer with the letter only.",
    "form": "Write a(n) {category} letter. {idea}",
    "length": {"fewest": 30, "most": 120, "tokens": 200},
    "prompts": {"official": ["A fine for a book."], "friendly": ["Thanks for the soup."]},
    "sections": [{"name": "Greeting", "heading": "Dear", "start": "Dear"}],
    "scoring": {"method": "document", "weights": {"sections": 1, "relevance": 1}},
}


def write(folder: Path, name: str = "letters", **changes: Any) -> Path:
    """A kind's file in a home's folder; `None` leaves a field out."""
    (folder / "kinds").mkdir(parents=True, exist_ok=True)
    path = folder / "kinds" / f"{name}.yaml"
    data = {key: value for key, value in (LETTERS | changes).items() if value is not None}
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def test_the_public_names_are_there_in_their_order(tmp_path: Path) -> None:
    names = [kind.name for kind in open_kinds(tmp_path).all()]
    assert names[:4] == ["stories", "epics", "procedures", "code"]


@pytest.mark.parametrize("name", ["epics", "procedures", "code"])
def test_a_kind_brings_prompts_enough_and_measures_with_others(name: str, tmp_path: Path) -> None:
    kind = open_kinds(tmp_path).get(name)
    ideas = [idea.lower() for texts in kind.prompts.values() for idea in texts]
    assert len(set(ideas)) == len(ideas) >= 20
    assert len(kind.evaluation) >= 4
    assert not {idea.prompt.lower() for idea in kind.evaluation} & set(ideas)
    assert kind.system != stories().system
    assert kind.shown is not None
    sections = find_sections(kind.shown.answer, kind.sections)
    assert list(sections) == [section.name for section in kind.sections]
    assert kind.shown.answer.startswith(kind.opening_for(kind.shown.idea))


def test_a_file_in_the_home_is_a_kind(tmp_path: Path) -> None:
    write(tmp_path)
    kinds = open_kinds(tmp_path)
    assert [kind.name for kind in kinds.all()][-1] == "letters"
    kind = kinds.get("letters")
    assert kind.categories == ("official", "friendly")
    assert request_for(kind, "A fine.", genre="official") == "Write an official letter. A fine."
    assert request_for(kind, "A {fine}.") == "Write a letter. A {fine}."
    check_category(kind, "friendly")
    with pytest.raises(InvalidInput, match="official, friendly; got 'horror'"):
        check_category(kind, "horror")


def test_an_unknown_kind_names_those_there_are(tmp_path: Path) -> None:
    write(tmp_path)
    kinds = open_kinds(tmp_path)
    with pytest.raises(
        InvalidInput, match=r"stories, epics, procedures, code, .*letters; got 'odes'"
    ):
        kinds.get("odes")
    assert kinds.find("odes") is stories()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"system": None}, "system"),
        ({"colour": "red"}, "colour"),
        ({"length": {"fewest": 0, "most": 9, "tokens": 99}}, "length.fewest"),
        ({"length": {"fewest": 99, "most": 9, "tokens": 99}}, "length.fewest"),
        ({"form": "Write a letter."}, "form"),
        ({"form": "Write {thing}. {idea}"}, "form"),
        ({"prompts": []}, "prompts"),
        ({"prompts": {"official": []}}, "prompts"),
        ({"prompts": "nowhere.yaml"}, "nowhere.yaml"),
        ({"evaluation": [{"prompt": "A fine.", "genre": "odd"}]}, "evaluation"),
        ({"sections": [{"name": "G", "heading": "(", "start": "Dear"}]}, "sections.0.heading"),
        ({"named": "[", "opening": "Dear {named}"}, "named"),
        ({"scoring": {"method": "document", "weights": {"rhyme": 1}}}, "scoring.weights.rhyme"),
        ({"scoring": {"method": "document", "weights": {}}}, "scoring.weights"),
        ({"scoring": {"method": "magic"}}, "scoring.method"),
        (
            {"scoring": {"method": "code", "language": "cobol", "weights": {"parses": 1}}},
            "scoring.language",
        ),
    ],
)
def test_what_is_off_is_named_by_file_and_field(
    changes: dict[str, Any], field: str, tmp_path: Path
) -> None:
    path = write(tmp_path, **changes)
    with pytest.raises(UnreadableFile) as refused:
        read_kind(path)
    assert str(path) in str(refused.value)
    assert field in str(refused.value)


def test_names_of_built_in_kinds_and_odd_names_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "one", "epics")
    with pytest.raises(UnreadableFile, match="built-in"):
        open_kinds(tmp_path / "one")
    with pytest.raises(UnreadableFile, match="small letters"):
        read_kind(write(tmp_path, "My Letters"))
