"""`zega stats`, `score` and `evaluate`: documents, exit codes, files and standard input."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engine.domain.example import Decision
from engine.domain.quality import Quality
from tests.engine.jobs.test_training import keep_examples
from tests.fake_llamacpp import good_texts
from tests.processes import Home
from tests.studio.cli.conftest import document, problem, zega
from tests.studio.web.shelf import Shelf


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(good_texts()[0]["text"], encoding="utf-8")
    return path


def test_stats_count_what_is_there(home: Home) -> None:
    assert document(zega("stats", "--json"))["total_examples"] == 0
    count = keep_examples(home)
    stats = document(zega("stats", "--user", "anna", "--json"))
    assert stats["total_examples"] == stats["kept"] == stats["trainable"] == count
    assert stats["by_generator"] == {"fake": count}
    assert stats["by_kind"] == {"stories": count}
    assert stats["last_updated"].endswith("+00:00")
    shown = zega("stats", "--user", "anna")
    assert f"{count} examples, {count} kept" in shown.stdout
    assert document(zega("stats", "--user", "ben", "--json"))["total_examples"] == 0


def test_a_score_holds_its_parts(home: Home, story: Path) -> None:
    row = good_texts()[0]
    options = ("--genre", row["genre"], "--prompt", row["prompt"], "--json")
    scored = document(zega("score", str(story), "--kind", "stories", *options))
    assert set(scored) == {"score", "kept", "parts", "reasons"}
    assert scored["kept"] is (scored["score"] >= 7.0) is True
    assert set(scored["parts"]) >= {"repetition", "relevance", "genre"}
    same = document(zega("score", "-", *options, stdin=story.read_text(encoding="utf-8")))
    assert same == scored
    assert "would be kept" in zega("score", str(story)).stdout


def test_the_score_is_measured_on_a_folder_of_novels(home: Home, tmp_path: Path) -> None:
    chapters = [row["text"] for row in good_texts()]
    (tmp_path / "book.txt").write_text("\n\n".join(chapters[:12]), encoding="utf-8")
    found = document(zega("score-bench", str(tmp_path), "--json"))
    assert found["texts"] == found["books"]["book"]["texts"] > 3
    assert set(found["pairwise"]) == {
        "loop", "word_salad", "truncation", "sentence_shuffle", "off_genre", "wrong_prompt", "splice",
        "paragraph_shuffle",
    }  # fmt: skip
    assert found["pairwise"]["loop"] >= 0.97
    assert 0 <= found["false_alarm_rate"] <= 1
    assert "Ranked above" in zega("score-bench", str(tmp_path)).stdout


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("score", "no-such-file", "--json"), "no-such-file"),
        (("score", "{story}", "--genre", "western", "--json"), "genre"),
        (("score", "{story}", "--kind", "poems", "--json"), "kind"),
        (("score-bench", "no-such-folder", "--json"), "no-such-folder"),
        (("stats", "--user", "../anna", "--json"), "user_id"),
        (
            ("evaluate", "--user", "../a", "--version", "base", "--text", "{story}", "--json"),
            "user",
        ),
        (
            ("evaluate", "--user", "anna", "--version", "x", "--text", "{story}", "--json"),
            "version",
        ),
        (
            ("evaluate", "--user", "anna", "--version", "base", "--text", "{short}", "--json"),
            "text",
        ),
    ],
)
def test_what_is_wrong_is_named(
    home: Home, tmp_path: Path, story: Path, arguments: tuple[str, ...], field: str
) -> None:
    short = tmp_path / "short.txt"
    short.write_text("Too short.", encoding="utf-8")
    error = problem(zega(*(each.format(story=story, short=short) for each in arguments)))
    assert error["code"] == "invalid_input"
    assert error["message"].startswith(field)


def test_a_file_that_is_no_text_is_refused(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(b"\x89PNG\xff\xfe")
    assert "is not UTF-8" in problem(zega("score", str(path), "--json"))["message"]


def test_an_unknown_version_is_not_found(home: Home, story: Path) -> None:
    options = ("--version", "7", "--text", str(story), "--json")
    assert problem(zega("evaluate", "--user", "anna", *options))["code"] == "not_found"


def test_the_base_is_evaluated_alike_each_time(home: Home, story: Path) -> None:
    options = ("--user", "anna", "--version", "base", "--json")
    found = document(zega("evaluate", *options, "--text", str(story)))
    assert set(found) == {"loss_per_token", "perplexity", "tokens"}
    assert found["perplexity"] == pytest.approx(math.exp(found["loss_per_token"]))
    assert found["tokens"] > 100
    text = story.read_text(encoding="utf-8")
    assert document(zega("evaluate", *options, "--text", "-", stdin=text)) == found


@pytest.mark.parametrize("arguments", [("score",), ("stats", "--nonsense"), ("train",), ("sing",)])
def test_wrong_usage_is_two(home: Home, arguments: tuple[str, ...]) -> None:
    assert zega(*arguments).exit_code == 2
    for_programs = zega(*arguments, "--json")
    assert (for_programs.exit_code, for_programs.stdout) == (2, "")
    assert json.loads(for_programs.stderr)["code"] == "invalid_usage"


def test_a_threshold_is_suggested_and_taken_only_when_asked(home: Home) -> None:
    shelf = Shelf(home.engine)
    for number in range(60):
        score = 5.0 + number / 12
        likes = (score >= 8.5) is (number % 10 != 3)
        decision = Decision.ACCEPTED if likes else Decision.REJECTED
        shelf.store.examples.add(shelf.example(number, decision=decision, quality=Quality(score)))
    found = document(zega("calibrate", "--user", "anna", "--json"))
    assert found["threshold"] == home.engine.calibration.threshold("anna") == 7.0
    shown = zega("calibrate", "--user", "anna", "--accept").stdout
    wanted = found["suggested"]["threshold"]
    assert f"Texts are kept from {wanted:g} on." in shown
    assert home.engine.calibration.threshold("anna") == wanted
    assert "from 7 on" in zega("calibrate", "--user", "anna", "--back").stdout
    refused = problem(zega("calibrate", "--user", "nobody", "--accept", "--json"))
    assert refused["code"] == "invalid_input"
