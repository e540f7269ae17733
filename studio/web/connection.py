"""The engine of this process: opened once and shared. It holds nothing of any user."""

from __future__ import annotations

import streamlit as st

from engine.bootstrap import open_engine
from engine.engine import Engine


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The one engine. Raises `SettingsError` for a setting that cannot be used."""
    return open_engine()
