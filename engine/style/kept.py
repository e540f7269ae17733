"""Where the report on a version's style is kept: with its user's preferences, without a word of texts."""

from __future__ import annotations

from pydantic import TypeAdapter

from engine.domain.style import StyleReport
from engine.domain.version import Version
from engine.store import Store

_REPORT = TypeAdapter(StyleReport)


def keep(store: Store, version: Version, report: StyleReport) -> None:
    """Keep the report on a version, over an earlier one."""
    store.preferences.set(version.user_id, _key(version), _REPORT.dump_python(report, mode="json"))


def kept(store: Store, version: Version) -> StyleReport | None:
    """The report that was made of a version, if any was."""
    value = store.preferences.get(version.user_id, _key(version))
    return None if value is None else _REPORT.validate_python(value)


def _key(version: Version) -> str:
    return f"style/{version.id}"
