"""Conversions: what they make, what they say when they fail, and that they end with their parent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from models.gguf import ROOT, ConversionFailed, folder_to_gguf


def test_a_failed_conversion_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(ConversionFailed, match=r"convert_hf_to_gguf\.py failed"):
        folder_to_gguf(tmp_path / "model", tmp_path / "out" / "model.gguf", outtype="f16")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_script_on_the_lifeline_ends_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys, time\nprint(sys.argv[1:], flush=True)\ntime.sleep(600)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "models.lifeline", str(script), "one", "two"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"['one', 'two']\n"
    process.stdin.close()
    assert process.wait(60) == 0
    process.stdout.close()
