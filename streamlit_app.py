"""The front door: one ASGI application on one port. `streamlit run streamlit_app.py` works too.

Screens are Streamlit's; beside them hangs the door for programs (studio/api), made when it is first asked.
"""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from studio.api.mount import api_route
from studio.web.components.errors import unexpected
from studio.web.framed_cookies import FramedCookies
from studio.web.guests import GuestCookie
from studio.web.late_timers import LateTimers
from studio.web.navigation import ROUTER
from studio.web.own_pages import OwnPages

app = st.App(
    ROUTER,
    on_script_error=unexpected,
    routes=[api_route()],
    middleware=[
        Middleware(OwnPages),
        Middleware(FramedCookies),
        Middleware(GuestCookie),
        Middleware(LateTimers),
    ],
)
