"""What is read as a preference: votes, edits, decisions and thumbs; each once, as it was said last."""

from __future__ import annotations

from engine.data.preferences import collect, missing
from engine.domain.erasure import Noun
from engine.domain.example import Decision, Source
from engine.domain.preference import Learns, Origin, Preference, PreferencePair, Thumb
from engine.domain.review import BY_SCORE, Action
from engine.domain.vote import Choice
from engine.engine import Engine
from engine.store.texts import blank
from tests.engine.data.examples import new_example
from tests.preferred import stopped, vote, votes


def collected(engine: Engine, learns: Learns = Learns.PAIRS) -> list[Preference]:
    return collect(engine.store, "anna", engine.kinds, learns)


def said(found: list[Preference]) -> list[tuple[Origin, str, str]]:
    assert all(isinstance(each, PreferencePair) for each in found)
    return [(each.origin, each.texts[0], each.texts[1]) for each in found]


def test_a_vote_says_which_of_two_texts_is_the_better_one(engine: Engine) -> None:
    vote(engine.store, 0, Choice.LEFT, better="One text.", worse="Another text.")
    vote(engine.store, 1, Choice.RIGHT, better="Third text.", worse="Fourth text.")
    for number, choice in ((2, Choice.TIE), (3, Choice.BOTH_BAD)):
        vote(engine.store, number, choice)
    found = collected(engine)
    assert said(found) == [
        (Origin.VOTE, "Fourth text.", "Third text."),
        (Origin.VOTE, "One text.", "Another text."),
    ]
    newest = found[0]
    assert (
        newest.prompt == "Write a mystery story of about 150 words. Bo finds letter 1 in the pier."
    )
    assert newest.group == newest.seed_prompt == "Bo finds letter 1 in the pier."
    assert collect(engine.store, "ben", engine.kinds, Learns.PAIRS) == []


def test_a_vote_on_an_erased_text_says_nothing(engine: Engine) -> None:
    gone, _ = votes(engine.store, 2)
    with engine.store.database.write() as connection:
        blank(connection, "anna", Noun.VOTE, [gone.id])
    assert [each.seed_prompt for each in collected(engine)] == ["Bo finds letter 1 in the pier."]


def test_an_edit_is_better_than_the_text_it_changed(engine: Engine) -> None:
    story = engine.store.stories.create(
        "anna", prompt="A tower.", kind="stories", genre=None, style=None
    )
    written = new_example(seed_prompt="A tower.", prompt="Write of a tower.", completion="Tall.")
    draft = engine.store.stories.add_draft(
        "anna",
        story.id,
        text="Tall.",
        model="m",
        seconds=1.0,
        completion_tokens=1,
        finish_reason="stop",
        quality=written.quality,
        example=written,
    )
    mine = new_example(
        seed_prompt="A tower.", prompt="Write of a tower.", completion="Taller than the sky."
    )
    engine.store.stories.add_draft(
        "anna",
        story.id,
        text=mine.completion,
        model="anna",
        seconds=0.0,
        completion_tokens=0,
        finish_reason="edited",
        quality=mine.quality,
        example=mine,
        edited_id=draft.id,
    )
    reviewed = engine.store.examples.add(new_example(source=Source.REVIEW))
    engine.review.edit("anna", reviewed.id, "She had drawn it by hand, and well.", seen=0)
    assert said(collected(engine)) == [
        (Origin.EDIT, "She had drawn it by hand, and well.", "She had drawn it herself."),
        (Origin.EDIT, "Taller than the sky.", "Tall."),
    ]
    engine.review.undo("anna")
    (left,) = collected(engine)
    assert left.texts == ("Taller than the sky.", "Tall.")
    engine.store.examples.set_feedback("anna", left.ids[0], -1)
    assert collected(engine) == [], "what was refused since is nobody's better text"


def test_of_answers_to_one_request_the_accepted_one_is_better_than_the_rejected(
    engine: Engine,
) -> None:
    add = engine.store.examples.add
    good = add(new_example(completion="Good.", decision=Decision.ACCEPTED))
    add(new_example(completion="Liked.", feedback=1))
    bad = [
        add(new_example(completion=f"Bad {number}.", decision=Decision.REJECTED))
        for number in (1, 2)
    ]
    add(new_example(completion="Elsewhere.", prompt="Another request.", feedback=-1))
    add(new_example(completion="Undecided."))
    found = collected(engine)
    assert {each.origin for each in found} == {Origin.DECIDED}
    assert {each.texts[1] for each in found} == {"Bad 1.", "Bad 2."}
    assert {each.texts[0] for each in found} == {"Good.", "Liked."}, "the liked ones take turns"
    assert {each.ids[1] for each in found} == {each.id for each in bad}
    with engine.store.database.write() as connection:
        blank(connection, "anna", Noun.EXAMPLE, [good.id])
    assert {each.texts[0] for each in collected(engine)} == {"Liked."}


def test_the_score_has_no_taste_and_a_person_of_two_minds_says_nothing(engine: Engine) -> None:
    add = engine.store.examples.add
    by_score = add(new_example(completion="Kept by its score."))
    engine.store.decisions.decide("anna", by_score.id, Action.ACCEPT, seen=0, reviewer=BY_SCORE)
    add(new_example(completion="Bad.", decision=Decision.REJECTED))
    assert collected(engine) == []
    add(new_example(completion="Of two minds.", decision=Decision.REJECTED, feedback=1))
    assert collected(engine) == []
    add(new_example(completion="Good.", decision=Decision.ACCEPTED))
    assert said(collected(engine)) == [(Origin.DECIDED, "Good.", "Bad.")]


def test_what_was_said_twice_counts_once_and_the_other_way_as_it_was_last(engine: Engine) -> None:
    for choice in (Choice.LEFT, Choice.LEFT, Choice.RIGHT):
        vote(engine.store, 0, choice, better="A  text.", worse="Some text.", prompt="A door.")
    vote(engine.store, 1, better="The same.", worse="The  same.")
    assert said(collected(engine)) == [(Origin.VOTE, "Some text.", "A  text.")]


def test_thumbs_are_for_a_text_alone(engine: Engine) -> None:
    add = engine.store.examples.add
    add(new_example(completion="Liked.", feedback=1))
    down = add(new_example(completion="Not liked.", feedback=-1))
    add(new_example(completion="Nothing said."))
    add(new_example(completion="Accepted.", decision=Decision.ACCEPTED))
    found = collected(engine, Learns.THUMBS)
    assert {(each.texts, each.origin) for each in found} == {
        (("Liked.",), Origin.UP),
        (("Not liked.",), Origin.DOWN),
    }
    assert [each.desirable for each in found if isinstance(each, Thumb)].count(True) == 1
    engine.store.examples.set_feedback("anna", down.id, 0)
    assert [each.texts for each in collected(engine, Learns.THUMBS)] == [("Liked.",)]


def test_a_thumb_on_a_text_that_was_stopped_is_one_for_what_there_is_of_it(engine: Engine) -> None:
    store = engine.store
    up, down, gone = (stopped(store, number, thumb) for number, thumb in enumerate((1, -1, 1)))
    stopped(store, 3, 0)
    with store.database.write() as connection:
        blank(connection, "anna", Noun.DRAFT, [gone.id])
    found = collected(engine, Learns.THUMBS)
    assert [(each.ids, each.origin) for each in found] == [
        ((down.id, down.story_id), Origin.DOWN),
        ((up.id, up.story_id), Origin.UP),
    ]
    newest = found[0]
    assert isinstance(newest, Thumb)
    assert not newest.is_whole
    assert newest.texts == (down.text,)
    assert newest.prompt == "Write a mystery story of about 150 words. Bo loses coin 1 in the pier."
    assert newest.group == newest.seed_prompt == "Bo loses coin 1 in the pier."
    store.feedback.give("anna", 0, draft_id=down.id)
    assert [each.ids[0] for each in collected(engine, Learns.THUMBS)] == [up.id]
    assert collect(store, "ben", engine.kinds, Learns.THUMBS) == []


def test_what_is_missing_is_said_in_words(engine: Engine) -> None:
    add = engine.store.examples.add
    assert missing([], Learns.PAIRS, 20) == (
        "A training on preferences needs at least 20 pairs of a better and a worse text, and there are "
        "none: 20 missing. Vote in the Arena, or edit texts of a model."
    )
    votes(engine.store, 3)
    add(new_example(completion="Good.", decision=Decision.ACCEPTED))
    add(new_example(completion="Bad.", decision=Decision.REJECTED))
    found = collected(engine)
    assert "there are 4 (3 from votes, 1 from decisions): 16 missing" in missing(
        found, Learns.PAIRS, 20
    )
    assert missing(found, Learns.PAIRS, 4) == ""
    for number in range(5):
        add(new_example(completion=f"Liked {number}.", feedback=1))
    thumbs = collected(engine, Learns.THUMBS)
    assert "of which 1 or more are up and as many down, and there are 5 up and 0 down" in missing(
        thumbs, Learns.THUMBS, 4
    )
    add(new_example(completion="Not liked.", feedback=-1))
    assert missing(collected(engine, Learns.THUMBS), Learns.THUMBS, 4) == ""
