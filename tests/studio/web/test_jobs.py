"""The chips of jobs in the sidebar: each kind of job has a name everywhere."""

from __future__ import annotations

import pytest

from engine.domain.job import JobKind
from engine.engine import Engine
from engine.jobs import events, queue, waiting, work
from studio.web.components import jobs
from studio.web.navigation import DASHBOARD
from tests.studio.web.conftest import open_studio
from tests.studio.web.shelf import Shelf


@pytest.mark.parametrize("kind", JobKind)
def test_a_job_of_any_kind_has_its_chip(engine: Engine, anna: Shelf, kind: JobKind) -> None:
    job = engine.store.jobs.create("anna", kind, {"num_examples": 3, "mix": {}, "seed": 1})
    page = open_studio("anna", DASHBOARD)
    assert any(each.key == f"chip/{job.id}" for each in page.button)


def test_every_table_by_kind_of_job_holds_every_kind() -> None:
    for table in (
        jobs.NAMES,
        waiting.NAMES,
        events.PREFIX,
        queue.QUEUES,
        queue.WORKFLOWS,
        work.WORK,
    ):
        assert set(table) == set(JobKind)
