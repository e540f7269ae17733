"""Keeping the index as the database says: what is new goes in, what was forgotten comes out.

Everything here may be interrupted anywhere and is then done again. The index may lose its data, be
replaced by an older copy or hold too much: the next round makes it right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache

import httpx

from engine.domain.passage import Passage, Scope
from engine.store import Store
from models.catalog import read_catalog
from models.errors import ContextTooLong, Unavailable
from models.llamacpp import TIMEOUT, LlamaCppEmbedder
from rag.index import Entry, Hit, Index

BATCH = 16
# The embedding model reads 512 tokens; windows are far shorter, but a word may be long.
MOST_CHARACTERS = 1500


class Indexing:
    """The index of every user. `address` gives the server's URL, or raises `IndexUnavailable`."""

    def __init__(self, store: Store, address: Callable[[], str]) -> None:
        self._store = store
        self._address = address
        self._index: Index | None = None

    def index(self) -> Index:
        """The index where it answers now. Raises `IndexUnavailable`."""
        url = self._address()
        if self._index is None or self._index.url != url:
            self._index = Index(url, self.embed)
        return self._index

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors from the embedding model. Raises `Unavailable` while it is not served."""
        generation = self._store.serving.current()
        if generation is None or not generation.embeddings_url:
            raise Unavailable("The model that compares meanings is starting.")
        embedder = LlamaCppEmbedder(generation.embeddings_url, client=http_client())
        clipped = [text[:MOST_CHARACTERS] for text in texts]
        try:
            return embedder.embed(clipped)
        except ContextTooLong:
            return [embed_bounded(embedder, text) for text in clipped]

    def collection(self, user_id: str) -> str:
        """The identity of the collection that holds the user's vectors now."""
        return self.index().open(collection_name(user_id))

    def recall(self, user_id: str, query: str, k: int, scopes: Sequence[Scope]) -> list[Hit]:
        """The `k` passages of these scopes nearest to the query."""
        self.refresh(user_id, limit=2 * BATCH)
        tags = [scope.value for scope in scopes]
        return self.index().recall(collection_name(user_id), query, k, tags)

    def refresh(self, user_id: str, *, limit: int | None = None) -> int:
        """Index up to `limit` passages that wait, and let go of what was forgotten; how many."""
        index, outbox, name = self.index(), self._store.outbox, collection_name(user_id)
        if gone := outbox.forgotten(user_id):
            index.open(name)
            index.remove(name, gone)
            outbox.let_go(user_id, gone)
        collection, done = index.open(name), 0
        while limit is None or done < limit:
            waiting = outbox.unindexed(user_id, collection, BATCH)
            if not waiting:
                break
            self._put(index, user_id, collection, waiting)
            done += len(waiting)
        return done

    def _put(self, index: Index, user_id: str, collection: str, waiting: Sequence[Passage]) -> None:
        name = collection_name(user_id)
        index.put(
            name,
            [Entry(each.id, each.text, each.scope.value) for each in waiting if each.active],
        )
        index.remove(name, [each.id for each in waiting if not each.active])
        # One that was forgotten while it was being indexed must not stay behind in the index.
        index.remove(name, self._store.outbox.mark_indexed(user_id, collection, waiting))

    def check(self, user_id: str) -> int:
        """Compare the index with the database passage by passage and make it right; how many differed."""
        index, outbox, name = self.index(), self._store.outbox, collection_name(user_id)
        collection = index.open(name)
        should, held = {*outbox.indexed(user_id, collection)}, index.held(name)
        outbox.unmark(user_id, sorted(should - held))
        # Asked again: what has been indexed since is no stranger.
        strangers = held - should - {*outbox.indexed(user_id, collection)}
        index.remove(name, sorted(strangers))
        return len(should - held) + len(strangers)

    def rebuild(self, user_id: str) -> int:
        """Throw the user's index away and make it anew; how many passages were indexed."""
        self.index().drop(collection_name(user_id))
        self._store.outbox.unmark(user_id)
        return self.refresh(user_id)


def collection_name(user_id: str) -> str:
    """Where a user's vectors lie: a hash, so that no id is ever read as a name by the index.

    Another embedding model makes other vectors, so its name is part of the hash.
    """
    said = f"{embedding_name()}\n{user_id}"
    return f"zega-{hashlib.sha256(said.encode()).hexdigest()[:48]}"


@cache
def embedding_name() -> str:
    return str(read_catalog()["embedding"]["name"])


@cache
def http_client() -> httpx.Client:
    """One pool of connections for all requests of this process."""
    return httpx.Client(timeout=TIMEOUT, trust_env=False)


def embed_bounded(embedder: LlamaCppEmbedder, text: str) -> list[float]:
    """The vector of as much of the text as the model reads."""
    while True:
        try:
            (vector,) = embedder.embed([text])
            return vector
        except ContextTooLong:
            text = text[: len(text) // 2]
