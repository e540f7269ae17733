"""Examples: every prompt with its answer that may become training data.

What `kept` and `trainable` mean is said once in `engine.domain.example`; the SQL here follows it
and a test compares the two row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from engine.domain.example import Author, Decision, Example, Source
from engine.domain.quality import Quality
from engine.errors import InvalidInput, NotFound
from engine.store.database import Database
from engine.store.rows import (
    check_limit,
    find,
    new_id,
    now,
    quality_from,
    quality_values,
    require_user,
)
from engine.store.tables import examples, imports, jobs

# Far below the number of parameters one statement may carry (SQLite 32,766, Postgres 65,535).
_IDS_PER_QUERY = 1000


@dataclass(frozen=True)
class NewExample:
    """An Example before it is stored: the store adds `id` and `created_at`.

    An empty `split_group` becomes the seed prompt.
    """

    user_id: str
    kind: str
    genre: str | None
    style: str | None
    seed_prompt: str
    prompt: str
    completion: str
    source: Source
    author: Author
    generator: str
    quality: Quality
    job_id: str | None = None
    plan_index: int | None = None
    duplicate_of: str | None = None
    feedback: int = 0
    split_group: str = ""
    variant_of: str | None = None
    variant: str | None = None
    decision: Decision | None = None
    import_id: str | None = None


class KeptText(NamedTuple):
    """A kept completion, as the search for near-duplicates reads it."""

    id: str
    completion: str


class Examples:
    """Lists are newest first, except what goes into training: oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewExample) -> Example:
        """Store one example. Raises NotFound for a user, job or duplicate that is not there."""
        with self._database.write() as connection:
            return insert_example(connection, new)

    def get(self, user_id: str, example_id: str) -> Example:
        """One example. Raises NotFound."""
        with self._database.read() as connection:
            return example_from(find(connection, examples, "example", example_id, user_id=user_id))

    def trainable(self, user_id: str, *, threshold: float) -> list[Example]:
        """Trainable examples, oldest first."""
        query = (
            select(examples)
            .where(examples.c.user_id == user_id, is_trainable(threshold))
            .order_by(examples.c.created_at, examples.c.id)
        )
        with self._database.read() as connection:
            return [example_from(row) for row in connection.execute(query).mappings()]

    def count_trainable(self, user_id: str, *, threshold: float) -> int:
        """How many examples `trainable` would give."""
        query = (
            select(func.count())
            .select_from(examples)
            .where(examples.c.user_id == user_id, is_trainable(threshold))
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def set_feedback(self, user_id: str, example_id: str, feedback: int) -> None:
        """Store a person's thumb: 1, 0 or -1. Raises InvalidInput and NotFound."""
        check_feedback(feedback)
        with self._database.write() as connection:
            set_feedback(connection, user_id, example_id, feedback)

    def kept_texts(
        self, user_id: str, threshold: float, *, seed_prompt: str | None = None
    ) -> list[KeptText]:
        """Kept completions of the user (on one prompt, if given), oldest first, with their ids."""
        query = (
            select(examples.c.id, examples.c.completion)
            .where(examples.c.user_id == user_id, is_kept(threshold))
            .order_by(examples.c.created_at, examples.c.id)
        )
        if seed_prompt is not None:
            query = query.where(examples.c.seed_prompt == seed_prompt)
        with self._database.read() as connection:
            return [KeptText(*row) for row in connection.execute(query)]

    def of_ids(self, user_id: str, ids: list[str]) -> list[Example]:
        """Examples in the order of `ids`. Raises NotFound for the first that is not there."""
        found: dict[str, Example] = {}
        with self._database.read() as connection:
            for start in range(0, len(ids), _IDS_PER_QUERY):
                query = select(examples).where(
                    examples.c.user_id == user_id,
                    examples.c.id.in_(ids[start : start + _IDS_PER_QUERY]),
                )
                for row in connection.execute(query).mappings():
                    found[row["id"]] = example_from(row)
        for example_id in ids:
            if example_id not in found:
                raise NotFound("example", example_id)
        return [found[example_id] for example_id in ids]

    def list(
        self,
        user_id: str,
        *,
        source: Source | None = None,
        genre: str | None = None,
        job_id: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Example]:
        """Examples newest first, narrowed by whatever is given. Raises InvalidInput."""
        check_limit(limit, offset)
        query = select(examples).where(examples.c.user_id == user_id)
        if source is not None:
            query = query.where(examples.c.source == source.value)
        if genre is not None:
            query = query.where(examples.c.genre == genre)
        if job_id is not None:
            query = query.where(examples.c.job_id == job_id)
        query = query.order_by(examples.c.created_at.desc(), examples.c.id.desc())
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [example_from(row) for row in rows]


def insert_example(connection: Connection, new: NewExample) -> Example:
    """Store one example inside the caller's transaction; raises like `Examples.add`."""
    check_feedback(new.feedback)
    require_user(connection, new.user_id)
    if new.job_id is not None:
        find(connection, jobs, "job", new.job_id, user_id=new.user_id)
    if new.import_id is not None:
        find(connection, imports, "import", new.import_id, user_id=new.user_id)
    for other in (new.duplicate_of, new.variant_of):
        if other is not None:
            find(connection, examples, "example", other, user_id=new.user_id)
    stamp = now()
    values = {
        "id": new_id(),
        "user_id": new.user_id,
        "kind": new.kind,
        "genre": new.genre,
        "style": new.style,
        "seed_prompt": new.seed_prompt,
        "prompt": new.prompt,
        "completion": new.completion,
        "source": new.source.value,
        "author": new.author.value,
        "generator": new.generator,
        "created_at": stamp,
        "job_id": new.job_id,
        "plan_index": new.plan_index,
        "duplicate_of": new.duplicate_of,
        "feedback": new.feedback,
        "split_group": new.split_group or new.seed_prompt,
        "variant_of": new.variant_of,
        "variant": new.variant,
        "decision": new.decision.value if new.decision else None,
        "decided_at": stamp if new.decision else None,
        "import_id": new.import_id,
    } | quality_values(new.quality)
    row = connection.execute(insert(examples).values(values).returning(examples))
    return example_from(row.mappings().one())


def example_from(row: RowMapping) -> Example:
    """The Example stored in a row of `examples`."""
    return Example(
        id=row["id"],
        user_id=row["user_id"],
        kind=row["kind"],
        genre=row["genre"],
        style=row["style"],
        seed_prompt=row["seed_prompt"],
        prompt=row["prompt"],
        completion=row["completion"],
        source=Source(row["source"]),
        author=Author(row["author"]),
        generator=row["generator"],
        quality=quality_from(row),
        created_at=row["created_at"],
        job_id=row["job_id"],
        plan_index=row["plan_index"],
        duplicate_of=row["duplicate_of"],
        feedback=row["feedback"],
        split_group=row["split_group"],
        variant_of=row["variant_of"],
        variant=row["variant"],
        decision=Decision(row["decision"]) if row["decision"] else None,
        decided_at=row["decided_at"],
        erased_at=row["erased_at"],
        import_id=row["import_id"],
    )


def set_feedback(connection: Connection, user_id: str, example_id: str, feedback: int) -> None:
    """Store a thumb inside the caller's transaction. Raises NotFound."""
    find(connection, examples, "example", example_id, user_id=user_id)
    connection.execute(
        update(examples).where(examples.c.id == example_id).values(feedback=feedback)
    )


def check_feedback(feedback: int) -> None:
    """Raise InvalidInput for what is no thumb."""
    if feedback not in (-1, 0, 1):
        raise InvalidInput("feedback", f"must be -1, 0 or 1, got {feedback}")


def is_kept(threshold: float | ColumnElement[float]) -> ColumnElement[bool]:
    """Whether a row is a kept example."""
    good_enough = or_(
        examples.c.author == Author.PERSON.value,
        examples.c.decision == Decision.ACCEPTED.value,
        examples.c.score >= threshold,
    )
    return and_(
        good_enough,
        examples.c.feedback >= 0,
        examples.c.decision.is_distinct_from(Decision.REJECTED.value),
        examples.c.duplicate_of.is_(None),
        examples.c.erased_at.is_(None),
        # Variants count nowhere: not as kept, not towards a training (engine/store/variants.py).
        examples.c.source != Source.VARIANT.value,
    )


def is_trainable(threshold: float | ColumnElement[float]) -> ColumnElement[bool]:
    """Whether a row is a trainable example."""
    return and_(is_kept(threshold), examples.c.author != Author.STUDENT.value)
