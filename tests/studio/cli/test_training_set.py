"""`zega decontaminate` and `zega augment`: what they print, and what they leave behind."""

from __future__ import annotations

import json

from tests.engine.jobs.test_training import keep_examples
from tests.fake_llamacpp import good_texts
from tests.processes import Home
from tests.studio.cli.conftest import document, problem, zega


def test_decontaminate_is_a_dry_run(home: Home) -> None:
    count = keep_examples(home)
    clean = document(zega("decontaminate", "--user", "anna", "--json"))
    assert clean["removed"] == []
    folder = home.folder / "benchmarks"
    folder.mkdir()
    rows = [{"prompt": "Any.", "completion": row["text"]} for row in good_texts()[:16]]
    (folder / "mine.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    refused = problem(zega("decontaminate", "--user", "anna", "--json"))
    assert refused["code"] == "nothing_to_train_on"
    (folder / "mine.jsonl").write_text(json.dumps(rows[0]), encoding="utf-8")
    shown = zega("decontaminate", "--user", "anna").stdout
    report = document(zega("decontaminate", "--user", "anna", "--json"))
    assert report["held_out"]["benchmark"] == 1
    assert f"{len(report['removed'])} of {report['compared']} rows would be left out" in shown
    assert "Meanings were not compared" in shown
    stats = document(zega("stats", "--user", "anna", "--json"))
    assert stats["trainable"] == count


def test_augment_previews_saves_and_takes_back(home: Home) -> None:
    count = keep_examples(home)
    options = ("--user", "anna", "--share", "0.25", "--json")
    preview = document(zega("augment", *options, "--preview"))
    assert 0 < len(preview["variants"]) <= preview["wanted"]
    saved = document(zega("augment", *options))
    assert saved["variants"] == len(preview["variants"])
    assert saved["originals"] < count
    again = document(zega("augment", *options, "--kind", "prompt"))
    assert again["variants"] == saved["variants"]
    assert (
        f"{saved['variants']} variants of"
        in zega("augment", "--user", "anna", "--share", "0.25").stdout
    )
    removed = document(zega("augment", *options, "--undo"))
    assert removed == {"removed": saved["variants"]}
    assert problem(zega("augment", *options, "--kind", "letters"))["code"] == "invalid_input"
