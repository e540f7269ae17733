"""The front door: one ASGI application on one port. `streamlit run streamlit_app.py` works too.

Routes of programs (the REST API) are mounted here beside the studio: `st.App(..., routes=[...])`.
"""

from __future__ import annotations

import streamlit as st

from studio.web.components.errors import unexpected
from studio.web.navigation import ROUTER

app = st.App(ROUTER, on_script_error=unexpected)
