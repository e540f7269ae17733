"""The form of one provider: to add it, or to change what was set up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.domain.provider import Provider
from engine.engine import Engine
from engine.errors import EngineError
from engine.teaching.models import MODULES
from models.errors import ModelError
from studio.web import session
from studio.web.components.errors import show_error, told
from studio.web.wording import plain

ADD = "add"


@dataclass(frozen=True)
class Preset:
    """What a kind of provider usually needs."""

    kind: str
    name: str
    base_url: str
    at_once: int


PRESETS = {
    "Gemini": Preset("gemini", "Gemini", "", 8),
    "Ollama on this machine": Preset("openai", "Ollama", "http://127.0.0.1:11434/v1", 2),
    "OpenAI-compatible": Preset("openai", "", "", 8),
}
# A kind without a preset is offered by its own name.
PRESETS |= {
    kind.capitalize(): Preset(kind, kind.capitalize(), "", 8)
    for kind in MODULES
    if kind not in {preset.kind for preset in PRESETS.values()}
}


def provider_form(studio: Engine, provider: Provider | None, *, close: Callable[[], None]) -> None:
    """Fields and a button that saves. What is wrong with them is said above the button."""
    field = provider.id if provider else ADD
    if provider is None:
        preset = PRESETS[
            st.selectbox(
                "What is it?",
                list(PRESETS),
                key=session.widget(f"provider/{field}/preset"),
                on_change=take_preset,
            )
        ]
        for name, first in first_values(preset).items():
            session.start_with(f"provider/{field}/{name}", first)
    else:
        for name in ("name", "base_url", "model", "concurrency", "price_in", "price_out"):
            session.start_with(f"provider/{field}/{name}", getattr(provider, name))
    values = fields(field, provider)
    if provider is not None:
        model_names(studio, provider)
    if st.button("Save", type="primary", icon=":material/save:", key="provider/save"):
        with told():
            save(studio, provider, values)
            for name in values:
                session.forget(f"provider/{field}/{name}")
            close()
            session.notice("Saved. Test it to see that it answers.")
            st.rerun()


def first_values(preset: Preset) -> dict[str, Any]:
    """What the fields begin with."""
    return {
        "name": preset.name,
        "base_url": preset.base_url,
        "model": "",
        "concurrency": preset.at_once,
        "price_in": 0.0,
        "price_out": 0.0,
    }


def take_preset() -> None:
    """Another kind of provider begins with other values."""
    preset = PRESETS[session.value(f"provider/{ADD}/preset")]
    for name, first in first_values(preset).items():
        session.set_value(f"provider/{ADD}/{name}", first)


def fields(of: str, provider: Provider | None) -> dict[str, Any]:
    """The fields, and what is in them."""

    def key(name: str) -> str:
        return session.widget(f"provider/{of}/{name}")

    kept = provider is not None and provider.has_key
    return {
        "name": st.text_input("Name", key=key("name"), max_chars=60),
        "base_url": st.text_input(
            "Address",
            key=key("base_url"),
            placeholder="empty for Gemini; else like https://api.example.com/v1",
            help="Another address forgets the saved key: it was meant for the old one.",
        ),
        "key": st.text_input(
            "Key",
            type="password",
            key=key("key"),
            live=True,  # a step with Tab ends on the eye inside the field, and would send nothing
            autocomplete="off",
            placeholder="key saved; type to replace it" if kept else "none",
            help="Kept encrypted on this machine and never shown again.",
        ),
        "model": st.text_input(
            "Model",
            key=key("model"),
            max_chars=200,
            help="Save first, then Edit shows the models that the provider has.",
        ),
        "concurrency": st.number_input("Answers at once", 1, 64, key=key("concurrency")),
        "price_in": st.number_input("Price of a million tokens read", 0.0, key=key("price_in")),
        "price_out": st.number_input(
            "Price of a million tokens written", 0.0, key=key("price_out")
        ),
    }


def model_names(studio: Engine, provider: Provider) -> None:
    """The provider's own list, to take a model from."""
    if not st.button("Show its models", icon=":material/list:", key="provider/models"):
        return
    try:
        names = studio.teachers.models(provider.id)
    except (EngineError, ModelError) as error:
        show_error(str(error), error.code)
        return
    st.caption(f"{len(names)} models; a click takes one.")
    with st.container(height=180):
        for name in names:
            st.button(
                plain(name),
                key=f"provider/model/{name}",
                type="tertiary",
                on_click=session.set_value,
                args=(f"provider/{provider.id}/model", name),
            )


def save(studio: Engine, provider: Provider | None, values: dict[str, Any]) -> None:
    """Set it up, or change it; an empty key field keeps the key. Raises `InvalidInput`."""
    values = dict(values)
    if provider is None:
        kind = PRESETS[session.value(f"provider/{ADD}/preset")].kind
        studio.teachers.add(kind=kind, **values)
        return
    values["key"] = values["key"] or None
    studio.teachers.update(provider.id, **values)
