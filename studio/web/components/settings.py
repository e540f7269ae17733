"""Settings in force, what the studio takes of the disk, and the base model."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.settings import Settings
from models.catalog import find_base_model
from studio.web.components.errors import told
from studio.web.wording import plain, size

# Folders and files of the home folder, and what people call them.
PLACES = {
    "versions": "Versions of models",
    "runs": "Trainings and their checkpoints",
    "cache": "Converted base models (safe to delete)",
    "memory": "Index of the memory (safe to delete)",
    "logs": "Logs",
}


def settings_table(settings: Settings) -> None:
    """Every setting with its value and the variable that changes it."""
    st.caption(
        "Set these as environment variables or in a file .env beside the Makefile, then restart."
    )
    rows = [
        {
            "Variable": f"ZEGA_{name.upper()}",
            "Value": shown(getattr(settings, name)),
            "Setting": field.description or name,
        }
        for name, field in Settings.model_fields.items()
        if name != "database_url"
    ]
    st.dataframe(rows, hide_index=True, height="content", alt="Settings in force")


def shown(value: object) -> str:
    """A setting's value as people read it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or "not set"


def storage_table(home: Path) -> None:
    """Bytes by what they are for."""
    sizes = measured(str(home))
    rows = [{"What": name, "Size": size(count)} for name, count in sizes.items()]
    rows.append({"What": "Together", "Size": size(sum(sizes.values()))})
    st.caption(plain(f"All of it lies in {home}"))
    st.dataframe(rows, hide_index=True, alt="Storage used")


@st.cache_data(ttl=30, show_spinner=False)
def measured(home: str) -> dict[str, int]:
    """Bytes in the home folder, by place. One home serves all names, so the cache may be shared."""
    sizes = dict.fromkeys([*PLACES.values(), "Stories, examples and jobs"], 0)
    for path in Path(home).rglob("*"):
        try:
            count = path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # gone since it was listed: trainings clear up behind themselves
            continue
        first = path.relative_to(home).parts[0]
        sizes[PLACES.get(first, "Stories, examples and jobs")] += count
    return sizes


def base_model(name: str) -> None:
    """The model that is taught and taught on."""
    with told():
        model = find_base_model(name)
        st.markdown(f"**{plain(model.name)}**")
        facts = (
            f"{model.parameters / 1e6:,.0f} million parameters",
            f"licence {model.license}",
            f"{model.size_mb:,} MB on disk",
            f"{model.serve_mb:,} MB of memory to write, {model.train_mb:,} MB to train",
        )
        st.caption(plain(" · ".join(facts)))
