"""Erasing beside imports: one that has not ended is named, and files of one that has do not stay."""

from __future__ import annotations

import pytest

from engine.data.readers import Upload
from engine.errors import WrongState
from tests.engine.lineage.conftest import BODY, SECRET, Shelved
from tests.engine.lineage.test_erase import holding


def test_an_import_that_has_not_ended_is_named_and_cannot_be_erased(shelved: Shelved) -> None:
    engine = shelved.engine
    found = engine.imports.add("anna", [Upload("mine.txt", BODY.encode())])
    plan = engine.lineage.plan_erasure("anna", phrase="blue ledger")
    assert [each for each in plan.elsewhere if found.id in each]
    with pytest.raises(WrongState, match="cancelled"):
        engine.lineage.plan_erasure("anna", import_id=found.id)
    # Its job ends without the worker, as when that is killed at the last moment.
    engine.store.jobs.request_cancel("anna", found.id)
    assert holding(shelved.home / "imports", SECRET)
    plan = engine.lineage.plan_erasure("anna", phrase="blue ledger")
    assert not [each for each in plan.elsewhere if found.id in each]
    engine.lineage.erase(plan)
    assert holding(shelved.home, SECRET) == []
