"""`zega export`, `zega synthesize`, `zega keywords …`."""

from __future__ import annotations

import json
from pathlib import Path

from engine.engine import Engine
from tests.fake_llamacpp import fake_llamacpp
from tests.processes import Home, worked_here
from tests.studio.cli.conftest import document, zega

ORDER = """
template_prompts: ["Write of {place}."]
values: {place: [a mill, a ship]}
generation_config: {quality_filter: false}
output_format: collected
"""


def test_examples_are_exported_where_one_says(engine: Engine, tmp_path: Path) -> None:
    story = engine.start_story("anna", "A lamp.")
    engine.save_edit("anna", story.id, "It burned all night.")
    out = tmp_path / "out"
    found = document(
        zega("export", "-u", "anna", "--format", "seq2seq", "--out", str(out), "--json")
    )
    assert (found["examples"], found["place"]) == (1, str(out))
    assert (out / "processed" / "target.txt").read_text() == "It burned all night.\n"
    refused = zega("export", "-u", "anna", "--genre", "horror", "--out", str(out))
    assert refused.exit_code == 1
    assert "[invalid_input]" in refused.stderr


def test_an_order_is_shown_first_and_refused_by_name(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "order.yaml"
    file.write_text(ORDER)
    shown = document(zega("synthesize", str(file), "-u", "anna", "--preview", "--json"))
    assert shown["combinations"] == shown["asked"] == 2
    assert set(shown["prompts"]) == {"Write of a mill.", "Write of a ship."}
    file.write_text(ORDER.replace("{place:", "{plaice:"))
    refused = zega("synthesize", str(file), "-u", "anna")
    assert (refused.exit_code, "{plaice}" in refused.stderr) == (1, True)
    file.write_text("template_prompts: [")
    assert "no YAML" in zega("synthesize", str(file), "-u", "anna").stderr
    assert engine.jobs("anna") == []


def test_an_order_is_written_by_the_worker_and_leaves_as_it_says(
    home: Home, engine: Engine, tmp_path: Path
) -> None:
    file, out = tmp_path / "order.json", tmp_path / "out"
    order = {
        "template_prompts": ["Write of a {place}."],
        "values": {"place": ["mill", "ship"]},
        "output_format": "collected",
        "generation_config": {"quality_filter": False},
    }
    file.write_text(json.dumps(order))
    with fake_llamacpp() as teacher, worked_here(home):
        home.publish(teacher)
        found = document(zega("synthesize", str(file), "-u", "anna", "--out", str(out), "--json"))
    assert found["requested"] == found["accepted"] + found["rejected"] + found["failed"] == 2
    lines = (out / "training_data" / "gemini_training_examples.jsonl").read_text().splitlines()
    assert len(lines) == found["accepted"] > 0


def test_keywords_from_a_list_to_a_report(engine: Engine, tmp_path: Path) -> None:
    terms, source, text = (tmp_path / name for name in ("terms.txt", "source.txt", "text.txt"))
    terms.write_text("oil can\nOIL_CAN\nlamp")
    source.write_text("An oil_can, a lamp.")
    text.write_text("A lamp.")
    added = document(zega("keywords", "add", "terms", str(terms), "-u", "anna", "--json"))
    assert added == {"name": "terms", "keywords": 2, "added": 2, "duplicates": 1}
    files = ("--source", str(source), "--text", str(text))
    report = document(zega("keywords", "report", "terms", "-u", "anna", *files, "--json"))
    assert (report["share"], report["missing"], report["variants"]) == (0.5, ["oil can"], 1)
    lines = zega("keywords", "report", "terms", "-u", "anna", *files).stdout
    assert "1 of 2 occurrences kept (50.0%)" in lines
    assert "Lost altogether: oil can." in lines
    zega("keywords", "remove", "terms", "lamp", "-u", "anna")
    assert zega("keywords", "list", "-u", "anna", "--name", "terms").stdout == "oil can\n"
    zega("keywords", "remove", "terms", "-u", "anna")
    assert zega("keywords", "list", "-u", "anna").stdout == "No lists yet.\n"
    assert "[not_found]" in zega("keywords", "report", "terms", "-u", "anna").stderr
