"""`zega auto-train`, `train` and `write` as processes: with nothing running, beside a worker, and
stopped by Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.domain.genre import Genre
from engine.domain.job import JobState
from engine.errors import NoWorker
from engine.evaluation.compare import evaluation_prompts
from engine.lock import is_held
from models.errors import Unavailable
from studio.cli.jobs import follow
from tests.engine.jobs.test_training import keep_examples
from tests.fake_llamacpp import fake_llamacpp
from tests.processes import Home, descendants, is_gone, somebody_runs, wait_for
from tests.studio.cli.conftest import document, problem, start_zega, zega

CONTRACT = [
    "total_requested",
    "successful",
    "failed",
    "genre_distribution",
    "average_quality",
    "total_time",
    "training_stats",
    "ready_for_finetuning",
    "kept",
    "rejected",
]


def nobody_runs(home: Home) -> bool:
    names = ("worker", "model-server", "memory")
    return not any(is_held(home.folder / f"{name}.lock") for name in names)


def test_a_command_runs_what_nobody_runs(home: Home, tmp_path: Path) -> None:
    """From another folder, with nothing started: one document, and nothing left behind."""
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('not this one')")
    arguments = ("auto-train", "--user", "ben", "--num", "4", "--json")
    process = start_zega(home, *arguments, folder=tmp_path)
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    result = json.loads(out)
    assert list(result) == CONTRACT
    assert result["total_requested"] == result["successful"] + result["failed"] == 4
    assert list(result["genre_distribution"]) == [genre.value for genre in Genre]
    assert set(result["training_stats"]) == {"training_examples", "examples_until_next_training"}
    assert nobody_runs(home)
    assert home.engine.users() == ["anna", "ben"]


def test_a_running_worker_is_used(home: Home) -> None:
    with fake_llamacpp() as teacher, somebody_runs(home, "model-server", "memory"):
        home.publish(teacher)
        worker = home.start_worker()
        wait_for("the worker", lambda: is_held(home.folder / "worker.lock"))
        result = document(zega("auto-train", "--user", "anna", "--num", "16", "--json"))
    assert result["kept"] + result["rejected"] == 16
    assert result["kept"] > 0
    assert worker.poll() is None
    assert home.engine.get_stats("anna").total_examples == result["kept"]


def test_ctrl_c_cancels_and_keeps(home: Home, tmp_path: Path) -> None:
    with (
        fake_llamacpp(delay=0.01) as teacher,
        somebody_runs(home, "model-server", "memory"),
    ):
        home.publish(teacher)
        home.start_worker()
        wait_for("the worker", lambda: is_held(home.folder / "worker.lock"))
        arguments = ("auto-train", "--user", "anna", "--num", "200", "--json")
        process = start_zega(home, *arguments, folder=tmp_path)
        wait_for("something kept", lambda: home.engine.get_stats("anna").kept >= 2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert out == ""
    error = json.loads(err)
    kept = home.engine.get_stats("anna").kept
    assert error["code"] == "cancelled"
    assert f"{kept} kept examples are safe" in error["message"]
    (job,) = home.engine.jobs("anna")
    assert job.state is JobState.CANCELLED


def test_a_job_that_nobody_takes_waits(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.jobs.waiting.WORKER_SECONDS", 0.0)
    job = home.engine.start_auto_train("anna", 2)
    with pytest.raises(NoWorker, match="waits in its queue"):
        follow(home.engine, job, title="Auto-training", as_json=True)
    waiting = home.engine.job("anna", job.id)
    assert (waiting.state, waiting.cancel_requested) == (JobState.QUEUED, False)


def test_a_job_that_cannot_be_begun_is_cancelled(home: Home) -> None:
    def ready() -> None:
        raise Unavailable("The model server did not start.")

    job = home.engine.start_auto_train("anna", 2)
    with pytest.raises(Unavailable):
        follow(home.engine, job, title="Auto-training", ready=ready, as_json=True)
    assert home.engine.job("anna", job.id).state is JobState.CANCELLED


def test_a_killed_command_leaves_no_process(home: Home, tmp_path: Path) -> None:
    arguments = ("auto-train", "--user", "anna", "--num", "400")
    process = start_zega(home, *arguments, folder=tmp_path)
    wait_for("the job to run", lambda: is_running(home))
    family = descendants(process.pid)
    assert len(family) >= 3
    process.kill()
    process.communicate()
    wait_for("everybody to end", lambda: all(map(is_gone, family)))
    wait_for("those started meanwhile, too", lambda: nobody_runs(home))


def is_running(home: Home) -> bool:
    return any(job.state is JobState.RUNNING for job in home.engine.jobs("anna"))


def test_train_needs_examples(home: Home) -> None:
    error = problem(zega("train", "--user", "anna", "--json"))
    assert error["code"] == "not_enough_examples"
    assert "10 missing" in error["message"]


@pytest.mark.prove
def test_train_makes_a_version_that_is_evaluated(home: Home, tmp_path: Path) -> None:
    """`zega update` goes the same way and further, with all tests: test_training.py."""
    keep_examples(home)
    process = start_zega(home, "train", "--user", "anna", "--json", folder=tmp_path)
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    version = json.loads(out)
    assert (version["number"], version["base_model"]) == (1, "tiny")
    assert len(version["comparisons"]) == len(evaluation_prompts())
    chapter = tmp_path / "chapter.txt"
    chapter.write_text("It was a dark night. " * 200, encoding="utf-8")
    options = ("--text", str(chapter), "--user", "anna", "--json")
    base = document(zega("evaluate", "--version", "base", *options))
    mine = document(zega("evaluate", "--version", "1", *options))
    assert mine["tokens"] == base["tokens"]
    assert mine["loss_per_token"] != base["loss_per_token"]
    home.engine.activate("anna", None)
    assert problem(zega("evaluate", *options))["code"] == "not_found"
    home.engine.activate("anna", 1)
    assert document(zega("evaluate", *options)) == mine


def test_write_streams_and_saves(home: Home) -> None:
    asked = ("write", "A clock runs backwards.", "--user", "cleo", "--genre", "sci_fi")
    with fake_llamacpp() as teacher, somebody_runs(home, "model-server"):
        home.publish(teacher)
        found = document(zega(*asked, "--json"))
        streamed = zega(*asked)
    assert found["words"] > 40
    assert found["example_id"]
    story = home.engine.store.stories.get("cleo", found["story_id"])
    assert story.drafts[0].text == found["text"]
    assert streamed.exit_code == 0
    assert len(streamed.stdout.split()) > 40
    assert "score" in streamed.stderr


def test_light_commands_load_no_heavy_library(home: Home, tmp_path: Path) -> None:
    heavy = "torch transformers trl peft streamlit chromadb dbos"
    script = f"""
import sys
from studio.cli import main
try:
    main()
finally:
    print([name for name in {heavy.split()!r} if name in sys.modules], file=sys.stderr)
"""
    for arguments in (
        ["--help"],
        ["stats"],
        ["versions", "--user", "anna"],
        ["activate", "--help"],
    ):
        found = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            capture_output=True,
            text=True,
            env=home.environment,
            check=True,
        )
        assert found.stderr.endswith("[]\n"), found.stderr
