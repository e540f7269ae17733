"""The memory's verbs on a real store and a real index."""

from __future__ import annotations

import json

import pytest

from engine.domain.passage import Passage, Scope
from engine.domain.quality import Quality
from engine.errors import InvalidInput, NotFound, UnreadableFile
from engine.memory.indexing import collection_name
from engine.memory.memory import Memory
from engine.store import Store
from rag.errors import IndexUnavailable
from tests.fake_llamacpp import good_texts
from tests.memory_servers import Chroma, FakeEmbeddings

KEY = "Mara hid the brass key under the third stair of the lighthouse."
FERRY = "The ferry to Coldwater leaves at dawn on Sundays."
WHERE = "Where is the brass key hidden?"
NOVEL = "\n\n".join(row["text"] for row in good_texts())


def recalled(memory: Memory, query: str = WHERE, user: str = "anna", **more: object) -> list[str]:
    found = memory.recall(user, query, **more)  # type: ignore[arg-type]
    return [each.passage.text for each in found]


def test_what_is_remembered_is_recalled_with_its_score(memory: Memory) -> None:
    done = memory.remember("anna", KEY, title="The key")
    memory.remember("anna", FERRY)
    assert [each.text for each in done.passages] == [KEY]
    assert (done.merged, done.waiting) == (0, 0)
    found = memory.recall("anna", WHERE, k=2)
    assert [each.passage.text for each in found] == [KEY, FERRY]
    scores = [each.score for each in found]
    assert scores[0] is not None
    assert scores[1] is not None
    assert 1.0 > scores[0] > scores[1]
    assert [each.passage.title for each in found] == ["The key", ""]


def test_a_long_text_becomes_passages_in_order(memory: Memory) -> None:
    done = memory.upload("anna", "../../etc/Novel.txt", NOVEL.encode())
    assert len(done.passages) > 20
    assert [each.position for each in done.passages] == list(range(len(done.passages)))
    assert {each.title for each in done.passages} == {"Novel.txt"}
    assert {each.source for each in done.passages} == {"upload:Novel.txt"}
    page = memory.passages("anna", limit=10, offset=10)
    assert page.total == len(done.passages)
    assert [each.position for each in page.passages] == list(range(10, 20))


def test_the_same_text_is_remembered_once(memory: Memory) -> None:
    long = good_texts()[0]["text"]
    memory.remember("anna", KEY)
    memory.remember("anna", long)
    again = memory.remember("anna", f"  {KEY.upper()}\n")
    nearly = memory.remember("anna", long.replace(" the ", " that ", 1))
    assert (again.merged, nearly.merged) == (1, 1)
    assert memory.passages("anna").total == 2


def test_two_notes_that_differ_in_a_fact_both_stay(memory: Memory) -> None:
    memory.remember("anna", "The password to the vault of the old bank in Coldwater is seven.")
    memory.remember("anna", "The password to the vault of the old bank in Coldwater is eight.")
    assert memory.passages("anna").total == 2


def test_nobody_recalls_or_touches_what_is_anothers(memory: Memory) -> None:
    mine = memory.remember("anna", KEY).passages[0]
    memory.remember("ben", FERRY)
    assert recalled(memory, user="ben") == [FERRY]
    assert memory.passages("ben").total == 1
    assert "key" not in memory.export("ben")
    for attempt in (
        lambda: memory.passage("ben", mine.id),
        lambda: memory.edit("ben", mine.id, text="mine now"),
        lambda: memory.pin("ben", mine.id, True),
        lambda: memory.switch("ben", mine.id, False),
        lambda: memory.forget("ben", [mine.id]),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert memory.traces("ben", [mine.id]).examples == ()
    memory.rebuild("ben")
    assert recalled(memory) == [KEY]


@pytest.mark.parametrize("user", ["../ben", "ben' OR 1=1 --", "a" * 600, "zega-\n", "{}"])
def test_a_hostile_user_id_never_reaches_the_index(memory: Memory, user: str) -> None:
    name = collection_name(user)
    assert name.replace("-", "").isalnum()
    assert len(name) == 53
    assert name != collection_name("ben")
    with pytest.raises((NotFound, InvalidInput)):
        memory.remember(user, KEY)


def test_training_texts_are_apart_unless_asked_for(memory: Memory) -> None:
    memory.remember("anna", KEY, scope="training")
    memory.remember("anna", FERRY)
    assert recalled(memory) == [FERRY]
    assert recalled(memory, scopes=("training",)) == [KEY]
    assert set(recalled(memory, scopes=("own", "training"))) == {KEY, FERRY}


def test_forgotten_is_gone_from_rows_index_and_recall(
    memory: Memory, store: Store, index_server: Chroma
) -> None:
    key, ferry = (memory.remember("anna", text).passages[0] for text in (KEY, FERRY))
    done = memory.forget("anna", [key.id])
    assert done.count == 1
    assert done.remaining.sentence == ""
    assert recalled(memory) == [FERRY]
    assert memory.indexing.index().held(collection_name("anna")) == {ferry.id}
    assert store.outbox.forgotten("anna") == []
    with pytest.raises(NotFound):
        memory.forget("anna", [key.id])


def test_forgotten_while_the_index_is_away_is_not_recalled_later(
    memory: Memory, store: Store, index_server: Chroma
) -> None:
    key = memory.remember("anna", KEY).passages[0]
    index_server.kill()
    assert memory.forget("anna", [key.id]).count == 1
    assert store.outbox.forgotten("anna") == [key.id]
    index_server.start()
    assert recalled(memory) == []
    assert memory.indexing.index().held(collection_name("anna")) == set()
    assert store.outbox.forgotten("anna") == []


def test_an_edit_is_what_is_recalled(memory: Memory) -> None:
    passage = memory.remember("anna", KEY).passages[0]
    memory.remember("anna", FERRY)
    memory.edit("anna", passage.id, text="The goat ate the map.", title="The map")
    assert recalled(memory, "Who ate the map?", k=1) == ["The goat ate the map."]
    changed = memory.passage("anna", passage.id)
    assert (changed.title, changed.indexed_in is not None) == ("The map", True)
    with pytest.raises(InvalidInput, match="another passage"):
        memory.edit("anna", passage.id, text=FERRY)
    with pytest.raises(InvalidInput, match="empty"):
        memory.edit("anna", passage.id, text=" ")


def test_pinned_is_always_recalled_and_switched_off_never(memory: Memory) -> None:
    key, ferry = (memory.remember("anna", text).passages[0] for text in (KEY, FERRY))
    memory.pin("anna", ferry.id, True)
    assert recalled(memory, k=1) == [FERRY, KEY]
    memory.switch("anna", ferry.id, False)
    memory.switch("anna", key.id, False)
    assert recalled(memory) == []
    memory.switch("anna", key.id, True)
    assert recalled(memory) == [KEY]


def test_a_copy_elsewhere_is_the_same_memory(memory: Memory) -> None:
    memory.upload("anna", "novel.md", NOVEL.encode())
    key = memory.remember("anna", KEY, title="key", scope="training").passages[0]
    memory.pin("anna", key.id, True)
    data = memory.export("anna").encode()
    assert memory.import_("anna", data).passages == ()
    memory.import_("ben", data)

    def what(passage: Passage) -> tuple[object, ...]:
        return (passage.text, passage.title, passage.type, passage.scope, passage.pinned)

    mine, his = (memory.passages(user, limit=500).passages for user in ("anna", "ben"))
    assert sorted(map(what, mine)) == sorted(map(what, his))
    assert recalled(memory, user="ben", scopes=("training",)) == [KEY]


def test_a_line_separator_within_a_text_ends_no_line(memory: Memory) -> None:
    told = "The key\u2028lies under\x85the stair."
    memory.import_("anna", json.dumps({"text": told}, ensure_ascii=False).encode())
    assert [each.text for each in memory.passages("anna").passages] == [told]


def test_a_broken_line_is_named_and_nothing_is_taken(memory: Memory) -> None:
    with pytest.raises(UnreadableFile, match=r"Line 2 .*scope"):
        memory.import_("anna", b'{"text": "a"}\n{"text": "b", "scope": "mine"}\n')
    assert memory.passages("anna").total == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [({"type": "poem"}, "type"), ({"scope": "all"}, "scope"), ({"title": "x" * 201}, "title")],
)
def test_a_value_that_makes_no_sense_is_named(
    memory: Memory, values: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput, match=field):
        memory.remember("anna", KEY, **values)
    with pytest.raises(InvalidInput, match="empty"):
        memory.recall("anna", " ")


def test_without_the_index_remembering_works_and_recalling_says_so(
    memory: Memory, index_server: Chroma
) -> None:
    index_server.kill()
    done = memory.remember("anna", KEY)
    assert done.waiting == 1
    with pytest.raises(IndexUnavailable, match="safe"):
        memory.recall("anna", WHERE)
    assert "safe" in memory.state("anna").problem
    index_server.start()
    assert recalled(memory) == [KEY]
    assert memory.state("anna").waiting == 0


def test_without_the_embedding_model_remembering_works(
    memory: Memory, embeddings: FakeEmbeddings
) -> None:
    embeddings.broken = True
    assert memory.remember("anna", KEY).waiting == 1
    used = memory.recollect("anna", WHERE, room=500)
    assert used.texts == ()
    assert "error" in used.use.problem
    embeddings.broken = False
    assert recalled(memory) == [KEY]


def test_what_fits_is_used_and_counted(memory: Memory) -> None:
    passage = memory.remember("anna", KEY).passages[0]
    memory.remember("anna", "Nothing alike whatsoever.")
    used = memory.recollect("anna", WHERE, room=500)
    assert used.texts == (KEY,)
    assert [use.passage_id for use in used.use.passages] == [passage.id]
    assert (used.use.words, used.use.words_cut) == (len(KEY.split()), 0)
    assert memory.passage("anna", passage.id).used == 1
    nothing = memory.recollect("anna", WHERE, room=5)
    assert nothing.texts == ()
    assert nothing.use.words_cut == len(KEY.split())
    assert memory.passage("anna", passage.id).used == 1


def test_drafts_are_remembered_by_their_owner_alone(memory: Memory, store: Store) -> None:
    story = store.stories.create("anna", prompt="A key", kind="stories", genre=None, style=None)
    draft = store.stories.add_draft(
        "anna",
        story.id,
        text=KEY,
        model="m",
        seconds=1.0,
        completion_tokens=9,
        finish_reason="stop",
        quality=Quality(8.0),
        example=None,
    )
    (passage,) = memory.remember_draft("anna", story.id, draft.id).passages
    assert (passage.title, passage.source) == ("A key", f"draft:{draft.id}")
    assert passage.scope is Scope.OWN
    with pytest.raises(NotFound):
        memory.remember_draft("anna", story.id, "0" * 32)
    with pytest.raises(NotFound):
        memory.remember_draft("ben", story.id, draft.id)
