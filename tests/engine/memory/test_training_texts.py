"""What an auto-training keeps goes into the memory apart from the user's own, where that was asked."""

from __future__ import annotations

import pytest

from engine.domain.job import Job, JobKind
from engine.jobs.work import Runner
from engine.memory.memory import Memory
from tests.fake_llamacpp import fake_llamacpp
from tests.processes import Home


def run(home: Home, *, store_in_memory: bool) -> Job:
    request = {"num_examples": 5, "mix": {}, "seed": 1, "store_in_memory": store_in_memory}
    job = home.engine.store.jobs.create("anna", JobKind.AUTO_TRAIN, request)
    with fake_llamacpp() as teacher:
        home.publish(teacher)
        Runner(home.engine).run(job.id)
    return home.engine.store.jobs.get(job.id)


def test_kept_texts_are_stored_in_the_training_scope(home: Home) -> None:
    job = run(home, store_in_memory=True)
    kept = home.engine.store.examples.list("anna", job_id=job.id)
    passages = home.engine.memory.passages("anna", scope="training").passages
    assert job.result["kept"] == len(kept) > 0
    assert {each.source for each in passages} == {f"example:{each.id}" for each in kept}
    assert home.engine.memory.passages("anna", scope="own").total == 0
    assert home.engine.store.stories.list("anna") == []


def test_it_is_off_unless_asked_for(home: Home) -> None:
    assert run(home, store_in_memory=False).result["kept"] > 0
    assert home.engine.memory.passages("anna").total == 0


def test_a_kill_in_the_middle_stores_each_text_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(Memory, "_index_soon", die)
        with pytest.raises(SystemExit):
            run(home, store_in_memory=True)
    (job,) = home.engine.store.jobs.unfinished()
    before = home.engine.memory.passages("anna").total
    assert before > 0
    with fake_llamacpp() as teacher:
        home.publish(teacher)
        Runner(home.engine).run(job.id)
    assert home.engine.store.jobs.get(job.id).result["kept"] > 0
    assert home.engine.memory.passages("anna").total == before


def test_forgetting_says_that_an_example_still_holds_it(home: Home) -> None:
    job = run(home, store_in_memory=True)
    passage = home.engine.memory.passages("anna").passages[0]
    done = home.engine.memory.forget("anna", [passage.id])
    kept = {each.id for each in home.engine.store.examples.list("anna", job_id=job.id)}
    assert {*done.remaining.examples} <= kept
    assert passage.source.removeprefix("example:") in done.remaining.examples
    assert "examples" in done.remaining.sentence
