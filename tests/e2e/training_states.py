"""Trainings that ended badly, and versions of both students; see states.py."""

from __future__ import annotations

from engine.domain.job import JobKind
from engine.training.errors import ResumeRefused
from tests.studio.web.shelf import Shelf


def fail_jobs(shelf: Shelf) -> None:
    """A batch and a training that ended badly."""
    shelf.examples(12)
    jobs = shelf.engine.store.jobs
    batch = shelf.batch(kept=3, rejected=2, more=10)
    jobs.fail(batch.id, "model_unavailable", "The model server does not answer.")
    lesson = shelf.training(steps=5, total_steps=30)
    jobs.fail(lesson.id, "training_failed", "The trainer ended with code 1. Its log is train.log.")
    assert {job.kind for job in jobs.list(shelf.user)} == {JobKind.AUTO_TRAIN, JobKind.TRAINING}


def with_t5(shelf: Shelf) -> None:
    """Versions of both students, one of each active, and a training that cannot be resumed as it was."""
    for version in (shelf.version(), shelf.t5("20261121-143000"), shelf.t5("20261121-150000")):
        shelf.engine.activate(shelf.user, version.number)
    lesson = shelf.training(steps=5, total_steps=30)
    refused = ResumeRefused("threads was 2, is 4; torch was 2.11.0, is 2.12.0")
    shelf.store.jobs.fail(lesson.id, refused.code, str(refused))
