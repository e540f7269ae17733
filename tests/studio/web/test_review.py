"""The Review page: one card after the other, each decision saved before the next."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.example import Author, Decision, Source
from engine.engine import Engine
from studio.web.navigation import REVIEW
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf


@pytest.fixture
def page(anna: Shelf) -> AppTest:
    anna.examples(3)
    return open_studio("anna", REVIEW)


def shown(page: AppTest) -> str:
    """The id of the card's text, as its buttons carry it."""
    key = next(each.key for each in page.button if each.label.startswith("Accept"))
    assert key is not None
    return key.removeprefix("review-accept-").rpartition("-")[0]


def press(page: AppTest, label: str) -> None:
    button(page, label).click().run()
    assert not page.exception


def test_an_empty_shelf_says_where_texts_come_from(anna: Shelf) -> None:
    page = open_studio("anna", REVIEW)
    assert "nothing to review yet" in all_text(page)
    assert button(page, "Let the teacher write")


def test_each_decision_is_saved_and_brings_the_next_card(engine: Engine, page: AppTest) -> None:
    decided = {}
    for label, decision in (
        ("Accept (A)", Decision.ACCEPTED),
        ("Reject (R)", Decision.REJECTED),
    ):
        decided[shown(page)] = decision
        press(page, label)
    assert len(decided) == 2
    for example_id, decision in decided.items():
        assert engine.store.examples.get("anna", example_id).decision is decision
    assert shown(page) not in decided
    press(page, "Accept (A)")
    assert "Nothing waits here any more" in page.success[0].value


def test_a_rejection_carries_its_reasons(engine: Engine, page: AppTest) -> None:
    page.pills[1].set_value(["dull"]).run()
    press(page, "Reject (R)")
    assert engine.review.history("anna")[0].reasons == ("dull",)


def test_undo_brings_the_text_back(engine: Engine, page: AppTest) -> None:
    first = shown(page)
    press(page, "Reject (R)")
    press(page, "Undo (Z)")
    assert engine.store.examples.get("anna", first).decision is None
    assert shown(page) == first


def test_an_edit_is_the_persons_own_text_and_is_accepted(engine: Engine, page: AppTest) -> None:
    original = shown(page)
    press(page, "Edit (E)")
    assert page.text_area[0].value == engine.store.examples.get("anna", original).completion
    page.text_area[0].set_value("The heron stood in the reeds and waited for the tide to turn.")
    press(page, "Save and accept")
    new = engine.review.history("anna")[0].result_id
    assert new is not None
    example = engine.store.examples.get("anna", new)
    assert (example.author, example.decision) == (Author.PERSON, Decision.ACCEPTED)
    assert example.completion.startswith("The heron stood")


def test_a_card_that_was_decided_elsewhere_is_not_decided_again(
    engine: Engine, page: AppTest
) -> None:
    card = engine.review.card("anna", shown(page))
    engine.review.reject("anna", card.example.id, seen=card.seen, reviewer="ben")
    press(page, "Accept (A)")
    assert "was rejected by ben" in problems(page)
    assert engine.store.examples.get("anna", card.example.id).decision is Decision.REJECTED


def test_a_rule_shows_what_it_would_change_before_it_does(engine: Engine, anna: Shelf) -> None:
    text = "Sure, here is a story for you:\n\n" + anna.example(0).completion
    plain = anna.store.examples.add(anna.example(1))
    prefaced = anna.store.examples.add(anna.example(0, completion=text))
    page = open_studio("anna", REVIEW)
    press(page, "Show what would change")
    assert "1 of 2 texts would change" in all_text(page)
    assert engine.store.examples.get("anna", prefaced.id).completion == text
    press(page, "Mend 1 text")
    left = [each.completion for each in engine.store.examples.list("anna") if each.id != plain.id]
    assert any(not each.startswith("Sure") for each in left)
    press(page, "Undo (Z)")
    assert engine.store.examples.get("anna", prefaced.id).is_kept(7.0)


def test_the_words_of_a_list_are_marked(engine: Engine, page: AppTest) -> None:
    text = engine.store.examples.get("anna", shown(page)).completion
    word = max(text.split(), key=len).strip('.,;"')
    engine.keywords.add("anna", "Names", word)
    page.run()
    assert f'title="{word}"' not in marked(page)
    next(each for each in page.selectbox if each.label == "Mark keywords of").set_value("Names")
    page.run()
    assert f'title="{word}"' in marked(page)


def test_a_large_model_is_asked_and_enough_is_said(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", REVIEW)
    page.text_area(key="anna/two-phase/ideas").set_value("A toll troll.\n\nA lost map.")
    next(each for each in page.number_input if each.label == "Texts to accept").set_value(12)
    press(page, "Start writing")
    job = engine.two_phase.newest("anna")
    assert job is not None
    view = engine.two_phase.view("anna", job.id)
    assert (view.inputs, view.settings.target_summaries) == (2, 12)
    assert any("0 of 12 accepted" in each.proto.text for each in page.get("progress"))
    example = anna.example(0, source=Source.REVIEW, job_id=job.id, plan_index=0)
    text = engine.store.examples.add(example)
    page.run()
    assert shown(page) == text.id
    press(page, "Accept (A)")
    press(page, "Enough: train on the 1 accepted now")
    assert engine.two_phase.view("anna", job.id).state.enough


def test_a_target_too_small_to_train_on_is_refused(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", REVIEW)
    next(each for each in page.number_input if each.label == "Texts to accept").set_value(3)
    press(page, "Start writing")
    assert "at least 10" in problems(page)
    assert engine.two_phase.newest("anna") is None


def marked(page: AppTest) -> str:
    """The text of the card as it is drawn."""
    return "\n".join(str(each.proto.body) for each in page.get("html"))
