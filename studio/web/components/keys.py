"""Keys that press buttons. Streamlit's own shortcuts cannot have R and C."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


def keys(buttons: Mapping[str, str]) -> None:
    """Let each key press the button whose widget key has this part in it, while the page is shown."""
    _component()(data={"keys": dict(buttons)}, key="keys", height=0)


@cache
def _component() -> Any:
    script = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    return st.components.v2.component("keys", js=script)
