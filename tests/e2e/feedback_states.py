"""Thumbs with reasons, texts written unseen, and what the dashboard says of both; see states.py."""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.example import Author
from tests.e2e.chromium import Window
from tests.fake_llamacpp import good_texts
from tests.studio.web.shelf import Shelf


def with_feedback(shelf: Shelf) -> None:
    """An active version, thumbs on texts of three writers with reasons, edits, and an A/B with an end."""
    engine = shelf.engine
    version = shelf.version()
    engine.activate(shelf.user, version.number)
    engine.feedback.set_share(shelf.user, 30)
    story = engine.start_story(shelf.user, "A lamp that nobody lit.")
    sides = (
        (Author.TEACHER, "Gemini API · writer-large", 31, 7),
        (Author.STUDENT, version.label, 13, 12),
    )
    for author, model, up, down in sides:
        for number in range(up + down):
            thumb = 1 if number < up else -1
            reasons = ("my_voice", "flows") if thumb > 0 else ("too_long", "dull")
            draft = engine.store.stories.add_draft(
                shelf.user,
                story.id,
                text=good_texts()[number % 8]["text"],
                model=model,
                seconds=2.0,
                completion_tokens=200,
                finish_reason="stop",
                quality=shelf.example(number).quality,
                example=shelf.example(number, author=author, generator=model),
                trial=author,
            )
            engine.feedback.give(
                shelf.user, thumb, draft_id=draft.id, reasons=reasons[: 1 + number % 2]
            )
            if number % 9 == 0:
                engine.save_edit(shelf.user, story.id, f"{draft.text} So it was.", draft.id)
    for number, example_id in enumerate(shelf.examples(5)):
        engine.feedback.give(shelf.user, 1 if number else -1, example_id=example_id)


def begin(opened: Window, who: str) -> None:
    """A finished text."""
    page = opened.open(f"/?who={who}")
    page.get_by_role("textbox", name="What is the story about?").fill(good_texts()[0]["prompt"])
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="Regenerate").wait_for()


def write_why(opened: Window) -> None:
    """Why a thumb went down."""
    begin(opened, "emil")
    opened.page.get_by_test_id("stFeedback").get_by_role("radio").nth(1).click()
    opened.page.get_by_role("button", name="Why?").click()
    opened.page.get_by_text("What is wrong with it?").wait_for()
    opened.page.get_by_text("Too long", exact=True).click()


def write_unseen(opened: Window) -> None:
    """A text whose author is not shown yet."""
    begin(opened, "nora")
    opened.page.get_by_role("button", name="Reveal").wait_for()


def write_share(opened: Window) -> None:
    """How much one's own model writes unseen."""
    opened.open("/?who=nora").get_by_text("A/B, unseen").click()
    opened.page.get_by_text("My zega instead of the teacher").wait_for()


def dashboard_said(opened: Window) -> None:
    """Whose texts are liked, why, and how the two sides of the A/B compare."""
    opened.open("/dashboard?who=nora").get_by_text("You like the teacher more").wait_for()


FEEDBACK: dict[str, Callable[[Window], None]] = {
    "write-why": write_why,
    "write-unseen": write_unseen,
    "write-share": write_share,
    "dashboard-said": dashboard_said,
}
