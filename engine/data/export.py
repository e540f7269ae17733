"""Examples as files, in the forms that other programs read. Rows are streamed: none is held twice.

`datasets` writes what it can write, from an Arrow file on disk, so that 50,000 examples take no
more memory than a batch of them. Who asks, and which examples are chosen, is not known here.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.example import Example
from engine.kinds import Kinds
from engine.rendering import render
from engine.store.rows import new_id

if TYPE_CHECKING:
    from datasets import Dataset

# Everything that a program may take for the end of a line, and the sign that marks such an escape.
LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
ESCAPES = {
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    **{sign: f"\\u{ord(sign):04x}" for sign in LINE_ENDS},
}
_ESCAPING = str.maketrans(ESCAPES)
_ESCAPED = re.compile(r"\\(?:u[0-9a-f]{4}|.?)")
_UNESCAPING = {escape: sign for sign, escape in ESCAPES.items()}

# The columns of tables: all of an example that another studio can use, one value each.
COLUMNS = {
    "id": "string",
    "created_at": "string",
    "kind": "string",
    "genre": "string",
    "style": "string",
    "seed_prompt": "string",
    "prompt": "string",
    "completion": "string",
    "source": "string",
    "author": "string",
    "generator": "string",
    "score": "float64",
    "feedback": "int64",
    "decision": "string",
    "split_group": "string",
    "variant_of": "string",
    "variant": "string",
    "duplicate_of": "string",
}


@dataclass(frozen=True)
class Form:
    """A form of export: how people call it, whom it is for, the files it has in a folder, and what
    writes them."""

    title: str
    purpose: str
    files: tuple[str, ...]
    write: Callable[[Iterable[Example], Path, Kinds], None]


def one_line(text: str) -> str:
    r"""A text on one line; `from_one_line` gives it back to the letter.

    >>> one_line("a\n\\b")
    'a\\n\\\\b'
    """
    return text.translate(_ESCAPING)


def from_one_line(line: str) -> str:
    r"""The text that `one_line` wrote; a backslash before anything else stays as it is.

    >>> from_one_line(one_line("a\n\\b \u2028")) == "a\n\\b \u2028"
    True
    """
    return _ESCAPED.sub(lambda match: _UNESCAPING.get(match.group(), match.group()), line)


def is_escaped(text: str) -> bool:
    """Whether each backslash in it is one that `one_line` wrote, as far as signs can tell."""
    return all(match.group() in _UNESCAPING for match in _ESCAPED.finditer(text))


def table_row(example: Example) -> dict[str, Any]:
    """An example as a row of a table, by the names of `COLUMNS`."""
    special = {
        "created_at": example.created_at.isoformat(),
        "score": example.quality.score,
        "decision": example.decision.value if example.decision else None,
    }
    return {name: special[name] if name in special else getattr(example, name) for name in COLUMNS}


def chat_row(example: Example, *, system: str) -> dict[str, Any]:
    """An example as the messages that a model is taught on; `system` is that of its kind."""
    asked = render(example.prompt, system=system)
    messages = [{"role": each.role, "content": each.content} for each in asked]
    return {"messages": [*messages, {"role": "assistant", "content": example.completion}]}


def collected_row(example: Example) -> dict[str, Any]:
    """An example as a collector of training data writes it; lengths are in characters."""
    return {
        "timestamp": example.created_at.isoformat(),
        "input": example.prompt,
        "output": example.completion,
        "generator": example.generator,
        "metadata": {
            "input_length": len(example.prompt),
            "output_length": len(example.completion),
        },
    }


def write_jsonl(examples: Iterable[Example], folder: Path, kinds: Kinds) -> None:
    _write_json(_table(map(table_row, examples), folder), folder / "examples.jsonl")


def write_csv(examples: Iterable[Example], folder: Path, kinds: Kinds) -> None:
    _table(map(table_row, examples), folder).to_csv(folder / "examples.csv")


def write_parquet(examples: Iterable[Example], folder: Path, kinds: Kinds) -> None:
    _table(map(table_row, examples), folder).to_parquet(folder / "examples.parquet")


def write_chat(examples: Iterable[Example], folder: Path, kinds: Kinds) -> None:
    columns = {"messages": [{"role": "string", "content": "string"}]}
    rows = (chat_row(each, system=kinds.find(each.kind).system) for each in examples)
    _write_json(_table(rows, folder, columns), folder / "chat.jsonl")


def write_collected(examples: Iterable[Example], folder: Path, kinds: Kinds) -> None:
    """Pairs as a collector of training data keeps them, and its figures beside them."""
    generators: Counter[str] = Counter()
    last = ""

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal last
        for example in examples:
            row = collected_row(example)
            generators[example.generator] += 1
            last = max(last, row["timestamp"])
            yield row

    columns = {
        **dict.fromkeys(("timestamp", "input", "output", "generator"), "string"),
        "metadata": {"input_length": "int64", "output_length": "int64"},
    }
    data = folder / "training_data"
    data.mkdir()
    _write_json(_table(rows(), folder, columns), data / "gemini_training_examples.jsonl")
    stats = {
        "total_examples": generators.total(),
        "last_updated": last,
        "by_generator": dict(generators.most_common()),
    }
    text = json.dumps(stats, ensure_ascii=False, indent=2) + "\n"
    (data / "collection_stats.json").write_text(text, encoding="utf-8")


def write_seq2seq(examples: Iterable[Example], folder: Path, kinds: Kinds) -> None:
    """Prompts and texts in two files, line by line."""
    write_pairs(((each.prompt, each.completion) for each in examples), folder)


def write_pairs(pairs: Iterable[tuple[str, str]], folder: Path) -> None:
    """Pairs as lines of `processed/source.txt` and `target.txt`; line ends within a text are escaped."""
    data = folder / "processed"
    data.mkdir(exist_ok=True)
    with (
        (data / "source.txt").open("w", encoding="utf-8", newline="\n") as sources,
        (data / "target.txt").open("w", encoding="utf-8", newline="\n") as targets,
    ):
        for source, target in pairs:
            sources.write(one_line(source) + "\n")
            targets.write(one_line(target) + "\n")


FORMS = {
    "jsonl": Form(
        "JSON lines",
        "One example a line with all its fields, for another studio.",
        ("examples.jsonl",),
        write_jsonl,
    ),
    "csv": Form("CSV", "A table for spreadsheets.", ("examples.csv",), write_csv),
    "parquet": Form(
        "Parquet",
        "A table for data frames, a third of the size.",
        ("examples.parquet",),
        write_parquet,
    ),
    "chat": Form(
        "Chat messages",
        "What a model is taught on, message by message.",
        ("chat.jsonl",),
        write_chat,
    ),
    "collected": Form(
        "Collected pairs",
        "Inputs with outputs and their lengths, and a file of statistics beside them.",
        ("training_data/gemini_training_examples.jsonl", "training_data/collection_stats.json"),
        write_collected,
    ),
    "seq2seq": Form(
        "Source and target",
        "Prompts in one file and texts in another, line by line, for translation-like training.",
        ("processed/source.txt", "processed/target.txt"),
        write_seq2seq,
    ),
}


def _table(
    rows: Iterable[dict[str, Any]], folder: Path, columns: dict[str, Any] | None = None
) -> Dataset:
    """The rows as a table in an Arrow file below `folder`, not in memory."""
    # Imported here: it takes seconds, which only an export needs.
    from datasets import Dataset, Features, Value, disable_progress_bars

    def typed(column: Any) -> Any:
        if isinstance(column, dict):
            return {name: typed(each) for name, each in column.items()}
        return [typed(column[0])] if isinstance(column, list) else Value(column)

    disable_progress_bars()
    return Dataset.from_generator(
        lambda: iter(rows),
        features=Features(typed(columns or COLUMNS)),
        cache_dir=str(folder / "cache"),
        fingerprint=new_id(),
    )


def _write_json(table: Dataset, path: Path) -> None:
    table.to_json(path, force_ascii=False, double_precision=15)


def each_of(pages: Iterable[list[Example]], noted: list[str]) -> Iterator[Example]:
    """The examples of all pages; their ids are noted as they go."""
    for example in chain.from_iterable(pages):
        noted.append(example.id)
        yield example
