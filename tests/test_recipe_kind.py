"""The recipe for a kind of text in CONTRIBUTING.md, followed to the letter in a copy of the project."""

from __future__ import annotations

from pathlib import Path

from tests.processes import ROOT
from tests.project_copy import Copy, read_recipe

KIND_CHECK = """
import sys
from engine.bootstrap import open_engine
from engine.jobs.work import Runner
from tests.fake_llamacpp import fake_llamacpp, good_texts

engine = open_engine()
engine.ensure_user("anna")
assert [kind.name for kind in engine.kinds.all()][4:] == ["recipes"]
body = "Ingredients:\\n- two onions\\n- barley\\n\\nMethod:\\n"
with fake_llamacpp(texts=[body + row["text"] for row in good_texts()]) as server:
    engine.store.serving.publish(server.url, "base", "0" * 64, {}, "")
    writing = engine.write("anna", engine.start_story("anna", "A soup.", kind="recipes").id)
    text = "".join(writing)
    job = engine.start_auto_train("anna", 4, kind="recipes")
    Runner(engine).run(job.id)
assert engine.auto_train_result("anna", job.id).kept == 4
assert engine.get_stats("anna").by_kind == {"recipes": 5}
assert engine.score(text, "recipes").kept
assert not engine.score(text.partition("Method")[0], "recipes").kept
"""


def test_add_a_kind(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    read_recipe("Add a kind", "engine/kinds/<name>.yaml", "`zega score --kind <name>`")
    kind = (ROOT / "tests/data/recipes_kind.yaml").read_text(encoding="utf-8")
    copy.append("engine/kinds/recipes.yaml", kind)
    copy.run("-c", KIND_CHECK)
    told = copy.run("-m", "studio.cli", "score", "-", "--kind", "recipes", stdin="Cook it.")
    assert "not kept" in told
    copy.run("-m", "pytest", "-q", "tests/engine/kinds/test_catalog.py")
