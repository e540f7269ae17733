"""The Data page: examples narrowed, one of them read, and what it says when there are none."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engine.data.readers import Upload
from engine.domain.example import Author, Source
from engine.engine import Engine
from engine.jobs.work import Runner
from studio.web.components.examples import ROWS
from studio.web.navigation import DATA
from tests.fake_llamacpp import good_texts
from tests.studio.web.conftest import all_text, button, open_studio
from tests.studio.web.shelf import Shelf


def rows(page: AppTest) -> list[dict[str, object]]:
    return page.dataframe[0].value.to_dict("records") if len(page.dataframe) else []


def test_without_examples_it_says_where_they_come_from(engine: Engine) -> None:
    engine.ensure_user("anna")
    page = open_studio("anna", DATA)
    assert "no examples yet" in all_text(page)
    assert rows(page) == []


@pytest.fixture
def page(engine: Engine, anna: Shelf) -> AppTest:
    """Thirty examples of the teacher, one too low, one of a person."""
    for number in range(30):
        anna.store.examples.add(anna.example(number))
    anna.store.examples.add(anna.example(40, 3.0))
    own = anna.example(41, 2.0, author=Author.PERSON, source=Source.OWN_WRITING, genre=None)
    anna.store.examples.add(own)
    return open_studio("anna", DATA)


def test_a_page_of_examples_is_shown_newest_first(page: AppTest) -> None:
    assert len(rows(page)) == ROWS
    first, second = rows(page)[:2]
    assert (first["From"], first["State"]) == ("My own writing", "Used for training")
    assert (second["From"], second["State"]) == ("Auto-Train", "Score too low")
    page.number_input(key="anna/examples/page").set_value(2).run()
    assert len(rows(page)) == 32 - ROWS
    assert "32 examples" in all_text(page)


def test_filters_narrow_the_table(page: AppTest) -> None:
    page.number_input(key="anna/examples/page").set_value(2).run()
    page.selectbox(key="anna/examples/State").set_value("low").run()
    assert [row["Score"] for row in rows(page)] == [3.0]
    page.selectbox(key="anna/examples/Written by").set_value("person").run()
    assert rows(page) == []
    assert "No example is like this" in all_text(page)
    page.selectbox(key="anna/examples/State").set_value("any").run()
    assert [row["Written by"] for row in rows(page)] == ["A person"]


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    page.session_state["anna/data/tab"] = "Import"
    page.run()
    page.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files])
    page.run()
    assert not page.exception, page.exception
    return page


STORY = "\n\n".join(row["text"] for row in good_texts()[:8]).encode()


def test_an_upload_is_shown_before_it_is_saved(engine: Engine) -> None:
    engine.ensure_user("anna")
    page = upload(open_studio("anna", DATA), ("mine.txt", STORY), ("bad.docx", b"no zip"))
    lines = {row["File"]: row for row in rows(page)}
    assert lines["mine.txt"]["Kept"] > 3
    assert "damaged" in str(lines["bad.docx"]["Why not"])
    assert "1 file cannot be read" in page.warning[0].value
    assert any("Continue this story" in text.value for text in page.text)
    assert engine.imports.list("anna") == []
    button(page, f"Save {lines['mine.txt']['Kept']} examples").click().run()
    (saved,) = engine.imports.list("anna")
    assert [file.name for file in saved.files] == ["mine.txt", "bad.docx"]
    assert "Save" not in "".join(each.label for each in page.button)


def test_an_import_is_told_of_and_undone(engine: Engine) -> None:
    engine.ensure_user("anna")
    files = [Upload("mine.txt", STORY), Upload("film.mp4", b"1")]
    found = engine.imports.add("anna", files)
    Runner(engine).run(found.id)
    taken = engine.imports.get("anna", found.id)
    page = open_studio("anna", DATA)
    page.session_state["anna/data/tab"] = "Import"
    page.run()
    assert f"{taken.accepted} examples" in all_text(page)
    assert "film\\.mp4\\: only" in all_text(page)
    button(page, "Undo").click().run()
    button(page, "Undo the import").click().run()
    assert not page.exception
    assert engine.store.examples.list("anna") == []
    assert "Undone" in all_text(page)
