"""Imports that do not go as they should: killed, cancelled, broken files, a database that is away."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from engine.data.laid_down import lay_down
from engine.data.readers import Upload
from engine.domain.job import JobState
from engine.engine import Engine
from engine.errors import InvalidInput, StorageUnavailable
from engine.jobs.work import Runner
from tests.engine.data.takings import NOVEL, ROW, STORIES, examples, rows, take_in


class Killed(BaseException):
    """What takes the worker's process down."""


@pytest.mark.parametrize("after", [1, 2, 3, 5])
def test_killed_at_any_batch_it_goes_on_with_the_next_row(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """The process goes down right after a batch was written, or right before."""
    many = [ROW | {"prompt": f"Write of sea {number}."} for number in range(150)]
    found = engine.imports.add("anna", [rows(*many, {}), NOVEL])
    record = engine.store.imports.record
    calls = 0

    def record_or_die(*given: object, **named: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == after:
            if after % 2:
                record(*given, **named)  # type: ignore[arg-type]
            raise Killed
        return record(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.store.imports, "record", record_or_die)
    with pytest.raises(Killed):
        Runner(engine).run(found.id)
    Runner(engine).run(found.id)
    taken = engine.imports.get("anna", found.id)
    assert engine.job("anna", found.id).state is JobState.SUCCEEDED
    prompts = Counter(each.prompt for each in examples(engine))
    assert set(prompts.values()) == {1}
    assert len(prompts) == taken.accepted == taken.read - 1
    assert {f"Write of sea {number}." for number in range(150)} < set(prompts)


def test_a_cancelled_import_keeps_what_it_took(engine: Engine) -> None:
    many = [ROW | {"prompt": f"Write of sea {number}."} for number in range(300)]
    found = engine.imports.add("anna", [rows(*many)])
    folder = engine.settings.home / "imports"
    assert len(list(folder.iterdir())) == 1
    job = engine.job("anna", found.id)

    def cancelled() -> bool:
        return engine.imports.get("anna", found.id).read >= 64

    with pytest.raises(Exception, match="cancelled"):
        engine.imports.run(job, cancelled=cancelled)
    assert len(examples(engine)) == engine.imports.get("anna", found.id).accepted == 64
    assert not any(folder.iterdir())


def files_left(engine: Engine) -> list[Path]:
    """Files of imports that lie in the home folder."""
    return [path for path in (engine.settings.home / "imports").rglob("*") if path.is_file()]


def test_broken_files_and_rows_are_named_and_the_rest_is_taken_in(engine: Engine) -> None:
    half = rows(ROW, ROW | {"prompt": "half \ud83d"}, ROW | {"prompt": "b"})
    files = [Upload("long.csv", b"x" * 250_000), half, NOVEL]
    preview = engine.imports.preview("anna", files)
    taken = take_in(engine, *files)
    assert [(each.read, each.accepted, each.problem) for each in taken.files] == [
        (each.read, each.accepted, each.problem) for each in preview.files
    ]
    assert [each.name for each in taken.skipped] == ["long.csv"]
    assert (taken.files[1].read, taken.files[1].accepted) == (3, 2)
    assert taken.files[2].accepted > 10
    (refused,) = engine.imports.rejections("anna", taken.id)
    assert (refused.file, refused.row) == (1, 2)
    assert "half a character" in refused.reason


def test_what_the_database_takes_no_row_of_is_refused_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.data.rows.check_texts", lambda *texts: None)
    files = rows(*(ROW | {"prompt": each} for each in ("a", "half \ud83d", "b")), ROW, ROW)
    taken = take_in(engine, files, NOVEL)
    assert {each.prompt for each in examples(engine)} > {"a", "b", ROW["prompt"]}
    refused = engine.imports.rejections("anna", taken.id)
    assert [each.row for each in refused] == [2, 5]
    assert (taken.files[0].read, taken.files[0].rejected) == (5, 2)
    assert len(examples(engine)) == taken.accepted


def test_a_text_nothing_can_be_gone_on_from_is_refused_but_can_be_asked_for(engine: Engine) -> None:
    told = "the lamp went out and " * 30
    text = rows({"text": told, "author": "person"})
    assert engine.imports.preview("anna", [text]).rejected == 1
    taken = take_in(engine, text)
    assert (taken.accepted, taken.rejected) == (0, 1)
    (refused,) = engine.imports.rejections("anna", taken.id)
    assert "no end of a first sentence" in refused.reason
    assert take_in(engine, text, prompts="instruction").accepted == 1
    assert [each.completion for each in examples(engine)] == [told.strip()]


def test_while_the_database_takes_nothing_an_import_waits(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, failures = engine.store.imports.record, [1, 2]

    def locked(*given: object, **named: object) -> bool:
        if named.get("new") and failures:
            failures.pop()
            raise StorageUnavailable("database is locked")
        return record(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.store.imports, "record", locked)
    monkeypatch.setattr("engine.data.imports.AGAIN_SECONDS", 0)
    taken = take_in(engine, rows(ROW), NOVEL)
    assert failures == []
    assert [each.problem for each in taken.files] == ["", ""]
    assert len(examples(engine)) == taken.accepted > 10
    failures[:] = [1] * 20
    later = engine.imports.add("anna", [rows(ROW | {"prompt": "later"})])
    Runner(engine).run(later.id)
    assert engine.job("anna", later.id).error_code == "storage_unavailable"
    assert files_left(engine) == []


@pytest.mark.parametrize("error", [RuntimeError("a bug"), InvalidInput("text", "is none")])
def test_however_an_import_ends_nothing_of_its_files_stays(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise error

    found = engine.imports.add("anna", [NOVEL])
    assert len(files_left(engine)) == 1
    monkeypatch.setattr(engine.store.imports, "known_texts", broken)
    Runner(engine).run(found.id)
    assert engine.job("anna", found.id).state is JobState.FAILED
    assert files_left(engine) == []


def test_cancelled_before_its_turn_its_files_go_and_those_that_wait_stay(engine: Engine) -> None:
    kept = engine.imports.add("anna", [NOVEL])
    gone = engine.imports.add("anna", [STORIES])
    assert engine.cancel("anna", gone.id).state is JobState.CANCELLED
    assert [path.read_bytes() for path in files_left(engine)] == [NOVEL.data]
    Runner(engine).run(kept.id)
    assert engine.imports.get("anna", kept.id).accepted > 10
    assert files_left(engine) == []


def test_files_that_never_became_a_job_go_once_they_are_old(engine: Engine) -> None:
    folder = engine.settings.home / "imports" / lay_down(engine.settings.home, [NOVEL])
    engine.imports.sweep()
    assert len(files_left(engine)) == 1
    os.utime(folder, (0, 0))
    engine.imports.sweep()
    assert files_left(engine) == []
