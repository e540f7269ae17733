"""Thumbs and why, and what is written unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.example import Author
from engine.domain.feedback import Remark
from engine.domain.harm import Fault
from engine.domain.story import Draft, Story
from engine.domain.version import Version
from engine.engine import Engine
from engine.errors import StorageUnavailable
from engine.feedback.feedback import Feedback
from engine.registry.watch import HARMFUL, NEWEST
from engine.writing.trial import is_students_turn
from studio.web.components.thumbs import UNSEEN
from studio.web.navigation import WRITE
from tests.fake_llamacpp import FakeLlamaCpp
from tests.studio.web.conftest import BASE, all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf


@pytest.fixture
def page(engine: Engine, teacher: FakeLlamaCpp) -> AppTest:
    engine.ensure_user("anna")
    return open_studio("anna", WRITE)


@pytest.fixture
def version(engine: Engine, teacher: FakeLlamaCpp, anna: Shelf) -> Version:
    """Active and served, with half of what the teacher is asked for."""
    made = anna.version()
    engine.activate("anna", made.number)
    engine.store.serving.publish(teacher.url, BASE, "01" * 32, {made.id: 3}, "")
    engine.feedback.set_share("anna", 50)
    return made


def write(page: AppTest) -> None:
    page.text_area[0].set_value("A toll troll under a bridge.")
    button(page, "Write").click()
    page.run()
    assert not page.exception, page.exception


def story(engine: Engine) -> Story:
    return engine.store.stories.list("anna")[0]


def draft(engine: Engine) -> Draft:
    return story(engine).drafts[-1]


def why(page: AppTest) -> list[str]:
    """What is asked beside the thumb, if anything is."""
    return [each.label for each in page.pills if each.label.startswith("What ")]


def test_one_click_is_a_verdict_and_the_same_again_takes_it_back(
    engine: Engine, page: AppTest
) -> None:
    write(page)
    assert why(page) == []
    page.feedback[0].set_value(1).run()
    assert engine.feedback.of("anna", draft(engine).id) == Remark(1)
    assert why(page) == ["What do you like?"]
    page.feedback[0].set_value(None).run()
    assert engine.feedback.of("anna", draft(engine).id) == Remark()
    assert why(page) == []


def test_reasons_and_a_note_are_kept_as_they_are_given(engine: Engine, page: AppTest) -> None:
    write(page)
    page.feedback[0].set_value(0).run()
    assert why(page) == ["What is wrong with it?"]
    page.pills[0].set_value(["too_long", "dull"]).run()
    page.text_area(key=f"anna/note/{draft(engine).id}/-1").set_value("The end drags.").run()
    expected = Remark(-1, ("too_long", "dull"), "The end drags.")
    assert engine.feedback.of("anna", draft(engine).id) == expected
    page.feedback[0].set_value(1).run()
    assert engine.feedback.of("anna", draft(engine).id) == Remark(1)
    again = open_studio("anna", WRITE)
    button(again, "A toll troll under a bridge\\.").click().run()
    assert again.feedback[0].value == 1


def test_what_is_said_of_a_thumb_that_was_changed_elsewhere_is_dropped(
    engine: Engine, page: AppTest
) -> None:
    write(page)
    page.feedback[0].set_value(1).run()
    engine.feedback.give("anna", -1, draft_id=draft(engine).id)
    page.text_area(key=f"anna/note/{draft(engine).id}/1").set_value("Lovely.").run()
    assert not page.exception
    assert engine.feedback.of("anna", draft(engine).id) == Remark(-1)
    assert any("changed elsewhere" in each.value for each in page.toast)
    assert page.feedback[0].value == 0


def test_what_cannot_be_kept_is_told_as_an_error_that_is_known(
    engine: Engine, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **more: object) -> None:
        raise StorageUnavailable("full")

    page = open_studio("anna", WRITE)
    write(page)
    for verb in ("give", "reveal", "set_share"):
        monkeypatch.setattr(Feedback, verb, full)
    acts: tuple[Callable[[], object], ...] = (
        lambda: page.feedback[0].set_value(1).run(),
        lambda: button(page, "Reveal").click().run(),
        lambda: page.slider(key="anna/ab_share").set_value(30).run(),
    )
    for act in acts:
        act()
        assert not page.exception
        assert "Something went wrong" not in problems(page)
        assert "storage_unavailable" in all_text(page)
    assert page.feedback[0].value is None


def test_a_text_that_was_stopped_takes_a_thumb_too(
    engine: Engine, teacher: FakeLlamaCpp, page: AppTest
) -> None:
    teacher.script.cuts = 1
    write(page)
    assert draft(engine).example_id is None
    page.feedback[0].set_value(0).run()
    assert engine.feedback.of("anna", draft(engine).id) == Remark(-1)


def test_an_edit_is_counted_for_who_was_edited(engine: Engine, page: AppTest) -> None:
    write(page)
    button(page, "Edit").click().run()
    page.text_area[1].set_value("My own words, said the troll to the wizard.")
    button(page, "Save my version").click().run()
    (row,) = engine.feedback.figures("anna").writers
    assert (row.writer, row.edits) == (BASE, 1)


# The A/B


def test_the_share_is_asked_for_once_there_is_a_student(
    engine: Engine, page: AppTest, anna: Shelf
) -> None:
    assert [each.label for each in page.slider if "zega" in each.label] == []
    engine.activate("anna", anna.version().number)
    page.run()
    page.slider(key="anna/ab_share").set_value(30).run()
    assert engine.feedback.share("anna") == 30
    assert open_studio("anna", WRITE).slider(key="anna/ab_share").value == 30


def figures(page: AppTest) -> str:
    """The line under the text."""
    lines = [str(each.value).replace("\\", "") for each in page.caption]
    (found,) = [line for line in lines if re.search(r" · \d+ words", line)]
    return found


def test_who_writes_unseen_is_shown_after_the_thumb(engine: Engine, version: Version) -> None:
    page = open_studio("anna", WRITE)
    seen: set[str] = set()
    while len(seen) < 2:
        write(page)
        text = draft(engine)
        assert figures(page) == f"{UNSEEN} · {len(text.text.split())} words"
        is_students = is_students_turn(replace(story(engine), drafts=()), 50)
        assert text.model == (version.label if is_students else BASE)
        page.feedback[0].set_value(1).run()
        assert figures(page).startswith(f"{text.model} · ")
        assert "tokens/s" in figures(page)
        seen.add(text.model)
    sides = {each.author for each in engine.store.feedback.trials("anna")}
    assert sides == {Author.TEACHER, Author.STUDENT}


def test_the_author_is_shown_at_once_to_who_asks(engine: Engine, version: Version) -> None:
    page = open_studio("anna", WRITE)
    write(page)
    button(page, "Reveal").click().run()
    assert figures(page).startswith(f"{draft(engine).model} · ")
    assert [each.label for each in page.button].count("Reveal") == 0
    page.feedback[0].set_value(1).run()
    assert engine.store.feedback.trials("anna") == []


def test_side_by_side_nothing_is_hidden_and_what_was_stays_so(
    engine: Engine, version: Version
) -> None:
    page = open_studio("anna", WRITE)
    write(page)
    page.radio(key="anna/writer").set_value("Both").run()
    assert "your edits and A/B" in all_text(page)
    assert UNSEEN in all_text(page)
    assert "No text here yet." in all_text(page)  # below `My zega`, whoever wrote it
    next(each for each in page.button if each.label == "Write").click()
    page.run()
    assert UNSEEN not in all_text(page)
    assert {each.model for each in story(engine).drafts} == {version.label, BASE}


def infos(page: AppTest) -> str:
    return "\n".join(str(each.value) for each in page.info).replace("\\", "")


@pytest.mark.parametrize("reveal", [True, False])
def test_that_the_unseen_author_was_taken_back_is_said_with_its_name(
    engine: Engine, teacher: FakeLlamaCpp, version: Version, reveal: bool
) -> None:
    for _ in range(HARMFUL - 1):
        engine.store.watched.add(version.id, Fault.EMPTY, limit=NEWEST)
    teacher.script.texts = ("and the lamp went out again " * 12,)
    page = open_studio("anna", WRITE)
    while engine.active_version("anna") is not None:
        write(page)
        assert infos(page) == ""
    assert draft(engine).is_blind
    if reveal:
        button(page, "Reveal").click().run()
    else:
        page.feedback[0].set_value(0).run()
    assert f"{version.label} was taken back by itself on" in infos(page)
    again = open_studio("anna", WRITE)
    next(each for each in again.button if "toll troll" in each.label).click().run()
    assert "went wrong: 4 without words, 1 going in circles." in infos(again)
    engine.activate("anna", version.number)
    again.run()
    assert infos(again) == ""


def test_a_version_that_ends_with_one_error_too_many_is_named_beside_the_error(
    engine: Engine, teacher: FakeLlamaCpp, version: Version
) -> None:
    for _ in range(HARMFUL - 1):
        engine.store.watched.add(version.id, Fault.EMPTY, limit=NEWEST)
    teacher.script.errors, teacher.script.of_adapters = 1, True
    page = open_studio("anna", WRITE)
    page.radio(key="anna/writer").set_value("My zega").run()
    write(page)
    assert "out of order" in problems(page)
    assert "1 ended with an error, 4 without words. The untrained base answers" in infos(page)
