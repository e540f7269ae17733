"""What changed in the data beside what changed in the answers: a poisoned slice is named, nobody else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.domain.genre import Genre
from engine.domain.preference import Origin
from engine.domain.snapshot import FrozenPreference, FrozenPreferences, Split
from engine.engine import Engine
from engine.evaluation.joined import Joined, join
from engine.evaluation.topics import Topic, fallen
from engine.settings import load_settings
from tests.engine.lineage.conftest import add_version
from tests.measured import imported, measured, written
from tests.studio.web.shelf import Shelf

HORROR = Topic("stories", "horror")
DRAWS = 100


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home", train_at=0))
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    return Shelf(engine)


def joined(shelf: Shelf, before: list[str], after: list[str], **moved: float) -> Joined:
    """Two versions that learned these, measured: genres of the second moved by so many points."""
    home = shelf.engine.settings.home
    first, second = add_version(shelf, home, before), add_version(shelf, home, after)
    old = measured(first.label, first.id, seed=1)
    new = measured(second.label, second.id, seed=2, moved=moved)
    return join(shelf.store, shelf.user, first, second, old, new, threshold=7.0)


def test_a_poisoned_slice_of_forty_rows_is_named_first(shelf: Shelf) -> None:
    rng = random.Random(4)
    start = written(shelf, "fantasy", 20)
    poison = imported(shelf, "horror", [rng.uniform(2.0, 5.0) for _ in range(40)], "notes.txt")
    harmless = written(shelf, "horror", 60) + written(shelf, "romance", 50)
    found = joined(shelf, start, [*start, *poison, *harmless], horror=-1.8)
    first, second = found.suspects
    assert set(first.slice.example_ids) == set(poison)
    assert first.sentence.startswith(
        "40 horror examples came, imported from notes.txt, and horror quality fell: -"
    )
    assert 2.0 < first.slice.median_score < 5.0
    assert f"median score is {first.slice.median_score:.1f}" in first.sentence
    assert first.quality.high < 0
    assert (second.slice.rows, second.slice.topic) == (60, HORROR)
    assert "zega-anna v2 added 60 horror examples (written by SmolLM2-135M-Instruct), 50 " in (
        found.sentence
    )
    assert "and 40 horror examples (imported from notes.txt); quality: horror -" in found.sentence
    assert "n = 8)" in found.sentence


def test_where_nothing_fell_nobody_is_accused(shelf: Shelf) -> None:
    start = written(shelf, "fantasy", 20)
    poison = imported(shelf, "horror", [3.0] * 40, "notes.txt", "more.txt", "last.txt")
    found = joined(shelf, start, [*start, *poison])
    assert found.suspects == ()
    assert "40 horror examples (imported from notes.txt and 2 more)" in found.sentence


def test_a_genre_that_fell_without_new_rows_accuses_nobody(shelf: Shelf) -> None:
    start = written(shelf, "fantasy", 20)
    found = joined(shelf, start, [*start, *written(shelf, "romance", 40)], horror=-1.8)
    assert found.suspects == ()
    worst = found.changes[0]
    assert worst.topic == HORROR
    assert "horror -" in found.sentence


def test_rows_without_a_genre_answer_for_every_story(shelf: Shelf) -> None:
    start = written(shelf, "fantasy", 20)
    own = imported(shelf, None, [5.0] * 30, "diary.txt")
    fall = dict.fromkeys(("horror", "romance", "fantasy", "mystery"), -1.8)
    found = joined(shelf, start, [*start, *own], **fall)
    (suspect,) = found.suspects
    assert suspect.sentence.startswith(
        "30 examples without a genre came, imported from diary.txt, and stories quality fell: -"
    )
    assert suspect.quality.n == 64


def test_against_the_base_all_rows_came_and_what_went_is_told(shelf: Shelf) -> None:
    start, more = written(shelf, "fantasy", 4), written(shelf, "romance", 1)
    found = joined(shelf, [*start, *more], start)
    assert found.sentence.startswith(
        "zega-anna v2 left out 1 romance example (written by SmolLM2-135M-Instruct); quality: "
    )
    assert [each.rows for each in found.removed] == [1]
    version = add_version(shelf, shelf.engine.settings.home, more)
    old, new = measured("the base", seed=1), measured(version.label, version.id, seed=2)
    against = join(shelf.store, "anna", None, version, old, new, threshold=7.0)
    assert [each.rows for each in against.added] == [1]
    assert against.removed == ()


def test_a_version_that_learned_preferences_alone_added_no_rows(shelf: Shelf) -> None:
    (held_out,) = written(shelf, "fantasy", 1)
    learned = [
        FrozenPreference(Origin.VOTE, (f"{place:032x}",), Split.TRAIN) for place in range(20)
    ]
    snapshot = shelf.store.snapshots.create(
        shelf.user,
        [(held_out, Split.TEST)],
        "ab" * 32,
        preferences=FrozenPreferences(tuple(learned), "cd" * 32),
    )
    version = add_version(shelf, shelf.engine.settings.home, [held_out], snapshot=snapshot)
    old, new = measured("the base", seed=1), measured(version.label, version.id, seed=2)
    found = join(shelf.store, shelf.user, None, version, old, new, threshold=7.0)
    assert found.added == ()
    assert found.sentence.startswith("zega-anna v1 learned 20 preferences")


def test_of_models_that_are_alike_hardly_a_genre_is_said_to_have_fallen() -> None:
    wrong = found = 0
    for draw in range(DRAWS):
        rng = random.Random(draw)
        alike = {
            Topic("stories", genre.value): [rng.gauss(0.0, 1.0) for _ in range(8)]
            for genre in Genre
        }
        wrong += bool(fallen(alike, seed=draw))
        worse = alike | {HORROR: [value - 2.0 for value in alike[HORROR]]}
        found += HORROR in fallen(worse, seed=draw)
    assert wrong <= 0.05 * DRAWS
    assert found >= 0.7 * DRAWS
