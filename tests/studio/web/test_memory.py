"""The Memory page, and the memory on the pages Write and Auto-Train."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.engine import Engine
from engine.memory.address import publish
from engine.memory.indexing import collection_name
from studio.web.navigation import AUTO_TRAIN, MEMORY, WRITE
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.memory_servers import Chroma, chroma, fake_embeddings
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf

KEY = "Mara hid the brass key under the third stair of the lighthouse."
PROMPT = "Mara looks for the brass key in the lighthouse."
HOSTILE = "**bold** <script>alert(1)</script> :red[no] $5 and $6"


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[Chroma]:
    engine.ensure_user("anna")
    with chroma(tmp_path / "index") as server:
        publish(engine.settings.home, server.url)
        yield server


@pytest.fixture
def teacher(engine: Engine, index: Chroma) -> Iterator[FakeLlamaCpp]:
    """A model server with both models."""
    with fake_llamacpp() as server, fake_embeddings() as meanings:
        engine.store.serving.publish(server.url, "base", "01" * 32, {}, meanings.url)
        yield server


def rows(page: AppTest) -> list[dict[str, object]]:
    """The table's rows; none where it says that nothing is remembered."""
    return page.dataframe[0].value.to_dict("records") if len(page.dataframe) else []


def test_an_empty_memory_says_what_to_do(engine: Engine, teacher: FakeLlamaCpp) -> None:
    page = open_studio("anna", MEMORY)
    assert "Nothing is remembered yet" in all_text(page)
    assert rows(page) == []


def test_a_pasted_text_is_in_the_table(engine: Engine, teacher: FakeLlamaCpp) -> None:
    page = open_studio("anna", MEMORY)
    page.text_area[0].set_value(KEY)
    button(page, "Remember").click()
    page.run()
    assert not page.exception
    (row,) = rows(page)
    assert (row["Text"], row["Type"], row["Part"]) == (KEY, "note", "My own")
    assert (row["Used"], row["Pinned"], row["On"]) == (0, False, True)


def test_what_would_be_recalled_is_shown_with_scores(engine: Engine, teacher: FakeLlamaCpp) -> None:
    engine.memory.remember("anna", KEY, title=HOSTILE)
    engine.memory.remember("anna", HOSTILE)
    page = open_studio("anna", MEMORY)
    page.text_input(key="anna/memory/query").set_value("Where is the brass key?").run()
    assert KEY in [each.value for each in page.text]
    assert "score 0\\." in all_text(page)
    for element in [*page.markdown, *page.caption]:
        assert "<script>" not in str(element.value)


def test_an_upload_that_cannot_be_read_is_named(engine: Engine, teacher: FakeLlamaCpp) -> None:
    page = open_studio("anna", MEMORY)
    page.file_uploader[0].set_value(
        [("good.txt", KEY.encode(), "text/plain"), ("bad.docx", b"no zip", "application/zip")]
    )
    button(page, "Remember these files").click()
    page.run()
    assert not page.exception
    assert "bad\\.docx cannot be read" in problems(page)
    assert "unreadable_file" in all_text(page)
    (passage,) = engine.memory.passages("anna").passages
    assert (passage.text, passage.title) == (KEY, "good.txt")


def test_without_the_memory_running_the_page_says_so(engine: Engine) -> None:
    engine.ensure_user("anna")
    engine.memory.remember("anna", KEY)
    page = open_studio("anna", MEMORY)
    assert "not running" in str(page.info[0].value)
    assert rows(page)[0]["Text"] == KEY
    page.text_input(key="anna/memory/query").set_value("key").run()
    assert "memory_unavailable" in all_text(page)


def edit(page: AppTest, **cells: object) -> None:
    """Change cells of the first row of the table."""
    key = page.data_editor[0].key
    page.session_state[key] = {"edited_rows": {0: cells}, "added_rows": [], "deleted_rows": []}
    page.run()
    assert not page.exception


def test_cells_are_changed_in_place(engine: Engine, teacher: FakeLlamaCpp) -> None:
    passage = engine.memory.remember("anna", KEY).passages[0]
    page = open_studio("anna", MEMORY)
    edit(page, Pinned=True)
    edit(page, On=False)
    edit(page, Text="The goat ate the map.", Title="The map")
    changed = engine.memory.passage("anna", passage.id)
    assert (changed.pinned, changed.active) == (True, False)
    assert (changed.text, changed.title) == ("The goat ate the map.", "The map")
    (row,) = rows(page)
    assert (row["Text"], row["Pinned"], row["On"]) == (changed.text, True, False)
    edit(page, Text="  ")
    assert "forget the passage instead" in problems(page)
    assert engine.memory.passage("anna", passage.id).text == changed.text


def test_forgetting_says_what_goes_and_what_remains(
    engine: Engine, teacher: FakeLlamaCpp, anna: Shelf
) -> None:
    version = anna.version()
    taught = engine.store.snapshots.get("anna", version.snapshot_id).rows[0][0]
    text = engine.store.examples.get("anna", taught).completion
    passage = engine.memory.remember("anna", text).passages[0]
    page = open_studio("anna", MEMORY)
    edit(page, Choose=True)
    assert engine.memory.passages("anna").total == 1
    button(page, "Forget 1 chosen").click()
    page.run()
    assert "1** passage will be gone" in all_text(page)
    assert "Still inside zega\\-anna v1" in str(page.warning[0].value)
    button(page, "Forget for good").click()
    page.run()
    assert not page.exception
    assert engine.memory.passages("anna").total == 0
    assert engine.memory.indexing.index().held(collection_name("anna")) == set()
    assert passage.text not in all_text(page)


def test_another_name_sees_nothing_of_it(engine: Engine, teacher: FakeLlamaCpp) -> None:
    engine.memory.remember("anna", KEY)
    engine.ensure_user("ben")
    page = open_studio("ben", MEMORY)
    assert rows(page) == []
    assert "Mara" not in all_text(page)


def write(page: AppTest) -> None:
    page.text_area[0].set_value(PROMPT)
    button(page, "Write").click()
    page.run()
    assert not page.exception


def test_a_text_is_written_with_memory_and_shows_what_was_recalled(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    passage = engine.memory.remember("anna", KEY).passages[0]
    page = open_studio("anna", WRITE)
    write(page)
    assert KEY in teacher.requests[0]["messages"][0]["content"]
    assert KEY in [each.value for each in page.text]
    assert "Memory · score 0\\." in all_text(page)
    assert "none cut" in all_text(page)
    assert engine.memory.passage("anna", passage.id).used == 1

    engine.memory.forget("anna", [passage.id])
    page = open_studio("anna", WRITE)
    button(page, PROMPT.replace(".", "\\.")).click()
    page.run()
    assert "Forgotten since" in all_text(page)
    assert KEY not in all_text(page)


def test_the_switch_keeps_the_memory_out(engine: Engine, teacher: FakeLlamaCpp) -> None:
    engine.memory.remember("anna", KEY)
    page = open_studio("anna", WRITE)
    page.toggle(key="anna/use_memory").set_value(False).run()
    write(page)
    assert KEY not in teacher.requests[0]["messages"][0]["content"]
    assert "Memory ·" not in all_text(page)


def test_a_text_is_written_when_the_memory_is_away(
    engine: Engine, teacher: FakeLlamaCpp, index: Chroma
) -> None:
    engine.memory.remember("anna", KEY)
    index.kill()
    page = open_studio("anna", WRITE)
    write(page)
    assert engine.store.stories.list("anna")[0].drafts[0].text
    assert any("Written without your memory" in str(each.value) for each in page.info)


def test_a_draft_is_remembered_once(engine: Engine, teacher: FakeLlamaCpp) -> None:
    page = open_studio("anna", WRITE)
    assert page.toggle(key="anna/use_memory").disabled
    write(page)
    button(page, "Remember").click()
    page.run()
    (passage,) = engine.memory.passages("anna").passages
    draft = engine.store.stories.list("anna")[0].drafts[0]
    assert (passage.source, passage.type.value) == (f"draft:{draft.id}", "story")
    button(page, "Remember").click()
    page.run()
    assert engine.memory.passages("anna").total == 1
    assert not page.toggle(key="anna/use_memory").disabled


@pytest.mark.parametrize("stored", [True, False])
def test_auto_train_stores_in_memory_only_when_asked(
    engine: Engine, teacher: FakeLlamaCpp, stored: bool
) -> None:
    page = open_studio("anna", AUTO_TRAIN)
    toggle = page.toggle(key="anna/store_in_memory")
    assert toggle.value is False
    toggle.set_value(stored).run()
    button(page, "Write 40 texts").click()
    page.run()
    assert not page.exception
    (job,) = engine.active_jobs("anna")
    assert job.request["store_in_memory"] is stored
