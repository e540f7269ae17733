"""The tabs of the Data page. Only the one that is open does any work."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.engine import Engine
from studio.web import session
from studio.web.components.erase import show_erase
from studio.web.components.examples import show_examples
from studio.web.components.exports import show_export
from studio.web.components.imports import show_import
from studio.web.components.keywords import show_keywords
from studio.web.components.snapshots import show_snapshots
from studio.web.components.templates import show_templates
from studio.web.components.variants import show_variants

# A new tab is a line here: its name, and what draws it.
TABS: dict[str, Callable[[Engine], None]] = {
    "Examples": show_examples,
    "Import": show_import,
    "Templates": show_templates,
    "Keywords": show_keywords,
    "Export": show_export,
    "Variants": show_variants,
    "Snapshots": show_snapshots,
    "Erase": show_erase,
}


def show_tabs(studio: Engine) -> None:
    """The row of tabs, and the open one."""
    places = st.tabs(list(TABS), key=session.widget("data/tab"), on_change="rerun")
    for place, draw in zip(places, TABS.values(), strict=True):
        if place.open:
            with place:
                draw(studio)
