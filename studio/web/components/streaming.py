"""A text while it is written: streamed, stoppable, never lost.

A click on Stop (or a closed page) ends this run of the script by an exception out of any drawing
call. `closing` then closes the generators before anything else runs: that drops the connection, which
frees the model's slot, and saves the draft as far as it got.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from typing import Protocol, cast

import streamlit as st

from engine.engine import Engine
from engine.errors import EngineError
from engine.writing.begin import STUDENTS, Writer
from engine.writing.writer import Sampling, Writing
from models.errors import ModelError
from studio.web import session
from studio.web.components.thumbs import UNSEEN
from studio.web.wording import plain

CURSOR = " ▌"
REDRAW_SECONDS = 0.06  # the whole text is sent each time


class Place(Protocol):
    """Where a growing text is drawn; Streamlit's `st.empty()`."""

    def text(self, body: str, *, width: str, wrap: bool) -> object: ...


def stream(studio: Engine, ask: session.Ask, sampling: Sampling, *, memory: bool) -> None:
    """Write what was asked for, with `memory` or without; then draw the page with the new drafts.

    An error is kept for that next run, where it stands under what had arrived.
    """
    for writer in ask.writers:
        session.show_draft(column_of(writer, ask), None)
    st.button("Stop", icon=":material/stop:", key="stop", type="primary")
    running: list[tuple[Writing, Place]] = []
    try:
        for writer, column in zip(ask.writers, st.columns(len(ask.writers)), strict=True):
            writing = studio.write(
                session.me(),
                ask.story_id,
                writer=writer,
                sampling=sampling,
                continue_draft=ask.continued,
                memory=memory,
                unseen=column_of(writer, ask) == "all",
            )
            with column:
                st.caption(UNSEEN if writing.is_blind else plain(label_of(studio, writer)))
                running.append((writing, cast(Place, st.empty())))
        pour(running, so_far=ask.continued.text if ask.continued else "")
    except (EngineError, ModelError) as error:
        session.fail(session.Failure(str(error), error.code))
    finally:  # also where it was stopped
        if notices := [writing.notice for writing, _ in running if writing.notice]:
            session.remark(" ".join(notices))
    st.rerun()


def pour(running: Sequence[tuple[Writing, Place]], *, so_far: str = "") -> None:
    """Read several answers in turn, each into its place, until all have ended."""
    with ExitStack() as open_streams:
        pieces = [
            open_streams.enter_context(closing(cast(Generator[str], iter(writing))))
            for writing, _ in running
        ]
        places = [place for _, place in running]
        texts = [so_far] * len(running)
        drawn = [0.0] * len(running)
        for place in places:
            place.text((so_far + CURSOR).strip(), width="stretch", wrap=True)
        left = set(range(len(running)))
        while left:
            for index in sorted(left):
                piece = next(pieces[index], None)
                if piece is None:
                    left.discard(index)
                    places[index].text(texts[index], width="stretch", wrap=True)
                    continue
                texts[index] += piece
                if time.monotonic() - drawn[index] > REDRAW_SECONDS:
                    places[index].text(texts[index] + CURSOR, width="stretch", wrap=True)
                    drawn[index] = time.monotonic()


def label_of(studio: Engine, writer: Writer) -> str:
    """Who is writing, as the column's heading says it."""
    if writer == "teacher":
        called = studio.teachers.called(session.me())
        return f"Teacher: {called}" if called else "Teacher"
    student = STUDENTS[writer]
    version = studio.active_version(session.me(), student)
    return version.label if version else student.called


def column_of(writer: Writer, ask: session.Ask) -> str:
    """The column a writer's drafts are shown in."""
    return ask.column or (writer if len(ask.writers) > 1 else "all")
