"""The index follows the database, whatever happens to it or in between."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.domain.passage import PassageType, Scope
from engine.memory.indexing import collection_name
from engine.memory.memory import Memory
from engine.store import Store
from engine.store.passages import NewPassage
from rag.index import Entry, Index
from tests.memory_servers import Chroma, FakeEmbeddings

TEXTS = [f"Note {word}: the {word} is kept in the {word} room." for word in ("key", "map", "bell")]
NAME = collection_name("anna")


@pytest.fixture
def three(memory: Memory) -> list[str]:
    """Ids of three indexed passages."""
    return [memory.remember("anna", text).passages[0].id for text in TEXTS]


def found(memory: Memory) -> set[str]:
    return {each.passage.id for each in memory.recall("anna", "the key, the map and the bell")}


def test_a_lost_index_is_made_again_by_the_next_recall(
    memory: Memory, index_server: Chroma, three: list[str]
) -> None:
    index_server.kill()
    shutil.rmtree(index_server.folder)
    index_server.start()
    assert memory.state("anna").waiting == 3
    assert found(memory) == {*three}
    assert memory.state("anna").waiting == 0


def test_a_lost_index_is_made_again_by_one_verb(
    memory: Memory, index_server: Chroma, three: list[str]
) -> None:
    memory.remember("ben", TEXTS[0])
    index_server.kill()
    shutil.rmtree(index_server.folder)
    index_server.start()
    assert memory.rebuild() == 4
    assert memory.indexing.index().held(NAME) == {*three}
    assert found(memory) == {*three}


def test_an_older_copy_of_the_index_is_put_right(
    memory: Memory, index_server: Chroma, three: list[str], tmp_path: Path
) -> None:
    """A copy that lacks what came later and holds what was forgotten since."""
    index_server.kill()
    shutil.copytree(index_server.folder, tmp_path / "copy")
    index_server.start()
    memory.forget("anna", three[:1])
    later = memory.remember("anna", "Note rope: the rope is kept in the rope room.").passages[0].id
    index_server.kill()
    shutil.rmtree(index_server.folder)
    shutil.copytree(tmp_path / "copy", index_server.folder)
    index_server.start()
    assert three[0] not in found(memory)  # the database decides, even before the check
    assert memory.indexing.check("anna") == 2
    memory.indexing.refresh("anna")
    assert memory.indexing.index().held(NAME) == {*three[1:], later}
    assert memory.indexing.check("anna") == 0


class KilledError(BaseException):
    """The process ends here: nothing after it runs."""


@pytest.mark.parametrize("place", ["before the index", "between index and row"])
def test_a_kill_at_any_moment_is_repaired_by_the_next_recall(
    memory: Memory, store: Store, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def die(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        if place == "before the index":
            patched.setattr(Index, "put", die)
        else:
            patched.setattr(type(store.outbox), "mark_indexed", die)
        with pytest.raises(KilledError):
            memory.remember("anna", TEXTS[0])
    (passage,) = memory.passages("anna").passages
    assert passage.indexed_in is None
    assert found(memory) == {passage.id}
    assert memory.indexing.index().held(NAME) == {passage.id}


def test_a_kill_between_forgetting_and_the_index_is_repaired(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, three: list[str]
) -> None:
    def die(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(Index, "remove", die)
        with pytest.raises(KilledError):
            memory.forget("anna", three[:2])
    assert found(memory) == {three[2]}
    assert memory.indexing.index().held(NAME) == {three[2]}


def during_put(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Do something once, after a passage went into the index and before its row says so."""
    put = Index.put

    def and_then(index: Index, name: str, entries: Sequence[Entry]) -> None:
        put(index, name, entries)
        monkeypatch.setattr(Index, "put", put)
        action()

    monkeypatch.setattr(Index, "put", and_then)


def test_forgotten_while_it_is_indexed_leaves_nothing_behind(
    memory: Memory, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (new,) = store.passages.add("anna", [new_passage(TEXTS[0])])

    def forget_elsewhere() -> None:
        store.passages.forget("anna", [new.id])
        store.outbox.let_go("anna", [new.id])  # the other process found nothing to remove yet

    during_put(monkeypatch, forget_elsewhere)
    memory.indexing.refresh("anna")
    assert memory.indexing.index().held(NAME) == set()


def test_changed_while_it_is_indexed_is_indexed_again(
    memory: Memory, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (new,) = store.passages.add("anna", [new_passage(TEXTS[0])])
    during_put(monkeypatch, lambda: store.passages.change("anna", new.id, text="A goat."))
    memory.indexing.refresh("anna")
    (hit,) = memory.recall("anna", "goat")
    assert (hit.passage.text, hit.score) == ("A goat.", pytest.approx(1.0, abs=0.1))


def test_no_text_lies_in_the_index(
    memory: Memory, index_server: Chroma, three: list[str], embeddings: FakeEmbeddings
) -> None:
    """Only vectors: what is forgotten in the database is nowhere else to be read."""
    index_server.kill()
    files = [path for path in index_server.folder.rglob("*") if path.is_file()]
    assert files
    assert not any(b"kept in the" in path.read_bytes() for path in files)
    assert not any(b"anna" in path.read_bytes() for path in files)


def new_passage(text: str) -> NewPassage:
    return NewPassage(text, "", PassageType.NOTE, Scope.OWN)
