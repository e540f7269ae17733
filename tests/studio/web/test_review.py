"""The Review page: one card after the other, each decision saved before the next."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.example import Author, Decision, Source
from engine.domain.review import Pile
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
    assert page.get("bidi_component")  # Z still goes back


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


def test_a_text_that_is_deleted_while_it_is_edited_gives_way_to_the_next(
    engine: Engine, anna: Shelf
) -> None:
    original = anna.store.examples.add(anna.example(0))
    new = anna.example(1, source=Source.VARIANT, variant_of=original.id)
    (variant,) = anna.store.variants.add("anna", [new])
    page = open_studio("anna", REVIEW)
    choose = next(each for each in page.selectbox if each.label == "From")
    choose.set_value(Source.VARIANT.value).run()
    assert shown(page) == variant.id
    press(page, "Edit (E)")
    assert engine.augmentation.undo("anna") == 1
    page.run()
    assert not page.exception
    assert any("has been deleted" in each.value for each in page.info)
    assert "Nothing waits here" in page.success[0].value


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


def test_a_preview_of_another_pile_is_not_applied_to_this_one(anna: Shelf) -> None:
    text = "Sure, here is a story for you:\n\n" + anna.example(0).completion
    anna.store.examples.add(anna.example(0, completion=text))
    anna.store.examples.add(anna.example(1, completion=text, source=Source.REVIEW))
    page = open_studio("anna", REVIEW)
    press(page, "Show what would change")
    assert "1 of 1 texts would change" in all_text(page)
    piles = next(each for each in page.pills if each.label == "Which texts?")
    piles.set_value(Pile.UNDECIDED).run()
    assert not [each for each in page.button if each.label.startswith("Mend ")]
    press(page, "Show what would change")
    assert button(page, "Mend 2 texts")


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
    for number in range(9):
        accepted = {"job_id": job.id, "plan_index": number, "decision": Decision.ACCEPTED}
        anna.store.examples.add(anna.example(number, source=Source.REVIEW, **accepted))
    example = anna.example(9, source=Source.REVIEW, job_id=job.id, plan_index=9)
    text = engine.store.examples.add(example)
    page.run()
    assert shown(page) == text.id
    assert not [each for each in page.button if each.label.startswith("Enough")]
    press(page, "Accept (A)")
    press(page, "Enough: train on the 10 accepted now")
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
