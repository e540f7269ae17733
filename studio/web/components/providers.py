"""Teachers on the Settings page: providers of models, who teaches me, and whether text may leave."""

from __future__ import annotations

import streamlit as st

from engine.domain.provider import BUILT_IN, Provider
from engine.engine import Engine
from engine.errors import EngineError
from studio.web import session
from studio.web.components.errors import show_error, told
from studio.web.components.provider_form import ADD, provider_form
from studio.web.wording import plain

OPEN = "provider_dialog"  # what is open: ADD, the id to edit, or "remove/" and the id
REMOVE = "remove/"


def teachers(studio: Engine) -> None:
    """Everything about teachers, and the dialog that is open."""
    local_only_switch(studio)
    choose_teachers(studio)
    for provider in studio.teachers.providers():
        card(studio, provider)
    st.button(
        "Add a provider",
        icon=":material/add:",
        key="provider/add",
        on_click=open_dialog,
        args=(ADD,),
    )
    dialog(studio)


def local_only_switch(studio: Engine) -> None:
    """The switch of the whole machine."""
    forced = studio.teachers.is_forced_local
    session.set_value("local_only", studio.teachers.local_only)
    st.toggle(
        "Local only",
        key=session.widget("local_only"),
        disabled=forced,
        on_change=lambda: studio.teachers.set_local_only(bool(session.value("local_only"))),
        help="For every name on this machine, at once, also for jobs that run: "
        "no model elsewhere is asked, and none is fetched.",
    )
    if forced:
        st.caption("Kept on by the setting ZEGA\\_LOCAL\\_ONLY.")


def choose_teachers(studio: Engine) -> None:
    """One teacher, or several who answer at once."""
    names = {BUILT_IN: f"{studio.settings.base_model} (built in)"}
    names |= {each.id: f"{each.name} · {each.model}" for each in studio.teachers.providers()}
    session.set_value("teachers", studio.teachers.chosen(session.me()))
    st.multiselect(
        "Who teaches you?",
        list(names),
        format_func=lambda each: names.get(each, each),
        key=session.widget("teachers"),
        on_change=take_choice,
        args=(studio,),
        help="Several answer at once: on Write the best text is shown, in auto-training the best "
        "is kept.",
    )
    if studio.teachers.local_only and any(
        each.id in studio.teachers.chosen(session.me()) and not each.local
        for each in studio.teachers.providers()
    ):
        st.caption("Local only is on: those elsewhere are left out, the others teach you.")


def take_choice(studio: Engine) -> None:
    """Keep the choice; an empty one is the built-in base."""
    try:
        studio.teachers.choose(session.me(), session.value("teachers") or [BUILT_IN])
    except EngineError as error:
        session.notice(str(error))


def card(studio: Engine, provider: Provider) -> None:
    """One provider with what can be done about it, and what the last test said."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(provider.name)}**", width="content")
            if provider.local:
                st.badge("on this machine", icon=":material/lock:", color="blue")
            else:
                st.badge("elsewhere", icon=":material/cloud:", color="orange")
        st.caption(plain(" · ".join(facts(provider))))
        with st.container(horizontal=True):
            tested = st.button("Test", key=f"provider/{provider.id}/test", icon=":material/bolt:")
            for label, icon, what in (
                ("Edit", ":material/edit:", provider.id),
                ("Remove", ":material/delete:", REMOVE + provider.id),
            ):
                st.button(
                    label,
                    key=f"provider/{provider.id}/{label}",
                    icon=icon,
                    on_click=open_dialog,
                    args=(what,),
                )
        if tested:
            with told(), st.spinner("Asking for one sentence"):
                show_trial(studio, provider)


def facts(provider: Provider) -> list[str]:
    """What was set up, the key only as being there."""
    found = [
        provider.model or "no model chosen yet: choose Edit",
        provider.base_url or "Google's own address",
        "key saved" if provider.has_key else "no key",
        f"{provider.concurrency} at once",
    ]
    if provider.price_in or provider.price_out:
        found.append(f"{provider.price_in:g} / {provider.price_out:g} a million tokens in / out")
    return found


def show_trial(studio: Engine, provider: Provider) -> None:
    """The test's result in words. Raises `EngineError` where nothing can be asked."""
    trial = studio.teachers.test(provider.id, session.me())
    if trial.ok:
        st.success(f"It works, in {trial.ms:,} ms: “{plain(trial.words)}”", icon=":material/check:")
    else:
        # A provider that is away says itself what to look at; restarting the studio would not help.
        show_error(trial.error, trial.code, advice=trial.code != "model_unavailable")


def open_dialog(what: str | None) -> None:
    """Open a dialog, or close the one that is open."""
    session.set_value(OPEN, what)


def dialog(studio: Engine) -> None:
    """The dialog that is open, if any; one of a provider that is gone closes."""
    what = session.value(OPEN)
    if what is None:
        return
    by_id = {each.id: each for each in studio.teachers.providers()}
    provider = by_id.get(what.removeprefix(REMOVE))
    if what != ADD and provider is None:
        open_dialog(None)
        return
    removing = provider is not None and what.startswith(REMOVE)
    verb = "Remove" if removing else "Edit"
    title = f"{verb} {plain(provider.name)}" if provider else "Add a provider"

    @st.dialog(title, on_dismiss=lambda: open_dialog(None))
    def opened() -> None:
        if provider is not None and removing:
            removal(studio, provider)
        else:
            provider_form(studio, provider, close=lambda: open_dialog(None))

    opened()


def removal(studio: Engine, provider: Provider) -> None:
    """What goes with it."""
    st.markdown(
        "Its address, its model and its key are forgotten. Whoever is taught by it alone is taught "
        "by the built-in base. Texts it wrote stay."
    )
    with st.container(horizontal=True):
        if st.button("Remove it", type="primary", icon=":material/delete:", key="provider/gone"):
            with told():
                studio.teachers.remove(provider.id)
            open_dialog(None)
            session.notice(f"{provider.name} was removed.")
            st.rerun()
        # A callback alone would not do: a dialog closes with a run of the whole page.
        if st.button("Keep it", key="provider/keep"):
            open_dialog(None)
            st.rerun()
