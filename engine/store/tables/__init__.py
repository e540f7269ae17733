"""The tables, as they are after the newest migration. Only the store sees them.

A change here needs a new numbered migration; a test compares the two.
"""

from engine.store.tables.arena import votes
from engine.store.tables.automation import schedules
from engine.store.tables.base import metadata
from engine.store.tables.benchmarks import benchmark_rows, benchmarks
from engine.store.tables.budget import charges
from engine.store.tables.erasures import erasures
from engine.store.tables.evaluation import evaluations
from engine.store.tables.exports import export_rows, exports
from engine.store.tables.feedback import edits, remarks, trials
from engine.store.tables.imports import import_rejections, imports
from engine.store.tables.keywords import keyword_lists
from engine.store.tables.memory import forgotten_passages, passages
from engine.store.tables.models import (
    activations,
    comparisons,
    generations,
    seq2seq_server,
    student_answers,
    versions,
)
from engine.store.tables.people import preferences, users
from engine.store.tables.providers import providers, switches
from engine.store.tables.review import decisions, releases, two_phase_inputs, two_phases
from engine.store.tables.training import runs, samples, snapshot_rows, snapshots, steps
from engine.store.tables.work import jobs, outcomes, rejected_candidates
from engine.store.tables.writing import drafts, examples, stories

__all__ = [
    "activations",
    "benchmark_rows",
    "benchmarks",
    "charges",
    "comparisons",
    "decisions",
    "drafts",
    "edits",
    "erasures",
    "evaluations",
    "examples",
    "export_rows",
    "exports",
    "forgotten_passages",
    "generations",
    "import_rejections",
    "imports",
    "jobs",
    "keyword_lists",
    "metadata",
    "outcomes",
    "passages",
    "preferences",
    "providers",
    "rejected_candidates",
    "releases",
    "remarks",
    "runs",
    "samples",
    "schedules",
    "seq2seq_server",
    "snapshot_rows",
    "snapshots",
    "steps",
    "stories",
    "student_answers",
    "switches",
    "trials",
    "two_phase_inputs",
    "two_phases",
    "users",
    "versions",
    "votes",
]
