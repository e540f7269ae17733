"""Erasing: everything that holds a text is listed, then gone to the last byte; what learned it is shut."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.domain.erasure import ErasurePlan, Noun, Why
from engine.domain.job import JobState
from engine.domain.run import Sample
from engine.errors import ErasureChanged, InvalidInput, NotFound, Quarantined, SnapshotErased
from engine.store.texts import ERASED
from tests.engine.lineage.conftest import BODY, REWORDED, SECRET, Shelved, add_version, text_of
from tests.processes import ROOT, Home, wait_for

LOG_LINE = f"INFO asked: {BODY}"


@pytest.fixture
def plan(shelved: Shelved) -> ErasurePlan:
    export = shelved.home / "out.jsonl"
    export.write_text(BODY, encoding="utf-8")
    shelved.engine.store.exports.add(
        "anna", format="jsonl", place=str(export), example_ids=[shelved.secret.id]
    )
    asked = Sample(shelved.version.run_id, 9, 0, 1.0, BODY, SECRET, 0.5)
    shelved.engine.store.runs.add_sample(asked)
    logs = shelved.home / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "worker.log").write_text(f"first line\n{LOG_LINE}\nlast line\n", encoding="utf-8")
    return shelved.engine.lineage.plan_erasure("anna", [shelved.secret.id])


def holding(folder: Path, words: str) -> list[Path]:
    """Files below the folder whose bytes hold the words."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if words.encode() in path.read_bytes()]


def test_the_plan_lists_everything_that_holds_the_text(shelved: Shelved, plan: ErasurePlan) -> None:
    whys = {(each.noun, each.id): each.why for each in plan.reached}
    assert whys[Noun.EXAMPLE, shelved.secret.id] is Why.CHOSEN
    assert whys[Noun.EXAMPLE, shelved.variant] is Why.VARIANT
    assert plan.ids(Noun.EXAMPLE) == [shelved.secret.id, shelved.variant]
    assert plan.ids(Noun.DRAFT) == [shelved.draft.id]
    assert plan.ids(Noun.STORY) == [shelved.draft.story_id]
    assert plan.ids(Noun.PASSAGE) == [shelved.passage]
    assert plan.ids(Noun.CANDIDATE) == [shelved.candidate]
    assert plan.ids(Noun.SNAPSHOT) == [shelved.version.snapshot_id]
    assert [each.id for each in plan.quarantined] == [shelved.version.id]
    assert len(plan.of(Noun.EXPORT)) == 1
    names = {path.removeprefix(f"{shelved.home}/").split("/")[0] for path in plan.files}
    assert names == {"runs", "versions", "out.jsonl"}
    assert holding(shelved.home, SECRET)  # looking changes nothing
    assert shelved.engine.active_version("anna") == shelved.version


def test_nothing_of_the_text_is_left_on_the_disk(shelved: Shelved, plan: ErasurePlan) -> None:
    # Words that were overwritten or deleted before lie in free pages, until now.
    shelved.engine.memory.edit("anna", shelved.passage, text=f"{BODY} And more.")
    done = shelved.engine.lineage.erase(
        shelved.engine.lineage.plan_erasure("anna", plan.ids(Noun.EXAMPLE))
    )
    assert done.finished_at is not None
    assert shelved.engine.store.runs.samples(shelved.version.run_id) == []
    for words in (SECRET, BODY, REWORDED, "blue ledger", "baker's widow"):
        assert holding(shelved.home, words) == []
    log = (shelved.home / "logs" / "worker.log").read_text(encoding="utf-8")
    assert log == f"first line\n{'x' * len(LOG_LINE.encode())}\nlast line\n"


def test_rows_stay_without_their_words(shelved: Shelved, plan: ErasurePlan) -> None:
    store = shelved.engine.store
    shelved.engine.lineage.erase(plan)
    row = store.examples.get("anna", shelved.secret.id)
    assert (row.prompt, row.seed_prompt, row.completion, row.split_group) == ("", "", "", "")
    assert row.erased_at is not None
    assert row.quality.score == shelved.secret.quality.score
    assert not row.is_kept(0.0)
    assert shelved.secret.id not in {
        each.id for each in store.examples.trainable("anna", threshold=0)
    }
    assert store.passages.count("anna") == 0
    with pytest.raises(NotFound):  # not on the shelf any more
        store.stories.get("anna", shelved.draft.story_id)
    story = store.stories.restore("anna", shelved.draft.story_id)
    assert (story.prompt, story.drafts[0].text) == (ERASED, ERASED)
    kept = store.examples.of_ids("anna", shelved.others)
    assert all(each.completion for each in kept)


def test_what_learned_the_text_answers_no_more(shelved: Shelved, plan: ErasurePlan) -> None:
    engine, version = shelved.engine, shelved.version
    engine.lineage.erase(plan)
    assert engine.active_version("anna") == shelved.clean
    found = engine.store.versions.get("anna", version.number)
    assert found.quarantined_at is not None
    assert found.comparisons == ()
    assert not (shelved.home / version.gguf_path).exists()
    assert (shelved.home / shelved.clean.gguf_path).exists()
    with pytest.raises(Quarantined, match="zega-anna v2"):
        engine.activate("anna", version.number)
    with pytest.raises(Quarantined):
        engine.evaluate("anna", version.number, "A text to measure. " * 40)
    assert engine.roll_back("anna") is None  # past the quarantined one, to the base
    assert version.id not in {each.id for each in engine.store.versions.hot(16)}


def test_without_a_clean_version_the_base_answers(shelved: Shelved) -> None:
    lineage = shelved.engine.lineage
    done = lineage.erase(lineage.plan_erasure("anna", [shelved.others[3]]))
    assert done.count(Noun.VERSION) == 2
    assert shelved.engine.active_version("anna") is None


def test_a_version_that_was_only_measured_on_it_stays(shelved: Shelved) -> None:
    plan = shelved.engine.lineage.plan_erasure("anna", [shelved.others[0]])
    assert {each.why for each in plan.of(Noun.VERSION)} == {Why.MEASURED}
    shelved.engine.lineage.erase(plan)
    assert shelved.engine.active_version("anna") == shelved.version
    assert (shelved.home / shelved.version.gguf_path).exists()
    # But the rows it was given lay in its run's folder.
    assert not (shelved.home / "runs" / "anna" / shelved.version.run_id).exists()


def test_a_phrase_reaches_every_text_that_holds_it(shelved: Shelved) -> None:
    store, lineage = shelved.engine.store, shelved.engine.lineage
    trashed = store.stories.create(
        "anna", prompt="What is in the BLUE\nledger?", kind="stories", genre=None, style=None
    )
    store.stories.delete("anna", trashed.id)
    plan = lineage.plan_erasure("anna", phrase="  blue ledger ")
    assert {*plan.ids(Noun.EXAMPLE)} == {shelved.secret.id, shelved.variant}
    assert {*plan.ids(Noun.STORY)} == {trashed.id, shelved.draft.story_id}
    assert plan.ids(Noun.PASSAGE) == [shelved.passage]
    done = lineage.erase(plan)
    assert done.chosen == "a phrase"
    assert holding(shelved.home, "blue ledger") == []
    assert holding(shelved.home, "ledger?") == []
    assert lineage.plan_erasure("anna", phrase="blue ledger").is_empty


def test_an_erasure_is_done_once_and_written_down_without_words(
    shelved: Shelved, plan: ErasurePlan
) -> None:
    lineage = shelved.engine.lineage
    done = lineage.erase(plan)
    assert lineage.erase(plan) == done
    assert lineage.erasures("anna") == [done]
    assert done.chosen == "1 example"
    assert done.ids(Noun.EXAMPLE) == (shelved.secret.id, shelved.variant)


def test_what_nobody_saw_is_not_erased(shelved: Shelved, plan: ErasurePlan) -> None:
    copied = shelved.shelf.store.examples.add(text_of(shelved.shelf, f"{BODY} Copied."))
    with pytest.raises(ErasureChanged) as caught:
        shelved.engine.lineage.erase(plan)
    assert caught.value.more == 1
    assert shelved.engine.store.examples.get("anna", shelved.secret.id).completion == BODY
    again = shelved.engine.lineage.plan_erasure("anna", [shelved.secret.id])
    assert copied.id in again.ids(Noun.EXAMPLE)


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [({}, "empty"), ({"phrase": "ab"}, "4 characters"), ({"import_id": "0" * 32}, "no import")],
)
def test_a_selection_that_chooses_nothing_is_refused(
    shelved: Shelved, chosen: dict[str, str], problem: str
) -> None:
    with pytest.raises(InvalidInput, match=problem):
        shelved.engine.lineage.plan_erasure("anna", **chosen)
    with pytest.raises(InvalidInput, match="reaches nothing"):
        shelved.engine.lineage.erase(
            shelved.engine.lineage.plan_erasure("anna", phrase="nobody wrote this")
        )


def test_nobody_erases_what_is_anothers(shelved: Shelved) -> None:
    shelved.engine.ensure_user("ben")
    with pytest.raises(NotFound):
        shelved.engine.lineage.plan_erasure("ben", [shelved.secret.id])
    assert shelved.engine.lineage.plan_erasure("ben", phrase="blue ledger").is_empty


def test_a_training_on_it_is_stopped_and_what_it_makes_is_shut(
    shelved: Shelved, plan: ErasurePlan
) -> None:
    """The erasure stays open until the training has ended: it may still write what it was given."""
    store, lineage = shelved.engine.store, shelved.engine.lineage
    made = add_version(shelved.shelf, shelved.home, [*shelved.others, shelved.secret.id])
    job = lineage.train("anna", made.snapshot_id)
    store.jobs.start(job.id)
    store.runs.create(
        job.id,
        "anna",
        made.snapshot_id,
        recipe="quick",
        base_model="tiny",
        folder=f"runs/anna/{job.id}",
        batch_size=4,
    )
    done = lineage.erase(lineage.plan_erasure("anna", [shelved.secret.id]))
    assert done.finished_at is None
    assert store.jobs.cancel_requested(job.id)
    folder = shelved.home / "runs" / "anna" / job.id
    folder.mkdir()
    (folder / "run.json").write_text(BODY, encoding="utf-8")
    late = store.versions.add(
        **{
            name: getattr(made, name)
            for name in (
                "user_id",
                "snapshot_id",
                "base_model",
                "recipe",
                "adapter_path",
                "adapter_sha256",
                "gguf_path",
                "gguf_sha256",
                "identity",
                "gain",
                "gain_over_active",
                "verdict",
            )
        },
        run_id=job.id,
    )
    assert late.quarantined_at is not None
    assert lineage.finish_erasures() == 1
    store.jobs.cancelled(job.id)
    assert lineage.finish_erasures() == 0
    assert store.jobs.get(job.id).state is JobState.CANCELLED
    assert store.erasures.get("anna", done.id).finished_at is not None
    assert holding(shelved.home, SECRET) == []
    with pytest.raises(SnapshotErased):
        lineage.train("anna", made.snapshot_id)


KILLED_AT = """
import os, signal, sys
from engine.bootstrap import open_engine
from engine.lineage import erase
from engine.store.database import Database

def die(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

where, example = sys.argv[1:]
if where == "scrub":
    Database.scrub = die
elif where == "commit":
    from engine.store import erasures
    erasures._quarantine = die
else:
    setattr(erase, where, die)
lineage = open_engine().lineage
lineage.erase(lineage.plan_erasure("anna", [example]))
"""


@pytest.mark.parametrize("where", ["redact", "commit", "forget", "delete_files", "scrub"])
def test_killed_at_any_moment_it_is_finished_at_the_next_try(
    shelved: Shelved, plan: ErasurePlan, where: str
) -> None:
    environment = {
        "ZEGA_HOME": str(shelved.home),
        "ZEGA_BASE_MODEL": shelved.engine.settings.base_model,
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT, where, shelved.secret.id], cwd=ROOT, env=environment
    )
    assert killed.returncode == -9
    lineage = shelved.engine.lineage
    begun = where not in ("redact", "commit")
    row = shelved.engine.store.examples.get("anna", shelved.secret.id)
    assert (row.erased_at is not None) is begun  # all of the rows or none
    assert (shelved.engine.active_version("anna") == shelved.clean) is begun
    assert lineage.finish_erasures() == 0
    if not begun:
        lineage.erase(lineage.plan_erasure("anna", [shelved.secret.id]))
    assert holding(shelved.home, SECRET) == []
    (record,) = lineage.erasures("anna")
    assert record.finished_at is not None


def test_a_worker_finishes_what_was_interrupted(
    shelved: Shelved, plan: ErasurePlan, home: Home
) -> None:
    reached = {noun.value: plan.ids(noun) for noun in Noun}
    shelved.engine.store.erasures.erase(plan.id, "anna", "1 example", reached)
    assert holding(shelved.home, SECRET)
    home.start_worker()
    erasures = shelved.engine.store.erasures
    wait_for("the erasure", lambda: erasures.get("anna", plan.id).finished_at is not None)
    # The log was not reached: it is overwritten before the words leave the database.
    assert holding(shelved.home, SECRET) == [shelved.home / "logs" / "worker.log"]
