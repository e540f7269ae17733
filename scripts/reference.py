"""The reference passages of the quality score, as texts for benchmarks."""

from __future__ import annotations

from pathlib import Path

import yaml


def reference_texts() -> list[dict[str, str]]:
    path = Path(__file__).parent.parent / "engine" / "quality" / "reference.yaml"
    rows: list[dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return rows
