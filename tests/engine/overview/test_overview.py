"""The overview's verbs over a real store."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.domain.example import Author
from engine.domain.genre import Genre
from engine.domain.job import JobKind
from engine.domain.run import Step
from engine.errors import InvalidInput, NotFound
from engine.overview.overview import Overview
from engine.store import Store
from engine.store.tables import examples
from tests.engine.store.conftest import Make


def dated(store: Store, example_id: str, day: date) -> None:
    at = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
    with store.database.write() as connection:
        connection.execute(
            update(examples).where(examples.c.id == example_id).values(created_at=at)
        )


def log_step(
    store: Store, run: str, step: int, loss: float | None, validation: float | None
) -> None:
    store.runs.add_step(
        Step(run, step, 0.1, loss, validation, 2e-4, 300.0, 1650.0, datetime.now(UTC))
    )


def test_growth_counts_usable_examples_by_what_is_asked(
    store: Store, make: Make, overview: Overview
) -> None:
    first, last = date(2026, 10, 30), date(2026, 11, 2)
    dated(store, make.example(genre="horror").id, first)
    dated(store, make.example(genre=None, kind="code", generator="gemini").id, last)
    dated(store, make.example(genre="horror", author=Author.PERSON, score=1.0).id, last)
    make.example(score=6.9)
    make.example(author=Author.STUDENT)
    make.example("ben")
    growth = overview.growth("anna")
    assert growth.days == (first, last)
    assert {each.name: each.totals for each in growth.series} == {"horror": (1, 2), "none": (0, 1)}
    by_kind = overview.growth("anna", "kind")
    assert {each.name: each.totals[-1] for each in by_kind.series} == {"story": 2, "code": 1}
    by_generator = overview.growth("anna", "generator")
    assert {each.name for each in by_generator.series} == {"smollm2-135m", "gemini"}
    with pytest.raises(InvalidInput, match="by"):
        overview.growth("anna", "colour")


def test_scores_hold_rejected_slots_too_and_the_figures_agree(
    store: Store, make: Make, overview: Overview
) -> None:
    for score in (7.0, 8.0, 9.0):
        make.example(score=score)
    make.example(score=5.2)
    job = make.job()
    store.outcomes.record_rejected(job.id, 0, [make.new_rejected(3.1), make.new_rejected(4.4)], 1.0)
    scores = overview.scores("anna")
    assert sum(scores.usable) == 3
    assert [place for place, count in enumerate(scores.others) if count] == [8, 10]
    figures = overview.figures("anna")
    assert (figures.usable, figures.median_quality) == (3, 8.0)
    assert (figures.active, figures.newest) == (None, None)
    assert overview.figures("ben").usable == 0


def test_figures_tell_the_active_version_from_the_newest(
    store: Store, make: Make, overview: Overview
) -> None:
    first, second = make.version(), make.version()
    store.versions.activate("anna", first.id)
    figures = overview.figures("anna")
    assert figures.active == first
    assert figures.newest == second


def test_a_version_waits_until_somebody_chooses_what_answers(
    store: Store, make: Make, overview: Overview
) -> None:
    first = make.version()
    assert "Version 1 waits" in overview.next_step("anna").sentence
    store.versions.activate("anna", first.id)
    assert "waits for your decision" not in overview.next_step("anna").sentence
    make.version()
    assert "Version 2 waits" in overview.next_step("anna").sentence
    store.versions.activate("anna", None)
    assert "waits for your decision" not in overview.next_step("anna").sentence


def test_genres_have_zeros_and_gaps(make: Make, overview: Overview) -> None:
    for _ in range(20):
        make.example(genre="horror")
    genres = overview.genres("anna")
    assert genres["horror"] == 20
    assert list(genres) == [genre.value for genre in Genre]
    assert {gap.genre for gap in overview.gaps("anna")} == set(genres) - {"horror"}
    assert overview.gaps("ben") == []


def test_the_board_holds_what_the_verbs_say(make: Make, overview: Overview) -> None:
    make.version()
    board = overview.board("anna")
    assert board.figures == overview.figures("anna")
    assert board.genres == overview.genres("anna")
    assert board.gaps == tuple(overview.gaps("anna"))
    assert board.scores == overview.scores("anna")
    assert board.runs == overview.runs("anna")
    assert board.statistics == overview.statistics("anna")
    assert board.next_step == overview.next_step("anna")


def test_curves_come_in_the_order_asked_for_and_never_from_another(
    store: Store, make: Make, overview: Overview
) -> None:
    old, new, silent, bens = make.run(), make.run(), make.run(), make.run("ben")
    for run in (old, new, bens):
        log_step(store, run.id, 1, 3.5, None)
        log_step(store, run.id, 1, None, 3.6)
    version = make.version_of(old)
    asked = [old.id, silent.id, new.id, bens.id]
    curves = overview.curves("anna", asked)
    assert [curve.run.id for curve in curves] == [old.id, new.id]
    assert curves[0].run.version == version.number
    assert [run.id for run in overview.runs("anna")] == [silent.id, new.id, old.id]
    rows = list(csv.DictReader(io.StringIO(overview.curves_csv("anna", asked))))
    assert {row["run"] for row in rows} == {old.id, new.id}
    assert len(rows) == 4


def test_a_run_tells_its_speed_once_it_is_known(
    store: Store, make: Make, overview: Overview
) -> None:
    run = make.run()
    assert overview.runs("anna")[0].speed is None
    store.runs.update(run.id, trained_tokens=9000, train_seconds=30.0)
    assert overview.runs("anna")[0].speed == 300.0


def test_moving_is_refused_for_unknown_words_and_another_users_job(
    store: Store, make: Make, overview: Overview
) -> None:
    job = make.job()
    with pytest.raises(InvalidInput, match="front, up, down, back"):
        overview.move("anna", job.id, "sideways")
    with pytest.raises(NotFound):
        overview.move("ben", job.id, "front")


def test_statistics_come_from_jobs_that_ended(store: Store, make: Make, overview: Overview) -> None:
    done, failed = make.job(), make.job(kind=JobKind.TRAINING)
    make.job()
    make.job("ben")
    store.jobs.start(done.id)
    store.jobs.succeed(done.id, {})
    store.jobs.fail(failed.id, "training_failed", "It ended.")
    found = overview.statistics("anna")
    assert found.jobs == 2
    assert found.success_rate == 0.5
    assert [each.kind for each in found.by_kind] == [JobKind.AUTO_TRAIN, JobKind.TRAINING]
    assert found.by_kind[0].average_seconds is not None
    assert overview.next_step("anna").sentence.startswith("The last training failed")


def test_resources_are_those_of_the_home(overview: Overview, tmp_path: Path) -> None:
    assert overview.resources().disk_total > 0
