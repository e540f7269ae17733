"""What ben tries on anna's ids, method by method: test_isolation.py says what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from engine.domain.budget import Cost
from engine.domain.erasure import Noun
from engine.domain.example import Source
from engine.domain.export import Selection, Which
from engine.domain.imports import FileReport
from engine.domain.passage import Scope
from engine.domain.quality import Quality
from engine.domain.review import Action, Order, Pile, ReviewFilter, ReviewProgress
from engine.domain.snapshot import Split
from engine.domain.vote import Choice
from engine.store import Store
from engine.store.example_pages import ExampleFilter
from engine.store.growth import Dimension
from engine.store.new_examples import NEVER
from engine.store.workload import Move

# Methods where the user's id only says who owns the new row; there is no other row to touch.
CREATING = {
    "users.ensure",
    "stories.create",
    "jobs.create",
    "preferences.set",
    "passages.add",
    "two_phases.create",
    "keyword_lists.save",
    "benchmarks.add",
    "schedules.set",
}


DUE = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
ALL = ReviewFilter(Pile.UNDECIDED)


def add_draft(store: Store, anna: SimpleNamespace, make: Any) -> object:
    return store.stories.add_draft(
        "ben",
        anna.story,
        text="t",
        model="m",
        seconds=1.0,
        completion_tokens=1,
        finish_reason="stop",
        quality=Quality(8.0),
        example=make.new_example("ben"),
    )


def create_run(store: Store, anna: SimpleNamespace, make: Any) -> object:
    return store.runs.create(
        anna.run.id,
        "ben",
        anna.snapshot,
        recipe="r",
        base_model="b",
        folder="f",
        batch_size=1,
    )


def add_pair(store: Store, anna: SimpleNamespace, make: Any) -> object:
    return store.votes.add(
        "ben",
        prompt="p",
        kind="story",
        genre=None,
        left_model="l",
        right_model="r",
        right_version_id=anna.version.id,
    )


def add_version(store: Store, anna: SimpleNamespace, make: Any) -> object:
    stolen = SimpleNamespace(
        **{field.name: getattr(anna.run, field.name) for field in fields(anna.run)}
    )
    stolen.user_id = "ben"
    return make.version_of(stolen)


def add_evaluation(store: Store, anna: SimpleNamespace, make: Any) -> object:
    return make.evaluation("ben", version_id=anna.version.id)


Attempt = Callable[[Store, SimpleNamespace, Any], object]

REFUSED: dict[str, Attempt] = {
    "exports.add": lambda s, a, m: s.exports.add(
        "ben", format="csv", place="p", example_ids=[a.example]
    ),
    "benchmarks.get": lambda s, a, m: s.benchmarks.get("ben", "verbs"),
    "benchmarks.rows": lambda s, a, m: s.benchmarks.rows("ben", "verbs"),
    "benchmarks.remove": lambda s, a, m: s.benchmarks.remove("ben", "verbs"),
    "keyword_lists.get": lambda s, a, m: s.keyword_lists.get("ben", "terms"),
    "stories.add_draft": add_draft,
    "stories.get": lambda s, a, m: s.stories.get("ben", a.story),
    "stories.delete": lambda s, a, m: s.stories.delete("ben", a.story),
    "stories.restore": lambda s, a, m: s.stories.restore("ben", a.story),
    "examples.get": lambda s, a, m: s.examples.get("ben", a.example),
    "examples.set_feedback": lambda s, a, m: s.examples.set_feedback("ben", a.example, -1),
    "examples.of_ids": lambda s, a, m: s.examples.of_ids("ben", [a.example]),
    "variants.of": lambda s, a, m: s.variants.of("ben", a.example),
    "variants.add": lambda s, a, m: s.variants.add(
        "ben", [m.new_example("ben", source=Source.VARIANT, variant_of=a.example)]
    ),
    "imports.begin": lambda s, a, m: s.imports.begin("ben", a.import_id, "continuation", []),
    "imports.record": lambda s, a, m: s.imports.record(
        "ben", a.import_id, 0, FileReport("a.txt"), FileReport("a.txt", done=True)
    ),
    "imports.get": lambda s, a, m: s.imports.get("ben", a.import_id),
    "imports.rejections": lambda s, a, m: s.imports.rejections("ben", a.import_id),
    "imports.undo": lambda s, a, m: s.imports.undo("ben", a.import_id),
    "outcomes.rejected": lambda s, a, m: s.outcomes.rejected("ben", a.job),
    "jobs.get_for": lambda s, a, m: s.jobs.get_for("ben", a.job),
    "jobs.request_cancel": lambda s, a, m: s.jobs.request_cancel("ben", a.job),
    "jobs.request_stop": lambda s, a, m: s.jobs.request_stop("ben", a.job),
    "jobs.queue": lambda s, a, m: s.jobs.queue("ben", a.job),
    "snapshots.create": lambda s, a, m: s.snapshots.create(
        "ben", [(a.example, Split.TRAIN)], "ab" * 32
    ),
    "passages.get": lambda s, a, m: s.passages.get("ben", a.passage.id),
    "passages.change": lambda s, a, m: s.passages.change("ben", a.passage.id, text="t"),
    "snapshots.row_hashes": lambda s, a, m: s.snapshots.row_hashes("ben", a.snapshot),
    "erasures.erase": lambda s, a, m: s.erasures.erase(
        "1" * 32, "ben", "", {"example": [a.example], "snapshot": [a.snapshot]}
    ),
    "erasures.get": lambda s, a, m: s.erasures.get("ben", a.erasure.id),
    "snapshots.report": lambda s, a, m: s.snapshots.report("ben", a.snapshot),
    "snapshots.get": lambda s, a, m: s.snapshots.get("ben", a.snapshot),
    "runs.create": create_run,
    "versions.add": add_version,
    "versions.get": lambda s, a, m: s.versions.get("ben", a.version.number),
    "versions.activate": lambda s, a, m: s.versions.activate("ben", a.version.id),
    "rulings.add": lambda s, a, m: s.rulings.add("ben", a.version.id, m.ruling(), "v"),
    "rulings.take_over": lambda s, a, m: s.rulings.take_over(
        "ben", a.version.id, m.ruling(), "v", rival_id=None
    ),
    "evaluations.add": add_evaluation,
    "evaluations.get": lambda s, a, m: s.evaluations.get("ben", a.evaluation),
    "decisions.decide": lambda s, a, m: s.decisions.decide("ben", a.example, Action.ACCEPT, seen=0),
    "decisions.replace": lambda s, a, m: s.decisions.replace(
        "ben", [(a.example, 0, m.new_example("ben"))], Action.EDIT
    ),
    "schedules.start_now": lambda s, a, m: s.schedules.start_now("ben", {"num_examples": 1}),
    "workload.move": lambda s, a, m: s.workload.move("ben", a.job, Move.FRONT),
    "ledger.reserve": lambda s, a, m: s.ledger.reserve(
        "ben", Cost(1, 2, 3), generator="g", owner="o", job_id=a.job
    ),
    "feedback.give": lambda s, a, m: s.feedback.give("ben", -1, example_id=a.example),
    "feedback.of": lambda s, a, m: s.feedback.of("ben", a.draft),
    "feedback.reveal": lambda s, a, m: s.feedback.reveal("ben", a.draft),
    "votes.add": add_pair,
    "votes.write": lambda s, a, m: s.votes.write("ben", a.pair, left="t"),
    "votes.vote": lambda s, a, m: s.votes.vote("ben", a.pair, Choice.LEFT),
    "votes.skip": lambda s, a, m: s.votes.skip("ben", a.pair),
}

EMPTY: dict[str, Attempt] = {
    "exports.pages": lambda s, a, m: list(
        s.exports.pages("ben", Selection(which=Which.ALL), threshold=0.0)
    ),
    "exports.count": lambda s, a, m: s.exports.count(
        "ben", Selection(which=Which.ALL), threshold=0.0
    ),
    "exports.list": lambda s, a, m: s.exports.list("ben"),
    "exports.holding": lambda s, a, m: s.exports.holding("ben", [a.example]),
    "benchmarks.list": lambda s, a, m: s.benchmarks.list("ben"),
    "keyword_lists.list": lambda s, a, m: s.keyword_lists.list("ben"),
    "keyword_lists.remove": lambda s, a, m: s.keyword_lists.remove("ben", "terms"),
    "variants.count": lambda s, a, m: s.variants.count("ben"),
    "variants.usable": lambda s, a, m: s.variants.usable("ben"),
    "variants.remove_unused": lambda s, a, m: s.variants.remove_unused("ben"),
    "passages.of_ids": lambda s, a, m: s.passages.of_ids("ben", [a.passage.id]),
    "passages.list": lambda s, a, m: s.passages.list("ben", contains="key"),
    "passages.count": lambda s, a, m: s.passages.count("ben"),
    "passages.pinned": lambda s, a, m: s.passages.pinned("ben", [Scope.OWN]),
    "passages.texts": lambda s, a, m: s.passages.texts("ben", Scope.OWN),
    "passages.same": lambda s, a, m: s.passages.same("ben", Scope.OWN, a.passage.text),
    "passages.mark_used": lambda s, a, m: s.passages.mark_used("ben", [a.passage.id]),
    "passages.forget": lambda s, a, m: s.passages.forget("ben", [a.passage.id]),
    "outbox.unindexed": lambda s, a, m: s.outbox.unindexed("ben", "other", 9),
    "outbox.count_unindexed": lambda s, a, m: s.outbox.count_unindexed("ben", "other"),
    "outbox.indexed": lambda s, a, m: s.outbox.indexed("ben", "here"),
    # Anna's is none of ben's: he is told it is gone.
    "outbox.mark_indexed": lambda s, a, m: (
        s.outbox.mark_indexed("ben", "other", [a.passage]) != [a.passage.id]
    ),
    "outbox.unmark": lambda s, a, m: s.outbox.unmark("ben", [a.passage.id]),
    "outbox.forgotten": lambda s, a, m: s.outbox.forgotten("ben"),
    "outbox.let_go": lambda s, a, m: s.outbox.let_go("ben", [a.forgotten]),
    "preferences.get": lambda s, a, m: s.preferences.get("ben", "mix"),
    "preferences.delete": lambda s, a, m: s.preferences.delete("ben", "mix"),
    "stories.list": lambda s, a, m: s.stories.list("ben"),
    "examples.list": lambda s, a, m: s.examples.list("ben", job_id=a.job, source=Source.AUTO_TRAIN),
    "examples.trainable": lambda s, a, m: s.examples.trainable("ben", threshold=0.0),
    "examples.count_trainable": lambda s, a, m: s.examples.count_trainable("ben", threshold=0.0),
    "examples.kept_texts": lambda s, a, m: s.examples.kept_texts("ben", 0.0),
    "new_examples.moments": lambda s, a, m: set(s.new_examples.moments("ben")) - {NEVER},
    "new_examples.count": lambda s, a, m: s.new_examples.count("ben", NEVER, threshold=0.0),
    "new_examples.decided_at": lambda s, a, m: s.new_examples.decided_at("ben") != NEVER,
    # Anna's training was asked for since, not one of ben's.
    "new_examples.begin_training": lambda s, a, m: s.new_examples.begin_training(
        "ben", {}, tried=s.new_examples.moments("anna").tried
    ),
    "schedules.get": lambda s, a, m: s.schedules.get("ben"),
    "schedules.remove": lambda s, a, m: s.schedules.remove("ben"),
    "schedules.take_turn": lambda s, a, m: s.schedules.take_turn(
        "ben", DUE, DUE, {"num_examples": 1}, at=DUE
    ),
    "imports.list": lambda s, a, m: s.imports.list("ben"),
    "imports.known_texts": lambda s, a, m: list(s.imports.known_texts("ben")),
    "example_pages.page": lambda s, a, m: (
        s.example_pages.page("ben", ExampleFilter(), threshold=0.0, limit=9).rows
    ),
    "example_pages.scores": lambda s, a, m: s.example_pages.scores(
        "ben", ExampleFilter(), threshold=0.0
    ),
    "collection.stats": lambda s, a, m: s.collection.stats("ben", threshold=0.0).total_examples,
    "jobs.list": lambda s, a, m: s.jobs.list("ben"),
    "jobs.count": lambda s, a, m: s.jobs.count("ben"),
    "jobs.active": lambda s, a, m: s.jobs.active("ben"),
    "snapshots.list": lambda s, a, m: s.snapshots.list("ben"),
    "erasures.list": lambda s, a, m: s.erasures.list("ben"),
    "lineage.of_import": lambda s, a, m: s.lineage.of_import("ben", "0" * 32),
    "lineage.variants": lambda s, a, m: s.lineage.variants("ben", [a.example]),
    "lineage.repeats": lambda s, a, m: s.lineage.repeats("ben", [a.example]),
    "lineage.drafts": lambda s, a, m: s.lineage.drafts("ben", [a.example]),
    "lineage.drafts_of_stories": lambda s, a, m: s.lineage.drafts_of_stories("ben", [a.example]),
    "lineage.inputs": lambda s, a, m: s.lineage.inputs("ben", [a.example]),
    "lineage.votes": lambda s, a, m: s.lineage.votes("ben", [a.story]),
    "lineage.passages": lambda s, a, m: s.lineage.passages("ben", [a.passage.source]),
    "lineage.snapshots": lambda s, a, m: s.lineage.snapshots("ben", [a.example]),
    "texts.page": lambda s, a, m: s.texts.page("ben", Noun.EXAMPLE),
    "texts.of_ids": lambda s, a, m: s.texts.of_ids("ben", Noun.EXAMPLE, [a.example]),
    "runs.list": lambda s, a, m: s.runs.list("ben"),
    "evaluations.count": lambda s, a, m: s.evaluations.count("ben"),
    "evaluations.heads": lambda s, a, m: s.evaluations.heads("ben", 10),
    "evaluations.list": lambda s, a, m: s.evaluations.list("ben"),
    "evaluations.newest": lambda s, a, m: s.evaluations.newest("ben", a.version.id),
    "versions.list": lambda s, a, m: s.versions.list("ben"),
    "versions.active": lambda s, a, m: s.versions.active("ben"),
    "versions.previous": lambda s, a, m: s.versions.previous("ben"),
    "versions.changed_at": lambda s, a, m: s.versions.changed_at("ben"),
    "watched.latest": lambda s, a, m: s.watched.latest("ben"),
    "growth.days": lambda s, a, m: s.growth.days("ben", Dimension.GENRE, threshold=0.0),
    "growth.genres": lambda s, a, m: s.growth.genres("ben", threshold=0.0),
    "growth.scores": lambda s, a, m: s.growth.scores("ben", threshold=0.0),
    "curves.runs": lambda s, a, m: s.curves.runs("ben"),
    "curves.steps": lambda s, a, m: s.curves.steps("ben", [a.version.run_id]),
    "decisions.seen": lambda s, a, m: s.decisions.seen("ben", [a.decided])[a.decided],
    "decisions.undo": lambda s, a, m: s.decisions.undo("ben"),
    "judged.edits": lambda s, a, m: s.judged.edits("ben"),
    "judged.texts": lambda s, a, m: s.judged.texts("ben"),
    "judged.stopped": lambda s, a, m: s.judged.stopped("ben"),
    "decisions.history": lambda s, a, m: s.decisions.history("ben", example_ids=[a.decided]),
    "decisions.original_of": lambda s, a, m: s.decisions.original_of("ben", a.decided),
    "review_queue.page": lambda s, a, m: s.review_queue.page(
        "ben", ALL, Order.NEWEST, threshold=0.0
    ),
    "review_queue.count": lambda s, a, m: s.review_queue.count("ben", ALL, threshold=0.0),
    "review_queue.progress": lambda s, a, m: (
        s.review_queue.progress("ben", ALL, threshold=0.0, target=None)
        != ReviewProgress(0, 0, 0, 0)
    ),
    "review_queue.texts": lambda s, a, m: s.review_queue.texts("ben", ALL, threshold=0.0, limit=9),
    "workload.waiting": lambda s, a, m: s.workload.waiting("ben"),
    "workload.endings": lambda s, a, m: s.workload.endings("ben"),
    "verdicts.newest": lambda s, a, m: s.verdicts.newest("ben", limit=9),
    "ledger.usage": lambda s, a, m: s.ledger.usage("ben", job_id=a.job).calls,
    "ledger.by_generator": lambda s, a, m: s.ledger.by_generator(
        "ben", datetime(2020, 1, 1, tzinfo=UTC)
    ),
    "feedback.thumbs": lambda s, a, m: s.feedback.thumbs("ben"),
    "feedback.edits": lambda s, a, m: s.feedback.edits("ben"),
    "feedback.reasons": lambda s, a, m: s.feedback.reasons("ben"),
    "feedback.trials": lambda s, a, m: s.feedback.trials("ben"),
    "votes.open": lambda s, a, m: s.votes.open("ben"),
    "votes.newest": lambda s, a, m: s.votes.newest("ben"),
    "votes.undo": lambda s, a, m: s.votes.undo("ben"),
    "votes.list": lambda s, a, m: s.votes.list("ben"),
    "votes.shown": lambda s, a, m: s.votes.shown("ben"),
}
