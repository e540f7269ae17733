"""Recall through the real embedding model, Chroma's server and the rows, on a smaller set than the
benchmark's."""

from __future__ import annotations

from pathlib import Path

from engine.memory.memory import Memory
from engine.serving.embeddings import CONTEXT
from engine.store import open_store
from models.llamacpp_server import LlamaCppServer
from scripts.bench_memory import remember, share_found
from scripts.recall_set import recall_set
from tests.memory_servers import chroma

PASSAGES, QUESTIONS = 250, 80


def test_the_set_is_the_same_each_time_and_every_answer_is_once_in_it() -> None:
    notes = recall_set()
    assert notes == recall_set()
    assert (len(notes.passages), len(notes.questions)) == (1000, 200)
    assert len({*notes.passages}) == 1000
    assert len({question.text for question in notes.questions}) == 200


def test_the_right_passage_is_among_the_first_five(tmp_path: Path, embedding: Path) -> None:
    notes = recall_set(PASSAGES, QUESTIONS)
    store = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    with (
        chroma(tmp_path / "index") as index,
        LlamaCppServer(embedding, slots=1, context=CONTEXT, threads=1, embeddings=True) as server,
    ):
        store.serving.publish("http://127.0.0.1:1", "none", "", {}, server.url)
        memory = Memory(store, lambda: index.url, threshold=7.0)
        places = remember(store, memory, "anna", notes)
        texts = [question.text for question in notes.questions]
        assert share_found(memory, "anna", texts, notes.questions, places) >= 0.95
    store.database.dispose()
