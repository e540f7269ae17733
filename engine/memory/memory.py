"""The memory's verbs. Every passage belongs to one user, and no verb reaches another's.

The database is the truth. Verbs change it first and then the index as far as that can be reached; what
could not be indexed waits, and is taken up by the memory's process or by the next recall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from engine.calibration.threshold import threshold_of
from engine.data.documents import read_document
from engine.domain.passage import MemoryUse, Passage, PassageType, RecalledPassage, Scope
from engine.errors import InvalidInput, NotFound
from engine.memory.address import address
from engine.memory.duplicates import KnownTexts
from engine.memory.indexing import Indexing
from engine.memory.recollection import Recollection, fit
from engine.memory.traces import Traces, traces
from engine.memory.transfer import as_lines, from_lines
from engine.memory.values import MAX_TITLE, scope_of, title_of, type_of
from engine.memory.views import Forgotten, MemoryState, Page, Remembered
from engine.store import Store
from engine.store.passages import NewPassage
from models.errors import ModelError
from rag.chunking import chunks
from rag.errors import RagError

MAX_CHARACTERS = 5_000_000
# More than this is left to the memory's process, so that nobody waits for it.
INDEX_AT_ONCE = 64
# Below this cosine a passage has nothing to do with what is asked.
RELATED = 0.25
RECALLED = 6


class Memory:
    """All verbs. `address` gives the URL of the index's server, or raises `IndexUnavailable`."""

    def __init__(self, store: Store, address: Callable[[], str], *, threshold: float) -> None:
        self._store = store
        self._threshold = threshold
        self.indexing = Indexing(store, address)

    # Remembering

    def remember(
        self,
        user_id: str,
        text: str,
        *,
        title: str = "",
        type: str = "note",
        scope: str = "own",
        source: str = "",
    ) -> Remembered:
        """Cut a text into passages and keep those that are new. Raises `InvalidInput`."""
        if not text.strip():
            raise InvalidInput("text", "is empty: there is nothing to remember")
        if len(text) > MAX_CHARACTERS:
            raise InvalidInput(
                "text", f"is {len(text):,} characters long, at most {MAX_CHARACTERS:,} fit"
            )
        kind, where, name = type_of(type), scope_of(scope), title_of(title)
        return self._keep(
            user_id,
            [
                NewPassage(passage, name, kind, where, source, position)
                for position, passage in enumerate(chunks(text))
            ],
        )

    def remember_draft(self, user_id: str, story_id: str, draft_id: str) -> Remembered:
        """Keep a draft of a story. Raises `NotFound`."""
        story = self._store.stories.get(user_id, story_id)
        for draft in story.drafts:
            if draft.id == draft_id:
                title, source = story.prompt[:MAX_TITLE], f"draft:{draft.id}"
                return self.remember(user_id, draft.text, title=title, type="story", source=source)
        raise NotFound("draft", draft_id)

    def remember_kept(self, user_id: str, job_id: str) -> Remembered:
        """Keep what an auto-training kept, apart from the user's own. May be called again."""
        kept = self._store.examples.list(user_id, job_id=job_id, limit=1000)
        threshold = threshold_of(self._store, user_id, self._threshold)
        return self._keep(
            user_id,
            [
                NewPassage(
                    passage,
                    example.seed_prompt[:MAX_TITLE],
                    PassageType.STORY,
                    Scope.TRAINING,
                    f"example:{example.id}",
                    position,
                )
                for example in kept
                if example.is_kept(threshold)
                for position, passage in enumerate(chunks(example.completion))
            ],
        )

    def upload(self, user_id: str, name: str, data: bytes, *, scope: str = "own") -> Remembered:
        """Keep a file: .txt, .md, .docx or .epub. Raises `UnreadableFile`, which names it."""
        text = read_document(name, data).text
        title = name.replace("\\", "/").rpartition("/")[2][:MAX_TITLE]
        return self.remember(
            user_id, text, title=title, type="upload", scope=scope, source=f"upload:{title}"
        )

    def import_(self, user_id: str, data: bytes) -> Remembered:
        """Take in what `export` gave. Raises `UnreadableFile`, naming the line that is wrong."""
        return self._keep(user_id, from_lines(data))

    def _keep(self, user_id: str, new: Sequence[NewPassage]) -> Remembered:
        known = {
            scope: KnownTexts(text for _, text in self._store.passages.texts(user_id, scope))
            for scope in {each.scope for each in new}
        }
        fresh = []
        for each in new:
            if not known[each.scope].repeats(each.text):
                fresh.append(each)
                known[each.scope].add(each.text)
        added = self._store.passages.add(user_id, fresh)
        self._index_soon(user_id)
        ids = [each.id for each in added]
        stored = self._store.passages.of_ids(user_id, ids)
        waiting = sum(each.indexed_in is None for each in stored)
        return Remembered(tuple(stored), len(new) - len(added), waiting)

    # Looking

    def passages(
        self,
        user_id: str,
        *,
        scope: str | None = None,
        type: str | None = None,
        contains: str = "",
        limit: int = 50,
        offset: int = 0,
    ) -> Page:
        """Passages newest first, narrowed by whatever is given. Raises `InvalidInput`."""
        where = scope_of(scope) if scope else None
        kind = type_of(type) if type else None
        passages = self._store.passages
        rows = passages.list(
            user_id, scope=where, type=kind, contains=contains, limit=limit, offset=offset
        )
        total = passages.count(user_id, scope=where, type=kind, contains=contains)
        return Page(tuple(rows), total)

    def passage(self, user_id: str, passage_id: str) -> Passage:
        """One passage. Raises `NotFound`."""
        return self._store.passages.get(user_id, passage_id)

    def state(self, user_id: str) -> MemoryState:
        """How much there is, and whether it can be recalled."""
        total = self._store.passages.count(user_id)
        try:
            collection = self.indexing.collection(user_id)
        except RagError as error:
            return MemoryState(total, 0, str(error))
        return MemoryState(total, self._store.outbox.count_unindexed(user_id, collection), "")

    def recall(
        self,
        user_id: str,
        query: str,
        *,
        k: int = 5,
        scopes: Sequence[str] = ("own",),
        least: float = 0.0,
    ) -> list[RecalledPassage]:
        """Pinned passages, then the `k` nearest to the query with a score of at least `least`.

        Raises `InvalidInput`, and `IndexUnavailable` or `Unavailable` while the memory or the
        embedding model does not run.
        """
        if not query.strip():
            raise InvalidInput("query", "is empty: say what to look for")
        if not 1 <= k <= 100:
            raise InvalidInput("k", f"must be between 1 and 100, got {k}")
        where = [scope_of(scope) for scope in scopes]
        hits = self.indexing.recall(user_id, query, k, where)
        scores = {hit.id: hit.score for hit in hits}
        pinned = self._store.passages.pinned(user_id, where)
        found = [RecalledPassage(each, scores.get(each.id)) for each in pinned]
        always = {each.id for each in pinned}
        near = [hit.id for hit in hits if hit.score >= least and hit.id not in always]
        # Read from the database: what was forgotten or switched off a moment ago is not recalled.
        for each in self._store.passages.of_ids(user_id, near):
            if each.active and each.scope in where:
                found.append(RecalledPassage(each, scores[each.id]))
        return found

    def recollect(self, user_id: str, query: str, *, room: int) -> Recollection:
        """What of the user's own memory goes into a text, within `room` tokens.

        Raises nothing: a text is written without memory when that does not run, and says so.
        """
        try:
            recalled = self.recall(user_id, query, k=RECALLED, least=RELATED)
        except (RagError, ModelError) as error:
            return Recollection(use=MemoryUse(asked=True, problem=str(error)))
        found = fit(recalled, room)
        self._store.passages.mark_used(
            user_id, [use.passage_id for use in found.use.passages if use.words]
        )
        return found

    # Changing

    def edit(
        self, user_id: str, passage_id: str, *, text: str | None = None, title: str | None = None
    ) -> Passage:
        """Change a passage's words or title. Raises `NotFound` and `InvalidInput`."""
        passage = self.passage(user_id, passage_id)
        values: dict[str, str] = {}
        if title is not None:
            values["title"] = title_of(title)
        if text is not None:
            if not text.strip():
                raise InvalidInput("text", "is empty: forget the passage instead")
            if len(text) > 20_000:
                raise InvalidInput("text", f"is {len(text):,} characters long, at most 20,000 fit")
            same = self._store.passages.same(user_id, passage.scope, text)
            if same is not None and same.id != passage_id:
                raise InvalidInput("text", "is what another passage says already")
            values["text"] = text.strip()
        changed = self._store.passages.change(user_id, passage_id, **values)
        self._index_soon(user_id)
        return changed

    def pin(self, user_id: str, passage_id: str, pinned: bool) -> Passage:
        """Recall a passage for every text, or only where it fits. Raises `NotFound`."""
        return self._store.passages.change(user_id, passage_id, pinned=pinned)

    def switch(self, user_id: str, passage_id: str, active: bool) -> Passage:
        """Switch a passage on or off without forgetting it. Raises `NotFound`."""
        changed = self._store.passages.change(user_id, passage_id, active=active)
        self._index_soon(user_id)
        return changed

    # Forgetting

    def traces(self, user_id: str, passage_ids: Sequence[str]) -> Traces:
        """What would remain elsewhere if these were forgotten."""
        return traces(self._store, user_id, self._store.passages.of_ids(user_id, passage_ids))

    def forget(self, user_id: str, passage_ids: Sequence[str]) -> Forgotten:
        """Remove passages for good. Raises `NotFound` when one of them is not there."""
        there = self._store.passages.of_ids(user_id, passage_ids)
        missing = {*passage_ids} - {each.id for each in there}
        if missing:
            raise NotFound("passage", min(missing))
        remaining = traces(self._store, user_id, there)
        count = self._store.passages.forget(user_id, passage_ids)
        self._index_soon(user_id)
        return Forgotten(count, remaining)

    # As a whole

    def export(self, user_id: str) -> str:
        """Every passage as JSON lines."""
        total = self._store.passages.count(user_id)
        return "".join(as_lines(self._store.passages.list(user_id, limit=total)))

    def rebuild(self, user_id: str | None = None) -> int:
        """Make the index of a user, or of all, anew from the database; how many passages it holds.

        Raises `IndexUnavailable` and `Unavailable`.
        """
        owners = [user_id] if user_id else self._store.outbox.owners()
        return sum(self.indexing.rebuild(owner) for owner in owners)

    def _index_soon(self, user_id: str) -> None:
        """Index what waits, if that takes a moment only; the memory's process does the rest."""
        with suppress(RagError, ModelError):
            self.indexing.refresh(user_id, limit=INDEX_AT_ONCE)


def open_memory(home: Path, store: Store, *, threshold: float) -> Memory:
    """The memory whose index is served from this home folder. Kept means a score from `threshold`."""
    return Memory(store, lambda: address(home), threshold=threshold)
