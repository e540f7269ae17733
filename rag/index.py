"""The index: vectors of passages in Chroma's server, found again by meaning.

It holds ids, tags and vectors, never a text: texts stay with whoever owns them. A passage of many
sentences has a vector for each window of a few, and is as near as its nearest window. Collections
are named by the caller. Everything may be repeated: putting the same passage twice leaves it once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from rag.chunking import windows
from rag.errors import IndexUnavailable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

# Unit vectors, one a text, in order.
Embed = Callable[[Sequence[str]], list[list[float]]]

TIMEOUT = httpx.Timeout(20.0, connect=2.0)
BATCH = 16
# So many windows are asked for, for each passage wanted: neighbours are often of one passage. Where a
# long one crowds out the others, so many times as many are asked for until there are enough.
WINDOWS_A_PASSAGE = 5
MORE = 4


@dataclass(frozen=True)
class Entry:
    """A passage to be found again. Recalling may be narrowed to some `tag`s."""

    id: str
    text: str
    tag: str


@dataclass(frozen=True)
class Hit:
    """A passage that was found; `score` is the cosine of its nearest window, 1 = the same."""

    id: str
    score: float


class Index:
    """Collections on the server at `url`. Every method raises `IndexUnavailable`."""

    def __init__(self, url: str, embed: Embed) -> None:
        self.url = url
        self._embed = embed
        with reachable():
            self._client = connect(url)

    def open(self, name: str) -> str:
        """Make the collection unless it is there; its identity, which no later one will have."""
        with reachable():
            return str(self._collection(name).id)

    def put(self, name: str, entries: Sequence[Entry]) -> None:
        """Index these passages, over what was indexed of them before."""
        rows = [
            (f"{entry.id}:{place}", window, {"passage": entry.id, "tag": entry.tag})
            for entry in entries
            for place, window in enumerate(windows(entry.text))
        ]
        self.remove(name, [entry.id for entry in entries])
        for start in range(0, len(rows), BATCH):
            ids, texts, marks = zip(*rows[start : start + BATCH], strict=True)
            vectors: Any = self._embed(texts)
            with reachable():
                self._collection(name).upsert(
                    ids=list(ids), embeddings=vectors, metadatas=list(marks)
                )

    def remove(self, name: str, ids: Sequence[str]) -> None:
        """Take these passages out; those that are not there do not matter."""
        for start in range(0, len(ids), BATCH):
            with reachable():
                self._collection(name).delete(where=among("passage", ids[start : start + BATCH]))

    def recall(self, name: str, query: str, k: int, tags: Sequence[str]) -> list[Hit]:
        """The `k` passages with one of these tags that are nearest to the query, best first."""
        (vector,) = self._embed([query])
        count = k * WINDOWS_A_PASSAGE
        while True:
            nearest = self._nearest(name, vector, count, tags)
            best: dict[str, float] = {}
            for passage, score in nearest:
                best.setdefault(passage, score)
            if len(best) >= k or len(nearest) < count:
                return [Hit(passage, score) for passage, score in best.items()][:k]
            count *= MORE

    def _nearest(
        self, name: str, vector: list[float], count: int, tags: Sequence[str]
    ) -> list[tuple[str, float]]:
        """The passages and cosines of the nearest windows, best first; fewer where there are no more."""
        asked: Any = [vector]
        with reachable():
            found = self._collection(name).query(
                query_embeddings=asked,
                n_results=count,
                where=among("tag", tags),
                include=["metadatas", "distances"],
            )
        marks, distances = (found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0]
        return [
            (str(mark["passage"]), 1.0 - float(distance))
            for mark, distance in zip(marks, distances, strict=True)
        ]

    def held(self, name: str) -> set[str]:
        """Ids of every passage in the collection."""
        with reachable():
            marks = self._collection(name).get(include=["metadatas"])["metadatas"]
        return {str(mark["passage"]) for mark in marks or []}

    def drop(self, name: str) -> None:
        """Remove the collection with everything in it."""
        from chromadb.errors import NotFoundError

        with reachable():
            try:
                self._client.delete_collection(name)
            except NotFoundError:
                return

    def _collection(self, name: str) -> Collection:
        return self._client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )


def among(field: str, values: Sequence[str]) -> Any:
    """Chroma's condition that a field has one of these values."""
    return {field: {"$in": list(values)}}


def connect(url: str) -> ClientAPI:
    """Chroma's client for a server on loopback: no proxy, no telemetry, no endless wait."""
    # Imported here: it takes half a second, and most pages never recall anything.
    import chromadb
    from chromadb.config import Settings

    address = urlsplit(url)
    assert address.hostname is not None
    _spare_proxies(address.hostname)
    # Without `_env_file` Chroma would read the studio's own .env.
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    client = chromadb.HttpClient(address.hostname, address.port or 80, settings=settings)
    session: httpx.Client = client._server._session  # type: ignore[attr-defined]
    session.timeout = TIMEOUT
    return client


def _spare_proxies(host: str) -> None:
    """Chroma's client asks a proxy of the environment even for this machine, unless told not to."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [each for each in os.environ.get(name, "").split(",") if each]
        if host not in hosts:
            os.environ[name] = ",".join([*hosts, host])


@contextmanager
def reachable() -> Iterator[None]:
    """Chroma's errors and the network's become one."""
    from chromadb.errors import ChromaError

    try:
        yield
    # ValueError is what Chroma's client raises when the server is not there at all.
    except (httpx.HTTPError, ChromaError, ValueError) as error:
        raise IndexUnavailable(
            f"The memory's index does not answer ({type(error).__name__}: {error}). "
            "What you remember is safe."
        ) from error
