"""Every column that could hold people's words is one that an erasure knows, or is said to hold none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Text

from engine.domain.erasure import Noun
from engine.store import Store
from engine.store.tables import metadata
from engine.store.texts import HOLDERS

# Names, figures, states, paths, hashes and sentences of the studio's own, by table.
NO_WORDS = {
    "activations": "student reason",
    "benchmark_rows": "genre kind",
    "benchmarks": "name",
    "charges": "generator owner",
    "decisions": "action reasons before reviewer",
    "drafts": "model finish_reason parts memory",
    "erasures": "chosen reached",
    "evaluations": "model benchmark set_sha256 prompts_sha256 rows",
    "examples": "kind genre source author generator parts decision",
    "exports": "format place",
    "generations": "url base_model base_sha256 adapters embeddings_url",
    "import_rejections": "reason",
    "imports": "prompts reports note",
    "jobs": "kind state request stage result error_code error",
    "outcomes": "result genre reason",
    "passages": "type",
    "providers": "name kind base_url model sealed_key",
    "rejected_candidates": "genre parts",
    "remarks": "reasons",
    "runs": "recipe base_model folder notes student",
    "seq2seq_server": "url problem",
    "snapshot_rows": "split",
    "snapshots": "sha256 report",
    "stories": "kind genre",
    "student_answers": "fault",
    "switches": "name value",
    "trials": "author",
    "two_phase_inputs": "genre",
    "two_phases": "teacher student notices memory",
    "versions": "base_model recipe adapter_path adapter_sha256 gguf_path gguf_sha256 base_sha256 "
    "template_sha256 converter gain gain_over_active verdict ruling student overlap",
    "votes": "kind genre left_model right_model choice",
}
# What people set up themselves, and can change themselves.
SETTINGS = {
    "keyword_lists": "name keywords",
    "preferences": "key value",
    "schedules": "at zone mix kind last_skipped",
}
# What a version wrote goes with the version.
WITH_THE_VERSION = {"comparisons": "prompt before after", "evaluations": "answers"}
# What a training was asked and answered goes with its training set.
WITH_THE_TRAINING_SET = {"samples": "prompt text"}


def test_every_column_that_can_hold_words_is_known_to_erasure() -> None:
    could = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text | JSON)
    }
    erased = {
        (each.table.name, name) for each in HOLDERS for name in {*each.searched, *each.erased}
    }
    said = {
        (table, name)
        for known in (NO_WORDS, SETTINGS, WITH_THE_VERSION, WITH_THE_TRAINING_SET)
        for table, names in known.items()
        for name in names.split()
    }
    assert could - said == erased & could, (
        "a new column can hold people's words: add it to HOLDERS of engine/store/texts.py, or say here "
        "that it holds none"
    )
    assert said <= could


def test_words_are_read_page_by_page(store: Store, make: Any) -> None:
    ids = sorted(make.example().id for _ in range(5))
    make.example("ben")
    whole = store.texts.page("anna", Noun.EXAMPLE)
    assert [each.id for each in whole] == ids
    assert [each.id for each in store.texts.page("anna", Noun.EXAMPLE, ids[1])] == ids[2:]
    assert store.texts.page("anna", Noun.EXAMPLE, ids[-1]) == []
    example = store.examples.get("anna", ids[0])
    assert whole[0].texts == (example.completion, example.prompt, example.seed_prompt)
