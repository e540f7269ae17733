"""One look at an auto-training: its job, its figures and its newest texts."""

from __future__ import annotations

from engine.store import Store
from engine.views import AutoTrainView


def auto_train_view(store: Store, user_id: str, job_id: str, *, limit: int) -> AutoTrainView:
    """At most `limit` texts of each sort. Raises NotFound for another's job."""
    return AutoTrainView(
        job=store.jobs.get_for(user_id, job_id),
        summary=store.outcomes.summary(job_id),
        kept=store.outcomes.kept(job_id, limit=limit),
        rejected=store.outcomes.rejected(user_id, job_id, limit=limit),
    )
