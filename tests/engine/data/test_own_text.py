"""A user's own text: passages at sentence ends, the last part held out, too little refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.own_text import (
    continuation_prompts,
    passages_of,
    read_own_text,
    split_by_place,
)
from engine.domain.snapshot import Split
from engine.errors import InvalidInput
from engine.store import open_store
from tests.fake_llamacpp import good_texts

TEXT = "\n\n".join(row["text"] for row in good_texts())


@pytest.fixture
def novel(tmp_path: Path) -> Path:
    path = tmp_path / "novel.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_passages_cover_the_text_in_order_and_end_with_sentences() -> None:
    passages = passages_of(TEXT)
    assert len(passages) >= 20
    flat = " ".join(TEXT.split())
    places = [flat.index(" ".join(passage.split())) for _, passage in passages]
    assert places == sorted(places)
    paragraphs = {" ".join(each.split()) for each in TEXT.split("\n\n")}
    kept = [each for _, passage in passages for each in passage.split("\n\n")[1:-1]]
    assert len(kept) > 10
    assert paragraphs.issuperset(kept)
    for before, passage in passages:
        assert 170 <= len(passage.split()) < 240
        assert passage.rstrip("\"'”’")[-1] in ".!?…"
        assert before not in passage


def test_the_last_part_is_held_out_and_asked_for(novel: Path, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    store.users.ensure("anna")
    examples = [store.examples.add(new) for new in read_own_text(novel, user_id="anna")]
    rows = split_by_place(examples)
    parts = [part for _, part in rows]
    tests, validations = parts.count(Split.TEST), parts.count(Split.VALIDATION)
    assert tests >= 0.15 * len(parts)
    assert parts == (
        [Split.TRAIN] * (len(parts) - tests - validations)
        + [Split.VALIDATION] * validations
        + [Split.TEST] * tests
    )
    trained = {e.prompt for e, part in zip(examples, parts, strict=True) if part is not Split.TEST}
    asked = continuation_prompts(novel)
    assert 2 <= len(asked) <= 16
    assert not trained & {prompt.request for prompt in asked}


def test_too_little_text_says_how_much_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_text("One sentence. " * 50, encoding="utf-8")
    with pytest.raises(InvalidInput, match="at least 12 are needed"):
        read_own_text(path, user_id="anna")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00broken"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "novel.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"novel\.txt"):
        read_own_text(path, user_id="anna")
