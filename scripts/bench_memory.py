"""The memory's part of `make bench`: how often the right passage is recalled, and how fast.

Goes the way a page goes: rows, Chroma's server and the real embedding model, each in its own process.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.bootstrap import open_engine
from engine.domain.passage import PassageType, Scope
from engine.memory import Memory
from engine.memory.address import address
from engine.serving.embeddings import CONTEXT, SLOTS, THREADS
from engine.settings import Settings, load_settings
from engine.store import Store
from engine.store.passages import NewPassage
from models.gguf import embedding_gguf
from models.llamacpp_server import LlamaCppServer
from rag.errors import IndexUnavailable
from rag.server import answers
from scripts.recall_set import Question, RecallSet, recall_set

K = 5
DENSE = 20


def bench_memory(settings: Settings, home: Path) -> dict[str, float]:
    """Recall@5 over 200 questions to 1,000 passages, milliseconds of a warm recall, both medians."""
    with running_memory(home / "memory-bench", settings.cache) as (store, memory):
        plain, dense = recall_set(), recall_set(facts_a_name=DENSE)
        places = remember(store, memory, "plain", plain)
        dense_places = remember(store, memory, "dense", dense)
        times = seconds_of_recalls(memory, "plain", plain.questions)
        texts = [question.text for question in plain.questions]
        paraphrases = [question.paraphrase for question in plain.questions]
        dense_texts = [question.text for question in dense.questions]
        return {
            "passages": len(plain.passages),
            "questions": len(plain.questions),
            "recall_at_5": share_found(memory, "plain", texts, plain.questions, places),
            "recall_at_5_paraphrased": share_found(
                memory, "plain", paraphrases, plain.questions, places
            ),
            "recall_at_5_20_facts_a_name": share_found(
                memory, "dense", dense_texts, dense.questions, dense_places
            ),
            "warm_recall_ms": round(1000 * statistics.median(times), 1),
            "warm_recall_ms_p95": round(1000 * statistics.quantiles(times, n=20)[-1], 1),
        }


@contextmanager
def running_memory(home: Path, cache: Path) -> Iterator[tuple[Store, Memory]]:
    """A store with the memory's process and the embedding model beside it."""
    engine = open_engine(load_settings(home=home))
    command = [sys.executable, "-m", "engine.memory.process"]
    with (
        LlamaCppServer(
            embedding_gguf(cache), slots=SLOTS, context=CONTEXT, threads=THREADS, embeddings=True
        ) as meanings,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ZEGA_HOME": str(home)},
        ) as process,
    ):
        engine.store.serving.publish("http://127.0.0.1:1", "none", "", {}, meanings.url)
        try:
            wait_for(home)
            yield engine.store, engine.memory
        finally:
            process.kill()


def wait_for(home: Path) -> None:
    """Return once the memory's process answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if answers(address(home)):
                return
        except IndexUnavailable:
            pass
        time.sleep(0.05)
    raise TimeoutError("the memory's process does not answer")


def remember(store: Store, memory: Memory, user_id: str, notes: RecallSet) -> list[str]:
    """Store and index every note; their ids, in order."""
    store.users.ensure(user_id)
    new = [NewPassage(text, "", PassageType.NOTE, Scope.OWN) for text in notes.passages]
    ids = [passage.id for passage in store.passages.add(user_id, new)]
    memory.indexing.refresh(user_id)
    return ids


def share_found(
    memory: Memory,
    user_id: str,
    texts: Sequence[str],
    questions: Sequence[Question],
    places: Sequence[str],
) -> float:
    """How many questions bring their passage back among the first K."""
    found = 0
    for text, question in zip(texts, questions, strict=True):
        recalled = [each.passage.id for each in memory.recall(user_id, text, k=K)]
        found += places[question.answer] in recalled
    return round(found / len(questions), 3)


def seconds_of_recalls(memory: Memory, user_id: str, questions: Sequence[Question]) -> list[float]:
    """Wall seconds of each recall, its embedding included, after a few to warm up."""
    times = []
    for place, question in enumerate(questions[:100]):
        started = time.perf_counter()
        memory.recall(user_id, question.text, k=K)
        if place >= 5:
            times.append(time.perf_counter() - started)
    return times
