"""The asking side of an evaluation: check what may be loaded, start the process, read its figure."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.cancelling import ASK_SECONDS
from engine.domain.version import Version
from engine.errors import Cancelled, EvaluationFailed, InvalidInput
from engine.evaluation.child import REQUEST_FILE, RESULT_FILE
from engine.evaluation.text_loss import UNCOUNTED, TextLoss
from engine.registry.register import ADAPTER_FILE
from engine.serving.adapters import check_identity
from engine.serving.base import base_weights, served_gguf
from engine.settings import Settings
from engine.training.child import write_json
from engine.training.parent import last_line
from models.catalog import check_memory, find_base_model
from models.gguf import identity
from models.weights import verify

CHILD = [sys.executable, "-m", "engine.evaluation.child"]
ROOT = Path(__file__).parent.parent.parent
# About 500,000 tokens: half an hour on two cores.
MOST_CHARACTERS = 2_000_000


def evaluate(settings: Settings, version: Version | None, text: str) -> TextLoss:
    """The loss of a version on a text, or of the base (None); checked before anything is loaded.

    Raises `InvalidInput`, `IdentityMismatch`, `ChecksumMismatch`, `EvaluationFailed`, `DoesNotFit`.
    """
    check_text(text)
    adapter = None
    if version is not None:
        adapter = verified_adapter(version, settings.home, served_gguf(settings))
    check_memory(find_base_model(settings.base_model), "train")
    cache = settings.cache / "bases"
    return measure_text(text, weights=base_weights(settings), cache=cache, adapter=adapter)


def check_text(text: str) -> None:
    """Raise `InvalidInput` for a text that is too short or too long to be measured."""
    words = len(text.split())
    if words <= UNCOUNTED:
        raise InvalidInput("text", f"has {words} words, more than {UNCOUNTED} are needed")
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            "text", f"has {len(text):,} characters, at most {MOST_CHARACTERS:,} are read"
        )


def verified_adapter(version: Version, home: Path, served: Path) -> Path:
    """The folder of a version's adapter, once its hash and the base in use are those recorded.

    `served` is the base's GGUF file. Raises `IdentityMismatch`, `ChecksumMismatch`, or
    `EvaluationFailed` when the file is missing.
    """
    base = identity(served)
    check_identity(version, base_sha256=base.sha256, template_sha256=base.template_sha256)
    folder = home / version.adapter_path
    try:
        verify(folder / ADAPTER_FILE, version.adapter_sha256)
    except FileNotFoundError:
        raise EvaluationFailed(f"the adapter file of {version.label} is missing") from None
    return folder


def measure_text(text: str, *, weights: Path, cache: Path, adapter: Path | None) -> TextLoss:
    """The loss on a text, measured in a process of its own: some seconds to load, then about a
    second for 500 words on two cores. Raises `EvaluationFailed`.
    """
    request = {
        "text": text,
        "weights": str(weights.resolve()),
        "cache": str(cache.resolve()),
        "adapter": None if adapter is None else str(adapter.resolve()),
    }
    return TextLoss(**run_child(request))


def run_child(
    request: dict[str, Any], cancelled: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """What the evaluation process answers to a request (child.py). Raises `EvaluationFailed`, and
    `Cancelled` once the process has ended for that."""
    with tempfile.TemporaryDirectory(prefix="zega-evaluation-") as name:
        return _run(Path(name), request, cancelled)


def _run(folder: Path, request: dict[str, Any], cancelled: Callable[[], bool]) -> dict[str, Any]:
    write_json(folder / REQUEST_FILE, request)
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*CHILD, str(folder)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
            start_new_session=True,
        )
    assert process.stdin is not None
    try:
        code = _ending(process, cancelled)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdin.close()
    if code != 0:
        words = log.read_text(encoding="utf-8", errors="replace")
        reason = last_line(words).rstrip(".") or f"exit code {code}"
        raise EvaluationFailed(reason, words[-4000:])
    return dict(json.loads((folder / RESULT_FILE).read_text(encoding="utf-8")))


def _ending(process: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> int:
    while True:
        try:
            return process.wait(ASK_SECONDS)
        except subprocess.TimeoutExpired:
            if cancelled():
                raise Cancelled("The evaluation") from None
