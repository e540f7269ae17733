"""What the dashboard says of thumbs and of the A/B."""

from __future__ import annotations

from engine.domain.example import Author
from engine.engine import Engine
from studio.web.navigation import DASHBOARD
from tests.fake_llamacpp import good_texts
from tests.studio.web.conftest import BASE, all_text, open_studio
from tests.studio.web.shelf import Shelf


def test_the_dashboard_says_whose_texts_are_liked(engine: Engine, anna: Shelf) -> None:
    ids = anna.examples(6)
    page = open_studio("anna", DASHBOARD)
    assert "You gave no thumb yet" in all_text(page)
    for number, example_id in enumerate(ids):
        thumb = -1 if number == 0 else 1
        reasons = ["too_long"] if number == 0 else ["vivid"]
        engine.feedback.give("anna", thumb, example_id=example_id, reasons=reasons)
    page.run()
    text = all_text(page).replace("\\", "")
    assert "You gave 6 thumbs, 5 of them up, and edited 0 texts of models." in text
    assert "What you like: Vivid (5)." in text
    assert "What you do not like: Too long (1)." in text
    assert "A/B, unseen" not in text
    table = next(each.value for each in page.dataframe if "Thumbs up" in each.value.columns)
    assert table.to_dict("records") == [
        {
            "Who wrote": BASE,
            "As": "Base",
            "Thumbs up": "83 % of 6 (44 to 97 %)",
            "You edited": "0",
        }
    ]


def test_the_dashboard_says_how_the_two_compare(engine: Engine, anna: Shelf) -> None:
    anna.examples(1)
    engine.feedback.set_share("anna", 20)
    page = open_studio("anna", DASHBOARD)
    few = "Too few to tell: 0 thumbs for the teacher and 0 for your zega"
    assert few in all_text(page).replace("\\", "")
    opened = engine.start_story("anna", "A troll.")
    for author, up in ((Author.TEACHER, 22), (Author.STUDENT, 4)):
        for number in range(24):
            made = engine.store.stories.add_draft(
                "anna",
                opened.id,
                text=good_texts()[0]["text"],
                model="m",
                seconds=1.0,
                completion_tokens=9,
                finish_reason="closed",
                quality=anna.example(0).quality,
                example=None,
                trial=author,
            )
            engine.feedback.give("anna", 1 if number < up else -1, draft_id=made.id)
    page.run()
    text = all_text(page).replace("\\", "")
    assert "You like the teacher more: of 100 texts it gets 75 more thumbs up" in text
    assert "teacher 92 % of 24 (74 to 98 %)" in text
