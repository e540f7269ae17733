"""One look at a training: its job, its run with the curve, and its version."""

from __future__ import annotations

from engine.store import Store
from engine.views import TrainingView


def training_view(store: Store, user_id: str, job_id: str) -> TrainingView:
    """Run and version appear as they come to be. Raises NotFound for another's job."""
    job = store.jobs.get_for(user_id, job_id)
    run = next((run for run in store.runs.list(user_id) if run.id == job_id), None)
    version = store.versions.by_id(run.version_id) if run and run.version_id else None
    return TrainingView(job, run, store.runs.steps(job_id) if run else [], version)
