"""The store: everything the studio must not lose, in one database.

Repositories take flat values and return the frozen types of `engine.domain`. Rows, SQL and
migrations stay inside this package; files, the index of memories and the network are elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.store.benchmarks import Benchmarks
from engine.store.collection import Collection
from engine.store.curves import Curves
from engine.store.database import Database
from engine.store.decisions import Decisions
from engine.store.erasures import Erasures
from engine.store.evaluations import Evaluations
from engine.store.example_pages import ExamplePages
from engine.store.examples import Examples
from engine.store.exports import Exports
from engine.store.feedback import Feedback
from engine.store.growth import Growth
from engine.store.imports import Imports
from engine.store.jobs import Jobs
from engine.store.judged import Judged
from engine.store.keywords import KeywordLists
from engine.store.ledger import Ledger
from engine.store.lineage import Lineage
from engine.store.new_examples import NewExamples
from engine.store.outbox import Outbox
from engine.store.outcomes import Outcomes
from engine.store.passages import Passages
from engine.store.preferences import Preferences
from engine.store.providers import Providers
from engine.store.releases import Releases
from engine.store.review_queue import ReviewQueue
from engine.store.rulings import Rulings
from engine.store.runs import Runs
from engine.store.schedules import Schedules
from engine.store.seq2seq_server import Seq2SeqServers
from engine.store.serving import Serving
from engine.store.snapshots import Snapshots
from engine.store.stories import Stories
from engine.store.texts import Texts
from engine.store.two_phases import TwoPhases
from engine.store.users import Users
from engine.store.variants import Variants
from engine.store.verdicts import Verdicts
from engine.store.versions import Versions
from engine.store.votes import Votes
from engine.store.watched import Watched
from engine.store.workload import Workload


@dataclass(frozen=True)
class Store:
    """All repositories over one database."""

    database: Database
    users: Users
    preferences: Preferences
    providers: Providers
    stories: Stories
    examples: Examples
    new_examples: NewExamples
    example_pages: ExamplePages
    collection: Collection
    outcomes: Outcomes
    imports: Imports
    jobs: Jobs
    schedules: Schedules
    variants: Variants
    snapshots: Snapshots
    runs: Runs
    versions: Versions
    rulings: Rulings
    evaluations: Evaluations
    benchmarks: Benchmarks
    serving: Serving
    seq2seq: Seq2SeqServers
    passages: Passages
    outbox: Outbox
    growth: Growth
    curves: Curves
    workload: Workload
    ledger: Ledger
    verdicts: Verdicts
    decisions: Decisions
    judged: Judged
    review_queue: ReviewQueue
    two_phases: TwoPhases
    releases: Releases
    exports: Exports
    keyword_lists: KeywordLists
    lineage: Lineage
    texts: Texts
    erasures: Erasures
    votes: Votes
    feedback: Feedback
    watched: Watched


def open_store(url: str) -> Store:
    """The store at this address, migrated to the newest schema. Raises InvalidInput."""
    database = Database(url)
    database.migrate()
    return Store(
        database=database,
        users=Users(database),
        preferences=Preferences(database),
        providers=Providers(database),
        stories=Stories(database),
        examples=Examples(database),
        new_examples=NewExamples(database),
        example_pages=ExamplePages(database),
        collection=Collection(database),
        outcomes=Outcomes(database),
        imports=Imports(database),
        jobs=Jobs(database),
        schedules=Schedules(database),
        variants=Variants(database),
        snapshots=Snapshots(database),
        runs=Runs(database),
        versions=Versions(database),
        rulings=Rulings(database),
        evaluations=Evaluations(database),
        benchmarks=Benchmarks(database),
        serving=Serving(database),
        seq2seq=Seq2SeqServers(database),
        passages=Passages(database),
        outbox=Outbox(database),
        growth=Growth(database),
        curves=Curves(database),
        workload=Workload(database),
        ledger=Ledger(database),
        verdicts=Verdicts(database),
        decisions=Decisions(database),
        judged=Judged(database),
        review_queue=ReviewQueue(database),
        two_phases=TwoPhases(database),
        releases=Releases(database),
        exports=Exports(database),
        keyword_lists=KeywordLists(database),
        lineage=Lineage(database),
        texts=Texts(database),
        erasures=Erasures(database),
        votes=Votes(database),
        feedback=Feedback(database),
        watched=Watched(database),
    )
