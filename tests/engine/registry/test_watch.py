"""The watch on a version in use: what counts as harm, when a version is taken back, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.domain.harm import Fault
from engine.domain.version import Version
from engine.engine import Engine
from engine.registry.watch import HARMFUL, NEWEST, heed, reason_of, verdict_after
from engine.store import Store
from engine.writing.writer import A_FEW
from models.errors import ContextTooLong, ModelError, Paused, RateLimited, Unavailable
from tests.engine.store.conftest import Make, store, store_url
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp, good_texts

__all__ = ["store", "store_url"]

GOOD = good_texts()[0]["text"]
LOOP = "and the lamp went out again " * 12
BROKE_OFF = Unavailable("It broke off.", temporary=True)
AWAY = Unavailable("Nobody is there.", unreachable=True)


@pytest.fixture
def versions(store: Store) -> list[Version]:
    """Two versions of anna's, the second of which is active."""
    make = Make(store)
    made = [make.version(), make.version()]
    for each in made:
        store.versions.activate("anna", each.id)
    return made


def end(store: Store, version: Version, written: str = GOOD, **how: object) -> str:
    ending = {
        "finished": True,
        "empty": not written,
        "error": None,
        "base_answers": lambda: True,
    } | how
    return heed(store, version, written, **ending)  # type: ignore[arg-type]


def test_five_bad_answers_of_the_newest_ten_take_a_version_back(
    store: Store, versions: list[Version]
) -> None:
    older, newer = versions
    for written in ("", LOOP, GOOD, "", GOOD, LOOP):
        assert end(store, newer, written) == ""
    said = end(store, newer, "Half of", finished=False, error=BROKE_OFF)
    assert said == (
        "zega-anna v2 was taken back by itself: 5 of its newest 7 answers went wrong: 1 ended with an "
        "error, 2 without words, 2 going in circles. zega-anna v1 answers from now on."
    )
    assert store.versions.active("anna").id == older.id  # type: ignore[union-attr]
    assert store.watched.latest("anna").version_id == newer.id  # type: ignore[union-attr]
    verdict = store.versions.by_id(newer.id).verdict
    assert verdict.startswith("Taken back by itself: 5 of its newest 7 answers went wrong")
    assert verdict.endswith("When it was made: Better than the base.")
    assert end(store, newer, "") == ""  # it may have been writing still


def test_bad_answers_that_lie_further_back_are_forgiven(
    store: Store, versions: list[Version]
) -> None:
    newer = versions[1]
    for written in [""] * (HARMFUL - 1) + [GOOD] * (NEWEST - HARMFUL + 1):
        assert end(store, newer, written) == ""
    for _ in range(HARMFUL - 1):  # each pushes an earlier one out of the newest ten
        assert end(store, newer, LOOP) == ""
    assert store.versions.active("anna").id == newer.id  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "ending",
    [
        {"finished": False},
        {"finished": False, "error": AWAY},
        {"finished": False, "error": Paused("a training")},
        {"finished": False, "error": ContextTooLong(9000, 2048)},
        {"finished": False, "error": RateLimited("Too many.")},
        {"finished": False, "error": BROKE_OFF, "base_answers": lambda: False},
    ],
)
def test_what_a_person_stopped_or_no_server_gave_says_nothing_of_the_version(
    store: Store, versions: list[Version], ending: dict[str, object]
) -> None:
    for _ in range(2 * NEWEST):
        assert end(store, versions[1], "", **ending) == ""
    assert store.watched.add(versions[1].id, None, limit=NEWEST) == [None]


def test_a_loop_counts_also_where_a_person_stopped_it(
    store: Store, versions: list[Version]
) -> None:
    said = [end(store, versions[1], LOOP, finished=False) for _ in range(HARMFUL)]
    assert said[:-1] == [""] * (HARMFUL - 1)
    assert "5 of its newest 5 answers went wrong: 5 going in circles." in said[-1]


def test_a_person_may_activate_it_again_and_it_is_counted_anew(
    store: Store, versions: list[Version]
) -> None:
    older, newer = versions
    for _ in range(HARMFUL):
        end(store, newer, "")
    store.versions.activate("anna", newer.id)
    for _ in range(HARMFUL - 1):
        assert end(store, newer, "") == ""
    assert "zega-anna v1 answers" in end(store, store.versions.by_id(newer.id), "")
    for _ in range(HARMFUL - 1):
        end(store, older, "")
    assert "The untrained base answers" in end(store, older, "")
    verdict = store.versions.by_id(newer.id).verdict
    assert verdict.count("Taken back by itself") == verdict.count("When it was made") == 1


def test_the_reason_counts_what_went_wrong() -> None:
    newest = [Fault.EMPTY, None, Fault.EMPTY, Fault.LOOPING]
    assert reason_of(newest) == (
        "3 of its newest 4 answers went wrong: 2 without words, 1 going in circles."
    )
    assert verdict_after("Better. It is active.", "R.") == (
        "Taken back by itself: R. When it was made: Better."
    )


@pytest.fixture
def engine_with(store: Store, versions: list[Version], tmp_path: Path) -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp() as fake:
        adapters = {each.id: place for place, each in enumerate(versions)}
        store.serving.publish(fake.url, "tiny", "0" * 64, adapters, "")
        yield fake


def write(engine: Engine, story_id: str) -> str:
    writing = engine.write("anna", story_id, writer="student")
    try:
        for _ in writing:
            pass
    except ModelError:
        return "error"
    return writing.notice


def test_writing_with_the_student_is_watched_and_the_answer_says_what_happened(
    store: Store, versions: list[Version], engine_with: FakeLlamaCpp, tmp_path: Path
) -> None:
    from engine.settings import load_settings

    engine = Engine(load_settings(home=tmp_path), store, lambda job: None)
    story = engine.start_story("anna", "A lamp goes out.", genre="fantasy")
    engine_with.script.errors, engine_with.script.of_adapters = 2, True
    assert [write(engine, story.id) for _ in range(2)] == ["error", "error"]
    assert write(engine, story.id) == ""
    engine_with.script.texts = (LOOP,)
    assert [write(engine, story.id) for _ in range(2)] == ["", ""]
    assert "2 ended with an error, 3 going in circles" in write(engine, story.id)
    assert engine.active_version("anna") == store.versions.by_id(versions[0].id)
    engine_with.script.texts = ()
    for _ in range(NEWEST):
        assert write(engine, story.id) == ""


@pytest.mark.parametrize("breaks", ["errors", "cuts"])
def test_a_server_that_fails_with_the_base_as_well_takes_no_version_back(
    store: Store, versions: list[Version], engine_with: FakeLlamaCpp, tmp_path: Path, breaks: str
) -> None:
    from engine.settings import load_settings

    engine = Engine(load_settings(home=tmp_path), store, lambda job: None)
    story = engine.start_story("anna", "A lamp goes out.", genre="fantasy")
    setattr(engine_with.script, breaks, 10_000)
    assert [write(engine, story.id) for _ in range(HARMFUL)] == ["error"] * HARMFUL
    assert engine.active_version("anna") == versions[1]
    one, probe = engine_with.requests[-2:]
    assert (bool(one["lora"]), probe["lora"], probe["max_tokens"]) == (True, [], A_FEW)
    assert one["messages"] == probe["messages"][: len(one["messages"])]
    begun = [each["content"] for each in probe["messages"] if each["role"] == "assistant"]
    assert bool(begun) is (breaks == "cuts"), "it is asked from where the answer broke off"
    engine_with.script.of_adapters = True
    assert [write(engine, story.id) for _ in range(HARMFUL)] == ["error"] * HARMFUL
    assert engine.active_version("anna") == store.versions.by_id(versions[0].id)
