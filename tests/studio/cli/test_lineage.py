"""`zega snapshots`, `zega lineage` and `zega erase`."""

from __future__ import annotations

from tests.engine.lineage.conftest import BODY, add_version, text_of
from tests.processes import Home
from tests.studio.cli.conftest import document, problem, zega
from tests.studio.web.shelf import Shelf

AS_JSON = ("--user", "anna", "--json")


def test_training_sets_are_frozen_listed_compared_and_verified(home: Home) -> None:
    assert document(zega("snapshots", "list", *AS_JSON)) == []
    assert problem(zega("snapshots", "freeze", *AS_JSON))["code"] == "not_enough_examples"
    shelf = Shelf(home.engine)
    shelf.examples(12)
    first = document(zega("snapshots", "freeze", *AS_JSON))
    added = home.engine.store.examples.add(text_of(shelf, BODY)).id
    second = document(zega("snapshots", "freeze", *AS_JSON))
    listed = document(zega("snapshots", "list", *AS_JSON))
    assert [row["id"] for row in listed] == [second["id"], first["id"]]
    assert second["rows"] == first["rows"] + 1
    found = document(zega("snapshots", "diff", first["id"], second["id"], *AS_JSON))
    assert found["added"] == [added]
    assert found["tables"]["author"] == {"person": {"added": 1, "removed": 0, "moved": 0}}
    shown = zega("snapshots", "diff", first["id"], second["id"], "--user", "anna").stdout
    assert "1 added, 0 removed" in shown
    assert document(zega("snapshots", "verify", first["id"], *AS_JSON))["intact"] is True
    assert problem(zega("snapshots", "verify", "0" * 32, *AS_JSON))["code"] == "not_found"


def test_a_text_is_followed_and_erased(home: Home) -> None:
    shelf = Shelf(home.engine)
    secret = home.engine.store.examples.add(text_of(shelf, BODY)).id
    version = add_version(shelf, home.folder, [*shelf.examples(2), secret])
    thread = document(zega("lineage", "--example", secret, *AS_JSON))
    assert [each["id"] for each in thread["versions"]] == [version.id]
    assert thread["active"] == "zega-anna v1"
    down = zega("lineage", "--version", "1", "--user", "anna").stdout
    assert f"train      {secret}" in down
    erase = ("erase", "--phrase", "blue ledger")
    assert problem(zega(*erase, *AS_JSON))["code"] == "invalid_input"  # neither asked nor told
    plan = document(zega(*erase, "--dry-run", *AS_JSON))
    assert {each["noun"] for each in plan["reached"]} == {"example", "snapshot", "run", "version"}
    refused = zega(*erase, "--user", "anna")  # nobody answers
    assert refused.exit_code == 1
    assert home.engine.store.examples.get("anna", secret).completion == BODY
    done = document(zega(*erase, "--yes", *AS_JSON))
    assert done["finished_at"]
    assert "quarantined" in zega("lineage", "--version", "1", "--user", "anna").stdout
    assert problem(zega("activate", "1", *AS_JSON))["code"] == "version_quarantined"
    again = problem(zega(*erase, "--yes", *AS_JSON))
    assert again["code"] == "invalid_input"
    assert problem(zega("lineage", *AS_JSON))["code"] == "invalid_input"
