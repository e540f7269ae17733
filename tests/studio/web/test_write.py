"""The Write page: a text as it comes, its drafts, and what can be done with them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.example import Author
from engine.domain.story import Story
from engine.domain.version import Student
from engine.engine import Engine
from studio.web.navigation import AUTO_TRAIN, WRITE
from tests.fake_llamacpp import FakeLlamaCpp, good_texts
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf

HOSTILE = "**bold** $5 and $6 <script>alert(1)</script> ![x](http://x.example/y) :red[no]"


@pytest.fixture
def page(engine: Engine, teacher: FakeLlamaCpp) -> AppTest:
    engine.ensure_user("anna")
    return open_studio("anna", WRITE)


def write(page: AppTest, prompt: str = "A toll troll under a bridge.") -> None:
    page.text_area[0].set_value(prompt)
    button(page, "Write").click()
    page.run()
    assert not page.exception


def story(engine: Engine) -> Story:
    return engine.store.stories.list("anna")[0]


def test_an_empty_shelf_says_what_to_do(page: AppTest) -> None:
    assert "Say in a sentence what happens" in all_text(page)
    assert "Nothing here yet" in all_text(page)


def test_writing_shows_and_saves_a_draft_with_its_example(engine: Engine, page: AppTest) -> None:
    write(page)
    draft = story(engine).drafts[0]
    assert draft.text == good_texts()[0]["text"].strip()
    assert draft.text in [each.value for each in page.text]
    assert draft.example_id is not None
    example = engine.store.examples.get("anna", draft.example_id)
    assert (example.author, example.completion) == (Author.TEACHER, draft.text)
    assert "170 words" in all_text(page)
    assert "tokens/s" in all_text(page)


def test_what_the_model_saw_is_shown_word_for_word(
    engine: Engine, teacher: FakeLlamaCpp, page: AppTest
) -> None:
    write(page, "A toll troll.")
    sent = [message["content"] for message in teacher.requests[0]["messages"]]
    shown = [each.value for each in page.text]
    assert set(sent) <= set(shown)
    assert "words of context" in all_text(page)


def test_genre_style_and_preset_reach_the_model(teacher: FakeLlamaCpp, page: AppTest) -> None:
    page.selectbox(key="anna/genre").set_value("horror")
    style = page.selectbox(key="anna/style").options[3]
    page.selectbox(key="anna/style").set_value(style)
    page.radio(key="anna/preset").set_value("Wild").run()
    write(page)
    request = teacher.requests[0]
    assert "horror story" in request["messages"][1]["content"]
    assert style in request["messages"][1]["content"]
    assert request["temperature"] == pytest.approx(1.1)


def test_an_empty_prompt_is_refused_in_words(engine: Engine, page: AppTest) -> None:
    write(page, "   ")
    assert "prompt is empty" in problems(page)
    assert engine.store.stories.list("anna") == []


def test_regenerate_adds_a_draft_and_the_pager_goes_back(engine: Engine, page: AppTest) -> None:
    write(page)
    button(page, "Regenerate").click()
    page.run()
    drafts = story(engine).drafts
    assert len(drafts) == 2
    assert "Draft 2 of 2" in all_text(page)
    assert drafts[1].text in all_text(page)
    page.button(key="earlier/all").click()
    page.run()
    assert "Draft 1 of 2" in all_text(page)
    assert drafts[0].text in all_text(page)
    assert drafts[1].text not in all_text(page)


def test_continue_sends_the_text_so_far_and_keeps_it(
    engine: Engine, teacher: FakeLlamaCpp, page: AppTest
) -> None:
    write(page)
    first = story(engine).drafts[0].text
    button(page, "Continue").click()
    page.run()
    assert teacher.requests[1]["messages"][-1] == {"role": "assistant", "content": first}
    assert story(engine).drafts[1].text.startswith(first)
    assert story(engine).drafts[0].text == first


def test_an_edit_becomes_a_draft_of_ones_own(engine: Engine, page: AppTest) -> None:
    write(page)
    button(page, "Edit").click()
    page.run()
    page.text_area[1].set_value("My own words, said the troll to the wizard.")
    button(page, "Save my version").click()
    page.run()
    drafts = story(engine).drafts
    assert [draft.text for draft in drafts][1:] == ["My own words, said the troll to the wizard."]
    assert drafts[1].example_id is not None
    assert engine.store.examples.get("anna", drafts[1].example_id).author is Author.PERSON
    assert "your edit" in all_text(page)


def test_a_thumb_down_keeps_the_text_out_of_training(engine: Engine, page: AppTest) -> None:
    write(page)
    example_id = story(engine).drafts[0].example_id
    assert example_id is not None
    page.feedback[0].set_value(0).run()
    assert engine.store.examples.get("anna", example_id).feedback == -1
    page.feedback[0].set_value(1).run()
    assert engine.store.examples.get("anna", example_id).feedback == 1


def test_text_of_people_and_models_is_never_read_as_markup(
    teacher: FakeLlamaCpp, page: AppTest
) -> None:
    teacher.script.texts = [f"{HOSTILE} {HOSTILE} said the troll, and so did the goats."]
    write(page, HOSTILE)
    assert HOSTILE in [each.value for each in page.text]
    for element in [*page.markdown, *page.caption]:
        assert "**bold**" not in str(element.value)
        assert "<script>" not in str(element.value)
    for each in page.button:
        assert "**bold**" not in each.label
        assert ":red[" not in each.label


def test_an_error_in_the_middle_keeps_what_had_arrived(
    engine: Engine, teacher: FakeLlamaCpp, page: AppTest
) -> None:
    teacher.script.cuts = 1
    write(page)
    assert "broke off" in problems(page)
    assert "your work is safe" in problems(page)
    assert "model_unavailable" in all_text(page)
    draft = story(engine).drafts[0]
    assert good_texts()[0]["text"].startswith(draft.text[:40])
    assert draft.text in all_text(page)


def test_my_zega_waits_for_a_version(engine: Engine, page: AppTest) -> None:
    writer = page.radio(key="anna/writer")
    assert writer.disabled
    assert writer.value == "Teacher"
    assert "writes once a version of" in all_text(page)


def test_both_write_side_by_side_once_a_version_is_active(
    engine: Engine, teacher: FakeLlamaCpp, anna: Shelf
) -> None:
    version = anna.version()
    engine.activate("anna", version.number)
    engine.store.serving.publish(teacher.url, "base", "01" * 32, {version.id: 3}, "")
    page = open_studio("anna", WRITE)
    page.radio(key="anna/writer").set_value("Both").run()
    write(page)
    drafts = story(engine).drafts
    assert {draft.model for draft in drafts} == {"base", "zega-anna v1"}
    assert [request["lora"] for request in teacher.requests] == [[], [{"id": 3, "scale": 1.0}]]
    assert all(draft.text in all_text(page) for draft in drafts)


def test_a_story_is_opened_again(engine: Engine, page: AppTest) -> None:
    write(page, "The first one")
    write(page, "The second one")
    button(page, "The first one").click()
    page.run()
    first = engine.store.stories.list("anna")[1]
    assert first.drafts[0].text in all_text(page)


def test_widgets_keep_their_values_between_pages(page: AppTest) -> None:
    page.text_area[0].set_value("Kept while I look elsewhere")
    page.selectbox(key="anna/genre").set_value("romance")
    page.radio(key="anna/preset").set_value("Careful").run()
    page.switch_page(f"../../pages/{AUTO_TRAIN.file}").run()
    page.switch_page(f"../../pages/{WRITE.file}").run()
    assert page.text_area[0].value == "Kept while I look elsewhere"
    assert page.selectbox(key="anna/genre").value == "romance"
    assert page.radio(key="anna/preset").value == "Careful"
    assert page.slider(key="anna/temperature").value == pytest.approx(0.4)


def test_a_click_that_arrives_twice_starts_one_story(engine: Engine, page: AppTest) -> None:
    def twice() -> None:
        from studio.web import session
        from studio.web.components.write_form import begin
        from studio.web.connection import engine

        session.act_for("anna")
        session.set_value("prompt", "A toll troll.")
        drawn = session.stories_begun()
        begin(engine(), drawn)
        begin(engine(), drawn)

    script = AppTest.from_function(twice)
    script.run()
    assert not script.exception
    assert len(engine.store.stories.list("anna")) == 1
    script.run()
    assert len(engine.store.stories.list("anna")) == 2


def test_another_kind_of_text_asks_in_its_own_way(engine: Engine, page: AppTest) -> None:
    procedures = engine.kinds.get("procedures")
    page.selectbox(key="anna/kind").set_value("procedures").run()
    assert page.text_area[0].label == procedures.asked.label
    assert [each.label for each in page.selectbox] == ["Kind of text"]
    source = "CREATE PROCEDURE close_day(p_day DATE)\nBEGIN\n  DELETE FROM open_days;\nEND"
    page.text_area[0].set_value(source)
    button(page, "Write").click().run()
    assert not page.exception
    story = engine.store.stories.list("anna")[0]
    assert (story.kind, story.genre, story.style, story.prompt) == (
        "procedures",
        None,
        None,
        source,
    )


def test_code_is_shown_as_code(engine: Engine, page: AppTest, teacher: FakeLlamaCpp) -> None:
    teacher.script.texts = ["return a + b\n\nThis adds two numbers."]
    page.selectbox(key="anna/kind").set_value("code").run()
    page.text_area[0].set_value("Write a function add(a, b).")
    button(page, "Write").click().run()
    draft = engine.store.stories.get("anna", engine.store.stories.list("anna")[0].id).drafts[0]
    assert draft.text == "def add(a, b):return a + b"
    page.run()
    assert draft.text in [each.value for each in page.code]


def test_a_t5_that_is_active_can_be_chosen(
    engine: Engine, page: AppTest, teacher: FakeLlamaCpp, anna: Shelf
) -> None:
    version = anna.t5("20261121-143000")
    engine.store.seq2seq.publish(teacher.url)
    page.run()
    assert page.radio(key="anna/writer").disabled
    engine.activate("anna", version.number)
    page.run()
    assert page.radio(key="anna/writer").options == ["Teacher", "My T5"]
    page.radio(key="anna/writer").set_value("My T5").run()
    write(page)
    draft = story(engine).drafts[0]
    assert draft.model == "t5-retrained-20261121-143000"
    assert draft.example_id is not None
    assert engine.store.examples.get("anna", draft.example_id).author is Author.STUDENT
    engine.activate("anna", None, Student.T5)
    page.run()
    assert page.radio(key="anna/writer").value == "Teacher"


def test_a_t5_that_cannot_start_says_why(engine: Engine, page: AppTest, anna: Shelf) -> None:
    engine.activate("anna", anna.t5("20261121-143000").number)
    engine.store.seq2seq.publish("", "t5-small needs about 500 MB of memory and 3 MB are free.")
    page.run()
    page.radio(key="anna/writer").set_value("My T5").run()
    write(page)
    assert "3 MB are free" in problems(page)
    assert story(engine).drafts == ()
