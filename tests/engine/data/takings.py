"""Files taken in as the worker does it, and what they are read as."""

from __future__ import annotations

import json
import random

from engine.data.readers import Upload, open_file
from engine.data.rows import Row
from engine.domain.example import Example
from engine.domain.imports import Import
from engine.domain.job import JobState
from engine.engine import Engine
from engine.jobs.work import Runner
from tests.fake_llamacpp import good_texts
from tests.mixed_files import prose

NOVEL = Upload("novel.txt", prose(random.Random(5), 30_000).encode())
# Of many minds and words: what is trained on must not repeat what measures.
STORIES = Upload("stories.txt", "\n\n".join(row["text"] for row in good_texts()).encode())
ROW = {"prompt": "Write of the sea.", "completion": "The sea was calm."}


def take_in(engine: Engine, *files: Upload, **choices: str) -> Import:
    """Add and do what the worker would; the import as it is then."""
    found = engine.imports.add("anna", files, **choices)
    Runner(engine).run(found.id)
    job = engine.job("anna", found.id)
    assert job.state is JobState.SUCCEEDED, job.error
    return engine.imports.get("anna", found.id)


def examples(engine: Engine) -> list[Example]:
    return engine.store.examples.list("anna", limit=10_000)


def rows(*fields: dict[str, object]) -> Upload:
    return Upload("rows.jsonl", "\n".join(json.dumps(each) for each in fields).encode())


def rows_of(name: str, data: bytes | str) -> list[Row]:
    """What a file of this name is read as."""
    return list(open_file(Upload(name, data.encode() if isinstance(data, str) else data)).rows)
