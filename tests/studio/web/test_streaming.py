"""Stopping a text: whatever had arrived is a draft, and the model's slot is free at once."""

from __future__ import annotations

import pytest

from engine.engine import Engine
from studio.web.components.streaming import pour
from tests.fake_llamacpp import FakeLlamaCpp, good_texts


class Stopped(BaseException):
    """What Streamlit raises out of a drawing call to end a run; not an `Exception` either."""


class Place:
    """Records what is drawn and ends the run at the first text of so many words."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.drawn: list[str] = []
        self.stop_at = stop_at

    def text(self, body: str, *, width: str, wrap: bool) -> None:
        self.drawn.append(body)
        if self.stop_at is not None and len(body.split()) >= self.stop_at:
            raise Stopped


def test_a_stopped_text_is_saved_before_the_next_run_begins(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    engine.ensure_user("anna")
    teacher.script.delay = 0.02
    story = engine.start_story("anna", "A troll")
    with pytest.raises(Stopped):
        pour([(engine.write("anna", story.id), Place(stop_at=8))])
    drafts = engine.store.stories.get("anna", story.id).drafts
    assert [draft.finish_reason for draft in drafts] == ["closed"]
    assert good_texts()[0]["text"].startswith(drafts[0].text)
    assert drafts[0].example_id is None


def test_stopping_one_of_two_saves_both(engine: Engine, teacher: FakeLlamaCpp) -> None:
    engine.ensure_user("anna")
    teacher.script.delay = 0.02
    story = engine.start_story("anna", "A troll")
    running = [
        (engine.write("anna", story.id), Place(stop_at=8)),
        (engine.write("anna", story.id), Place()),
    ]
    with pytest.raises(Stopped):
        pour(running)
    drafts = engine.store.stories.get("anna", story.id).drafts
    assert [draft.finish_reason for draft in drafts] == ["closed", "closed"]


def test_several_texts_are_read_in_turn_to_their_ends(
    engine: Engine, teacher: FakeLlamaCpp
) -> None:
    engine.ensure_user("anna")
    story = engine.start_story("anna", "A troll")
    places = [Place(), Place()]
    pour([(engine.write("anna", story.id), place) for place in places], so_far="")
    texts = [row["text"].strip() for row in good_texts()[:2]]
    assert [place.drawn[-1].strip() for place in places] == texts
    drafts = engine.store.stories.get("anna", story.id).drafts
    assert sorted(draft.text for draft in drafts) == sorted(texts)
