"""Session state and its only owner: who acts here, what is open, which value a widget has.

Everything but the name belongs to a name, so another name never meets it. Widgets take their key from
`widget` together with `persist_state="session"`: their values survive a change of page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.domain.story import Draft
from engine.writing.begin import Writer
from studio.web.guests import new_guest

_USER = "user"
_WHO = "who"  # in the address bar, so that a reload finds the same name
_GUEST = "guest"
_RUN = "run"  # in the address bar, too


@dataclass(frozen=True)
class Ask:
    """A text somebody has just asked for and that is to be streamed in this run.

    `column` names the column of drafts it belongs to, where only one of several was asked.
    """

    story_id: str
    writers: tuple[Writer, ...]
    continued: Draft | None = None
    column: str = ""


@dataclass(frozen=True)
class Failure:
    """An error to be shown in the next run: its sentence and its code."""

    message: str
    code: str

    @property
    def safe(self) -> str:
        """What was not lost."""
        if self.code == "invalid_input":
            return ""
        if self.code == "blocked":
            return "Your other texts are safe."
        return "What had arrived is kept: your work is safe."


# Who


def user() -> str | None:
    """The name this browser session acts for; None before one was chosen."""
    name = st.session_state.get(_USER)
    return name if isinstance(name, str) else None


def me() -> str:
    """The name, on pages that are only drawn once there is one."""
    name = user()
    assert name is not None, "pages are drawn only for a name"
    return name


def act_for(name: str | None) -> None:
    """Act for this name from now on; None asks again."""
    st.session_state[_USER] = name
    if name is None:
        st.query_params.pop(_WHO, None)


def remember(known: list[str]) -> None:
    """Take the name from the address after a reload, and keep it there."""
    asked = st.query_params.get(_WHO)
    if user() is None and asked in known:
        st.session_state[_USER] = asked
    if user() is not None and asked != user():
        st.query_params[_WHO] = me()


def be_guest(named: str | None) -> str:
    """Act for the guest that the browser's cookie names, and for no other; the name.

    A browser that keeps no cookies is a new guest for as long as its page is open.
    """
    name: str = named or st.session_state.get(_GUEST) or new_guest()
    st.session_state[_GUEST] = st.session_state[_USER] = name
    st.query_params.pop(_WHO, None)
    return name


def is_guest() -> bool:
    """Whether this browser was given its name and cannot take another."""
    return _GUEST in st.session_state


# Widgets


def widget(name: str) -> str:
    """The key of a widget: its value is this user's alone."""
    return f"{user()}/{name}"


def value(name: str, default: Any = None) -> Any:
    """What a widget has now."""
    return st.session_state.get(widget(name), default)


def start_with(name: str, first: Any) -> None:
    """Give a widget its first value, unless it has one."""
    if widget(name) not in st.session_state:
        set_value(name, first)


def set_value(name: str, new: Any) -> None:
    """Give a widget a value; only from a callback, or before the widget is drawn."""
    st.session_state[widget(name)] = new


def forget(name: str) -> None:
    """Drop a widget's value: drawn again, it begins anew."""
    st.session_state.pop(widget(name), None)


# Writing


def story_id() -> str | None:
    """The story that is open on the Write page."""
    opened: str | None = value("open_story")
    return opened


def open_story(story_id: str | None) -> None:
    """Open a story, or none."""
    set_value("open_story", story_id)


def stories_begun() -> int:
    """How many stories were begun in this session."""
    begun: int = value("stories_begun", 0)
    return begun


def count_story() -> None:
    """One story more was begun."""
    set_value("stories_begun", stories_begun() + 1)


def ask(request: Ask) -> None:
    """Have a text written in the run that follows."""
    open_story(request.story_id)
    set_value("ask", request)
    set_value("last_ask", request)


def take_ask() -> Ask | None:
    """The text to write now. It is given out once: a stopped stream does not start again."""
    request: Ask | None = st.session_state.pop(widget("ask"), None)
    return request


def last_ask() -> Ask | None:
    """The text asked for last in this session: tells what the model saw."""
    request: Ask | None = value("last_ask")
    return request


def draft_shown(column: str) -> int | None:
    """Which draft a column shows, by its number; None for its newest."""
    number: int | None = value(f"draft/{story_id()}/{column}")
    return number


def show_draft(column: str, number: int | None) -> None:
    """Show this draft in a column; None for its newest."""
    set_value(f"draft/{story_id()}/{column}", number)


def editing() -> str | None:
    """The draft that is open in a field."""
    draft_id: str | None = value("editing")
    return draft_id


def edit(draft_id: str | None) -> None:
    """Open a draft in a field; None closes it."""
    set_value("editing", draft_id)


# Trainings


def choose_run(known: list[str]) -> None:
    """Have the choice of a training begin with the one in the address, else with the first of these."""
    asked = st.query_params.get(_RUN)
    if asked in known:
        set_value(_RUN, asked)
    elif value(_RUN) not in known:
        set_value(_RUN, known[0])


def remember_run() -> None:
    """Keep the chosen training in the address, so that a link leads to it."""
    st.query_params[_RUN] = value(_RUN)


# Models beside each other


def compare(new: str, old: str | None = None) -> None:
    """Have Compare open with this model as the new one, and its rival or `old` as the old one."""
    set_value("compare/new", new)
    if old is None:
        forget("compare/old")
    else:
        set_value("compare/old", old)


# Messages that outlive a rerun


def notice(text: str) -> None:
    """Show a toast at the start of the next run."""
    set_value("notice", text)


def take_notice() -> str | None:
    """The toast to show now, once."""
    text: str | None = st.session_state.pop(widget("notice"), None)
    return text


def remark(text: str) -> None:
    """Say something about the text just written, in the next run, until the one after."""
    set_value("remark", text)


def take_remark() -> str | None:
    """What is to be said about the text just written, once."""
    text: str | None = st.session_state.pop(widget("remark"), None)
    return text


def fail(failure: Failure) -> None:
    """Tell in the next run what went wrong in this one."""
    set_value("failure", failure)


def take_failure() -> Failure | None:
    """What went wrong in the run before, once."""
    failure: Failure | None = st.session_state.pop(widget("failure"), None)
    return failure
