"""The examples of docs/api.md run as they are, against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.engine import Engine
from tests.fake_llamacpp import FakeLlamaCpp
from tests.processes import ROOT
from tests.studio.api.conftest import Hands

TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
CURL = Path(__file__).with_name("curl.py")
EXAMPLES = re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_documentation_works(
    address: str, engine: Engine, teacher: FakeLlamaCpp, hands: Hands, tmp_path: Path, number: int
) -> None:
    hands.work = True
    engine.ensure_user("anna")
    curl = tmp_path / "curl"
    curl.write_text(f"#!{sys.executable}\n{CURL.read_text(encoding='utf-8')}", encoding="utf-8")
    curl.chmod(0o700)
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", EXAMPLES[number].replace("127.0.0.1:8501", address)],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.rstrip().endswith("}")
    hands.finish()  # while the teacher is there


def test_there_is_an_example_for_every_route() -> None:
    shown = "\n".join(EXAMPLES)
    for place in ("/auto-train", "/training/genres", "/api/health", "/start?", "/activate?"):
        assert place in shown
