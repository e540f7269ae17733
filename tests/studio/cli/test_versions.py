"""`zega versions` and `zega activate`."""

from __future__ import annotations

import pytest

from tests.engine.store.conftest import Make
from tests.processes import Home
from tests.studio.cli.conftest import document, problem, zega


def test_versions_are_listed_and_activated(home: Home) -> None:
    assert document(zega("versions", "--user", "anna", "--json")) == []
    make = Make(home.engine.store)
    make.version()
    make.version()
    rows = document(zega("versions", "--user", "anna", "--json"))
    assert [(row["number"], row["active"]) for row in rows] == [(2, False), (1, False)]
    assert document(zega("activate", "v1", "--user", "anna", "--json")) == {
        "active": "zega-anna v1"
    }
    active = home.engine.active_version("anna")
    assert active is not None
    assert active.number == 1
    shown = zega("versions", "--user", "anna").stdout.splitlines()
    assert [line[0] for line in shown] == [" ", "*", " "]
    assert document(zega("activate", "base", "--user", "anna", "--json")) == {"active": "base"}
    assert home.engine.active_version("anna") is None


@pytest.mark.parametrize(
    ("version", "code"), [("9", "not_found"), ("best", "invalid_input"), ("-1", None)]
)
def test_what_cannot_be_activated(home: Home, version: str, code: str | None) -> None:
    result = zega("activate", version, "--user", "anna", "--json")
    if code is None:  # an option, to the command line
        assert result.exit_code == 2
    else:
        assert problem(result)["code"] == code
