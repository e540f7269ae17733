"""One text to decide about: what was asked, the text with what catches the eye, and the decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from engine.domain.review import Action, Card
from engine.engine import Engine
from engine.errors import EngineError
from studio.web import session
from studio.web.components.examples import SOURCES
from studio.web.components.keys import keys
from studio.web.components.marked import Mark, compared, marked
from studio.web.components.prose import prose
from studio.web.components.quality import quality_parts
from studio.web.wording import day, genre_label, plain

DONE = {
    Action.ACCEPT: "Accepted.",
    Action.EDIT: "Your version was saved and accepted.",
    Action.REJECT: "Rejected.",
    Action.SKIP: "Skipped: it comes again last.",
    Action.REPAIR: "Mended.",
}
KEYS = {"a": "review-accept", "e": "review-edit", "r": "review-reject", "s": "review-skip"}
KEYS |= {"z": "review-undo"}


def show_card(studio: Engine, card: Card) -> None:
    """The card and its buttons; while it is edited, the text as a field instead."""
    example = card.example
    with st.container(border=True):
        st.caption("What was asked")
        prose(example.prompt)
    left, right = st.columns([5, 2], gap="large")
    with left:
        if session.value("review/editing") == example.id:
            edit_form(studio, card)
        else:
            draw_text(studio, card)
            decide(studio, card)
    with right:
        beside(card)


def draw_text(studio: Engine, card: Card) -> None:
    """The text with its flags marked, or what was changed in it."""
    changes = studio.review.diff(card)
    if changes and st.toggle("Show what was changed", key=session.widget("review/diff")):
        compared(changes)
    else:
        flags = [Mark(flag.start, flag.end, flag.reason) for flag in card.flags]
        marked(card.example.completion, [*flags, *keyword_marks(studio, card.example.completion)])


def keyword_marks(studio: Engine, text: str) -> list[Mark]:
    """The words of the list that is chosen above, if any is."""
    name = session.value("review/keywords")
    if not name:
        return []
    found = studio.keywords.spans(session.me(), name, text)
    return [Mark(each.start, each.end, each.keyword, keyword=True) for each in found]


def decide(studio: Engine, card: Card) -> None:
    """Why it may be rejected, and the four ways to go on. A key presses the button that is in sight.

    The buttons belong to this card alone: a click meant for the text before counts for nothing.
    """
    labels = {reason.id: reason.label for reason in studio.review.reasons()}
    name = f"{card.example.id}-{card.seen}"
    st.pills(
        "If you reject it: why?",
        list(labels),
        format_func=labels.__getitem__,
        selection_mode="multi",
        wrap=True,
        key=session.widget(f"review-why-{name}"),
    )
    with st.container(horizontal=True):
        for label, icon, verb in (
            ("Accept (A)", "check", accept),
            ("Edit (E)", "edit", edit),
            ("Reject (R)", "close", reject),
            ("Skip (S)", "skip_next", skip),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                type="primary" if verb is accept else "secondary",
                key=f"review-{verb.__name__}-{name}",
                on_click=verb,
                args=(studio, card),
            )
    keys(KEYS)


def edit_form(studio: Engine, card: Card) -> None:
    """The text in a field; saving it accepts it."""
    st.text_area(
        "Your version",
        card.example.completion,
        height=420,
        key=session.widget(f"review-text-{card.example.id}"),
    )
    with st.container(horizontal=True):
        st.button(
            "Save and accept",
            type="primary",
            icon=":material/check:",
            shortcut="Ctrl+Enter",
            on_click=save,
            args=(studio, card),
        )
        st.button("Cancel", icon=":material/undo:", shortcut="Esc", on_click=stop_editing)


def beside(card: Card) -> None:
    """Score and parts, what was found in the text, where it comes from, what was decided before."""
    example = card.example
    st.markdown(f"**Score {example.quality.score:.1f} of 10**")
    quality_parts(example.quality)
    if card.flags:
        st.caption("Marked in the text")
        reasons = dict.fromkeys(flag.reason for flag in card.flags)
        st.markdown("\n".join(f"- {plain(reason)}" for reason in reasons))
    facts = [
        genre_label(example.genre) if example.genre else example.kind,
        f"{len(example.completion.split()):,} words",
        SOURCES[example.source],
        example.generator,
        day(example.created_at),
    ]
    st.caption(plain(" · ".join(facts)))
    for entry in card.history:
        undone = " Undone." if entry.undone_at else ""
        st.caption(plain(f"{day(entry.decided_at)}: {DONE[entry.action]}{undone}"))


# What the buttons do


def accept(studio: Engine, card: Card) -> None:
    with _told(DONE[Action.ACCEPT]):
        studio.review.accept(session.me(), card.example.id, seen=card.seen)


def reject(studio: Engine, card: Card) -> None:
    why = session.value(f"review-why-{card.example.id}-{card.seen}") or ()
    with _told(DONE[Action.REJECT]):
        studio.review.reject(session.me(), card.example.id, seen=card.seen, reasons=why)


def skip(studio: Engine, card: Card) -> None:
    with _told(DONE[Action.SKIP]):
        studio.review.skip(session.me(), card.example.id)


def edit(studio: Engine, card: Card) -> None:
    session.set_value("review/editing", card.example.id)


def save(studio: Engine, card: Card) -> None:
    text = session.value(f"review-text-{card.example.id}") or ""
    with _told(DONE[Action.EDIT]):
        studio.review.edit(session.me(), card.example.id, text, seen=card.seen)
        stop_editing()


def stop_editing() -> None:
    session.forget("review/editing")


def undo(studio: Engine) -> None:
    stop_editing()
    with _told("Undone: it waits for you again."):
        studio.review.undo(session.me())


@contextmanager
def _told(done: str) -> Iterator[None]:
    """Say what was done; an error is drawn in the run that follows."""
    try:
        yield
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
    else:
        session.notice(done)
