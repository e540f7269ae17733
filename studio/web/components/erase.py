"""Erasing texts: say which, see everything that holds them or learned from them, then erase or not."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from engine.domain.erasure import Erasure, ErasurePlan, Noun, Why
from engine.domain.imports import Import
from engine.engine import Engine
from engine.errors import EngineError
from studio.web import session
from studio.web.components.errors import told
from studio.web.navigation import AUTO_TRAIN
from studio.web.wording import moment, plain

OPEN = "erase/open"  # what the dialog is about: an ErasurePlan
PHRASE = "erase/phrase"
SHOWN = 200
# One of them, and several.
NOUNS = {
    Noun.EXAMPLE: ("example", "examples"),
    Noun.DRAFT: ("draft", "drafts"),
    Noun.STORY: ("story", "stories"),
    Noun.PASSAGE: ("passage of your memory", "passages of your memory"),
    Noun.CANDIDATE: ("rejected text", "rejected texts"),
    Noun.DECISION: ("note of a review", "notes of a review"),
    Noun.INPUT: ("prompt of a two-phase training", "prompts of a two-phase training"),
    Noun.VOTE: ("vote in the arena", "votes in the arena"),
    Noun.BENCHMARK: ("row of a benchmark", "rows of a benchmark"),
    Noun.REMARK: ("note to a thumb", "notes to thumbs"),
    Noun.SNAPSHOT: ("training set", "training sets"),
    Noun.RUN: ("training", "trainings"),
    Noun.VERSION: ("version of your model", "versions of your model"),
    Noun.EXPORT: ("export", "exports"),
}
WHYS = {
    Why.CHOSEN: "You chose it",
    Why.PHRASE: "Holds the words",
    Why.VARIANT: "Made from it",
    Why.REPEATS: "Nearly the same text",
    Why.WORDS: "Says much of the same",
    Why.LEARNED: "Learned from it",
    Why.MEASURED: "Only measured on it",
    Why.LISTS: "Lists it",
}


def show_erase(studio: Engine) -> None:
    """The tab: words or an import to find, and what was erased before."""
    st.markdown(
        "Take a text back: a name, a secret, something that was not yours. It goes from everything "
        "you have here, and versions of your model that learned it answer no more."
    )
    imports = {each.id: each for each in studio.imports.list(session.me())}
    with st.form("erase/find", border=True):
        phrase = st.text_input(
            "Every text with these words",
            key=session.widget(PHRASE),
            placeholder="At least 4 letters, in any case",
        )
        import_id = st.selectbox(
            "Or everything that came with an import",
            ["", *imports],
            format_func=lambda each: import_label(imports[each]) if each else "None",
        )
        asked = st.form_submit_button("Show what would go", icon=":material/search:")
    if asked:
        with told(safe="Nothing was erased."), st.spinner("Reading every text you have here …"):
            look(studio, phrase=phrase, import_id=import_id)
    st.caption("One text alone: click it on the tab Examples and choose Erase.")
    dialog(studio)
    history(studio)


def import_label(found: Import) -> str:
    """E.g. `3 Nov 2026, 14:05: letters.docx and 4 more`."""
    first, more = found.files[0].name, len(found.files) - 1
    return f"{moment(found.created_at)}: {first}" + (f" and {more} more" if more else "")


def erase_button(studio: Engine, example_id: str) -> None:
    """Beside one example: opens the dialog with what it reaches."""
    if st.button("Erase …", key=f"erase/{example_id}", icon=":material/delete_forever:"):
        with told(safe="Nothing was erased."):
            look(studio, example_ids=(example_id,))
    dialog(studio)


def look(
    studio: Engine, example_ids: tuple[str, ...] = (), *, phrase: str = "", import_id: str = ""
) -> None:
    """Make the plan and open the dialog with it."""
    plan = studio.lineage.plan_erasure(
        session.me(), example_ids, phrase=phrase, import_id=import_id
    )
    if plan.is_empty:
        st.info("No text of yours holds this.", icon=":material/search_off:")
    else:
        session.set_value(OPEN, plan)


def dialog(studio: Engine) -> None:
    """What would go, and the two ways out."""
    plan: ErasurePlan | None = session.value(OPEN)
    if plan is None:
        return

    @st.dialog("Erase for good?", width="large", on_dismiss=lambda: session.forget(OPEN))
    def opened() -> None:
        what_goes(plan)
        with st.container(horizontal=True):
            if st.button("Erase all of this", type="primary", icon=":material/delete_forever:"):
                erase(studio, plan)
            # A callback alone would not do: a dialog closes with a run of the whole page.
            if st.button("Keep everything", key="erase/keep"):
                session.forget(OPEN)
                st.rerun()

    opened()


def what_goes(plan: ErasurePlan) -> None:
    """In a sentence, then thing by thing."""
    st.markdown(plain(f"This reaches {counted(Counter(each.noun for each in plan.reached))}."))
    if plan.quarantined:
        names = ", ".join(each.label for each in plan.quarantined)
        st.warning(
            plain(
                f"{names}: learned from it, so it will answer no more and its files are deleted."
            ),
            icon=":material/block:",
        )
    st.dataframe(
        [
            {
                "What": NOUNS[each.noun][0].capitalize(),
                "Why": WHYS[each.why],
                "How it begins": each.label,
            }
            for each in plan.reached[:SHOWN]
        ],
        hide_index=True,
        height="auto" if len(plan.reached) < 10 else 300,
    )
    if len(plan.reached) > SHOWN:
        st.caption(plain(f"The first {SHOWN} of {len(plan.reached):,}."))
    if plan.files:
        with st.expander(f"Files that are deleted: {len(plan.files)}", icon=":material/folder:"):
            st.text("\n".join(plan.files))
    if plan.elsewhere:
        st.info(
            plain("Copies that only you can delete: " + "; ".join(plan.elsewhere)),
            icon=":material/outbox:",
        )
    st.caption("The texts themselves are gone afterwards. There is no way back.")


def erase(studio: Engine, plan: ErasurePlan) -> None:
    """Do it, and say what is left to do."""
    try:
        with st.spinner("Erasing …"):
            done = studio.lineage.erase(plan)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
    else:
        rest = "" if done.finished_at else " A training on it is being stopped; its files go then."
        session.notice(f"Erased.{rest}")
        session.forget(PHRASE)  # the words must not stay in the field
    session.forget(OPEN)
    st.rerun()


def history(studio: Engine) -> None:
    """What was erased, and the way to a model without it."""
    erasures = studio.lineage.erasures(session.me(), limit=20)
    if not erasures:
        return
    st.subheader("Erased so far")
    for each in erasures:
        with st.container(border=True, gap="xxsmall"):
            st.markdown(plain(f"{moment(each.created_at)}: {each.chosen}"))
            st.caption(plain(f"Reached {reached_by(each)}."))
            if each.finished_at is None:
                st.caption("A training on it is being stopped; its files are deleted then.")
    shut = [each.created_at for each in erasures if each.count(Noun.VERSION)]
    newest = studio.store.versions.list(session.me(), limit=1)
    if shut and newest and newest[0].created_at < max(shut):
        retrain(studio)


def retrain(studio: Engine) -> None:
    """One click to a version that learns from what remains."""
    if st.button("Train again on what remains", icon=":material/model_training:"):
        with told(safe="Your examples are safe."):
            studio.start_training(session.me())
            session.notice("The training is on its way.")
            st.switch_page(AUTO_TRAIN.path)


def reached_by(erasure: Erasure) -> str:
    return counted(Counter({Noun(name): len(ids) for name, ids in erasure.reached.items()}))


def counted(counts: Counter[Noun]) -> str:
    """E.g. `2 examples, 1 draft and 1 version of your model`."""
    parts = [f"{counts[noun]:,} {NOUNS[noun][counts[noun] != 1]}" for noun in NOUNS if counts[noun]]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
