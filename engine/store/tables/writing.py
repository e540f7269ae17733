"""Tables of texts: examples, and stories with their drafts."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from engine.store.columns import (
    id_column,
    integer,
    json,
    number,
    quality,
    reference,
    text,
    time,
    user_column,
)
from engine.store.tables.base import metadata

examples = Table(
    "examples",
    metadata,
    id_column(),
    user_column(),
    text("kind"),
    text("genre", nullable=True),
    text("style", nullable=True),
    text("seed_prompt"),
    text("prompt"),
    text("completion"),
    text("source"),
    text("author"),
    text("generator"),
    *quality(),
    time("created_at"),
    reference("job_id", "jobs.id", nullable=True),
    integer("plan_index", nullable=True),
    reference("duplicate_of", "examples.id", nullable=True),
    integer("feedback"),
    text("split_group"),
    reference("variant_of", "examples.id", nullable=True),
    text("variant", nullable=True),
    text("decision", nullable=True),
    time("decided_at", nullable=True),
    time("erased_at", nullable=True),
    reference("import_id", "imports.id", nullable=True),
    Index(None, "user_id", "created_at"),
    Index(None, "user_id", "decided_at"),
    Index(None, "variant_of"),
    Index(None, "duplicate_of"),
    Index(None, "import_id"),
    Index(None, "job_id", "plan_index"),
    # Everything that figures over a collection need, so that none of its long texts is read.
    Index(
        "ix_examples_overview",
        "user_id",
        "created_at",
        "genre",
        "kind",
        "generator",
        "author",
        "score",
        "duplicate_of",
        "feedback",
        "decision",
        "erased_at",
        "source",
        "id",
    ),
)


stories = Table(
    "stories",
    metadata,
    id_column(),
    user_column(),
    text("prompt"),
    text("kind"),
    text("genre", nullable=True),
    text("style", nullable=True),
    time("created_at"),
    time("deleted_at", nullable=True),
    Index(None, "user_id", "created_at"),
)


drafts = Table(
    "drafts",
    metadata,
    id_column(),
    reference("story_id", "stories.id"),
    integer("number"),
    text("text"),
    text("model"),
    number("seconds"),
    integer("completion_tokens"),
    text("finish_reason"),
    *quality(),
    reference("example_id", "examples.id", nullable=True),
    json("memory"),
    time("created_at"),
    UniqueConstraint("story_id", "number"),
    Index(None, "example_id"),
)
