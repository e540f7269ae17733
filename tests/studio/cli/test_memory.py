"""`zega memory …`: what is remembered is listed, copied, taken in elsewhere and forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.processes import Home
from tests.studio.cli.conftest import document, problem, zega

KEY = "Mara hid the brass key under the third stair of the old mill, and told nobody."
WELL = "The well behind the chapel has been dry since the summer of the great fire."


def remember(text: str, user: str = "anna") -> None:
    found = document(zega("memory", "remember", "-", "--user", user, "--json", stdin=text))
    assert found["new"] == 1


def texts(user: str) -> set[str]:
    rows = document(zega("memory", "list", "--user", user, "--json"))
    assert rows["total"] == len(rows["passages"])
    return {row["text"] for row in rows["passages"]}


def test_remembered_texts_are_listed_once(home: Home) -> None:
    remember(KEY)
    remember(WELL)
    again = document(zega("memory", "remember", "-", "--user", "anna", "--json", stdin=KEY))
    assert (again["new"], again["merged"]) == (0, 1)
    assert texts("anna") == {KEY, WELL}
    shown = zega("memory", "list", "--user", "anna", "--contains", "chapel").stdout
    assert "The well behind" in shown
    assert "brass key" not in shown


def test_a_file_is_taken_in_under_its_name(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "mill.md"
    file.write_text(KEY, encoding="utf-8")
    zega("memory", "remember", str(file), "--user", "anna")
    (passage,) = home.engine.memory.passages("anna").passages
    assert (passage.title, passage.text) == ("mill.md", KEY)


def test_a_copy_is_taken_in_by_another_name(home: Home, tmp_path: Path) -> None:
    remember(KEY)
    remember(WELL)
    copy = tmp_path / "copy.jsonl"
    assert zega("memory", "export", "--user", "anna", "--out", str(copy)).exit_code == 0
    assert zega("memory", "export", "--user", "anna").stdout == copy.read_text(encoding="utf-8")
    assert {json.loads(line)["text"] for line in copy.read_text().splitlines()} == {KEY, WELL}
    taken = document(zega("memory", "import", str(copy), "--user", "ben", "--json"))
    assert (taken["new"], taken["merged"]) == (2, 0)
    assert texts("ben") == texts("anna") == {KEY, WELL}


def test_a_copy_is_one_document_for_programs(home: Home, tmp_path: Path) -> None:
    assert document(zega("memory", "export", "--user", "anna", "--json")) == []
    remember(KEY)
    remember(WELL)
    rows = document(zega("memory", "export", "--user", "anna", "--json"))
    assert {row["text"] for row in rows} == {KEY, WELL}
    copy = tmp_path / "copy.jsonl"
    found = document(zega("memory", "export", "--user", "anna", "--out", str(copy), "--json"))
    assert found == {"passages": 2, "place": str(copy)}
    assert [json.loads(line) for line in copy.read_text().splitlines()] == rows


def test_a_passage_is_edited_pinned_and_switched(home: Home) -> None:
    remember(KEY)
    (row,) = document(zega("memory", "list", "--user", "anna", "--json"))["passages"]
    own = ("--user", "anna", "--json")
    edited = document(
        zega("memory", "edit", row["id"], "--text", "-", "--title", "Well", *own, stdin=WELL)
    )
    assert (edited["text"], edited["title"]) == (WELL, "Well")
    assert document(zega("memory", "pin", row["id"], *own))["pinned"] is True
    assert document(zega("memory", "pin", row["id"], "--off", *own))["pinned"] is False
    assert document(zega("memory", "switch", row["id"], "--off", *own))["active"] is False
    assert document(zega("memory", "switch", row["id"], *own))["active"] is True
    assert problem(zega("memory", "edit", row["id"], *own))["code"] == "invalid_input"
    home.engine.ensure_user("ben")
    for change in ("edit", "pin", "switch"):
        more = ("--title", "Mine") if change == "edit" else ()
        foreign = problem(zega("memory", change, row["id"], *more, "--user", "ben", "--json"))
        assert foreign["code"] == "not_found"
    assert home.engine.memory.passage("anna", row["id"]).title == "Well"


def test_a_broken_copy_is_refused_whole(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_text(json.dumps({"text": KEY}) + '\n{"title": "no text"}\n', encoding="utf-8")
    refused = problem(zega("memory", "import", str(copy), "--user", "ben", "--json"))
    assert refused["code"] == "unreadable_file"
    assert texts("ben") == set()


def test_what_is_forgotten_is_gone_and_of_nobody_else(home: Home) -> None:
    remember(KEY)
    remember(WELL)
    remember(KEY, user="ben")
    rows = document(zega("memory", "list", "--user", "anna", "--json"))["passages"]
    wanted = next(row["id"] for row in rows if row["text"] == KEY)
    foreign = problem(zega("memory", "forget", wanted, "--user", "ben", "--json"))
    assert foreign["code"] == "not_found"
    gone = document(zega("memory", "forget", wanted, "--user", "anna", "--json"))
    assert gone["count"] == 1
    assert texts("anna") == {WELL}
    assert texts("ben") == {KEY}


@pytest.mark.parametrize("user", ["../anna", "Anna", ""])
def test_a_name_that_cannot_be_is_refused(home: Home, user: str) -> None:
    refused = problem(zega("memory", "list", "--user", user, "--json"))
    assert refused["code"] == "invalid_input"
