"""The tables, as they are after the newest migration. Only the store sees them.

A change here needs a new numbered migration; a test compares the two.
"""

from engine.store.tables.base import metadata
from engine.store.tables.memory import forgotten_passages, passages
from engine.store.tables.models import activations, comparisons, generations, versions
from engine.store.tables.people import preferences, users
from engine.store.tables.providers import providers, switches
from engine.store.tables.training import runs, snapshot_rows, snapshots, steps
from engine.store.tables.work import jobs, outcomes, rejected_candidates
from engine.store.tables.writing import drafts, examples, stories

__all__ = [
    "activations",
    "comparisons",
    "drafts",
    "examples",
    "forgotten_passages",
    "generations",
    "jobs",
    "metadata",
    "outcomes",
    "passages",
    "preferences",
    "providers",
    "rejected_candidates",
    "runs",
    "snapshot_rows",
    "snapshots",
    "steps",
    "stories",
    "switches",
    "users",
    "versions",
]
