"""The loss on a text: which tokens count, and what may be loaded to measure it."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch

from engine.domain.version import AdapterIdentity
from engine.errors import Cancelled, EvaluationFailed, IdentityMismatch, InvalidInput
from engine.evaluation import parent
from engine.evaluation.parent import check_text, measure_text, run_child, verified_adapter
from engine.evaluation.text_loss import UNCOUNTED, WINDOW, text_loss, windows
from engine.registry.register import ADAPTER_FILE
from models.errors import ChecksumMismatch
from models.gguf import identity
from models.weights import sha256_of
from tests.engine.store.conftest import Make
from tests.fake_llamacpp import good_texts
from tests.processes import Home


class Counting:
    """A causal model that is sure the next token is one more than the last, up to `certainty`."""

    device = "cpu"

    def __init__(self, vocabulary: int, certainty: float) -> None:
        self.vocabulary = vocabulary
        self.certainty = certainty
        self.lengths: list[int] = []

    def eval(self) -> None:
        """Already."""

    def __call__(self, input_ids: Any, logits_to_keep: Any, use_cache: bool) -> SimpleNamespace:
        self.lengths.append(input_ids.shape[1])
        expected = (input_ids[0, logits_to_keep] + 1) % self.vocabulary
        rest = (1 - self.certainty) / (self.vocabulary - 1)
        p = torch.full((len(expected), self.vocabulary), rest)
        p[torch.arange(len(expected)), expected] = self.certainty
        return SimpleNamespace(logits=p.log()[None])


def test_windows_tile_the_text_and_drop_a_tail_without_a_counted_token() -> None:
    ids = list(range(2 * WINDOW + UNCOUNTED))
    assert [list(window) for window in windows(ids)] == [ids[:WINDOW], ids[WINDOW : 2 * WINDOW]]
    assert len(list(windows([*ids, 0]))) == 3
    assert list(windows(ids[:UNCOUNTED])) == []


@pytest.mark.parametrize("length", [33, 256, 257, 289, 700])
def test_only_later_tokens_of_a_window_count(length: int) -> None:
    model = Counting(50, 0.25)
    found = text_loss(model, [number % 50 for number in range(length)])
    whole, tail = divmod(length, WINDOW)
    assert found.tokens == whole * (WINDOW - UNCOUNTED) + max(0, tail - UNCOUNTED)
    assert found.loss_per_token == pytest.approx(-math.log(0.25), rel=1e-5)
    assert found.perplexity == pytest.approx(4.0, rel=1e-4)
    assert max(model.lengths) <= WINDOW


def test_a_surprise_in_the_uncounted_part_costs_nothing() -> None:
    ids = [number % 50 for number in range(WINDOW)]
    ids[10] = 49
    assert text_loss(Counting(50, 0.5), ids).perplexity == pytest.approx(2.0, rel=1e-4)
    ids[100] = 49
    assert text_loss(Counting(50, 0.5), ids).perplexity > 2.01


def test_what_gives_no_figure_is_an_error() -> None:
    with pytest.raises(ValueError, match="32 tokens long"):
        text_loss(Counting(50, 0.5), [1] * 32)
    with pytest.raises(ValueError, match="no loss that is a number"):
        text_loss(Counting(50, 0.0), list(range(40)))


def test_texts_that_are_too_short_or_too_long_are_refused() -> None:
    for text in ("", "word " * 32, "word " * 500_000):
        with pytest.raises(InvalidInput) as caught:
            check_text(text)
        assert caught.value.field == "text"
    check_text("word " * 33)


def test_the_same_text_has_the_same_loss(home: Home) -> None:
    text = " ".join(row["text"] for row in good_texts()[:3])
    once = home.engine.evaluate("anna", "base", text)
    assert once.perplexity == pytest.approx(math.exp(once.loss_per_token))
    # A random model knows nothing: near the logarithm of its vocabulary.
    assert 8.0 < once.loss_per_token < 12.0
    assert home.engine.evaluate("anna", "base", text) == once


def test_an_adapter_is_loaded_only_if_it_is_the_recorded_one(home: Home, tiny_gguf: Path) -> None:
    served = identity(tiny_gguf)
    version = Make(home.engine.store).version()
    folder = home.folder / version.adapter_path
    folder.mkdir(parents=True)
    (folder / ADAPTER_FILE).write_bytes(b"weights")
    with pytest.raises(IdentityMismatch):
        verified_adapter(version, home.folder, tiny_gguf)
    ours = replace(version, identity=AdapterIdentity(served.sha256, served.template_sha256, "x"))
    with pytest.raises(ChecksumMismatch):
        verified_adapter(ours, home.folder, tiny_gguf)
    whole = replace(ours, adapter_sha256=sha256_of(folder / ADAPTER_FILE))
    assert verified_adapter(whole, home.folder, tiny_gguf) == folder
    (folder / ADAPTER_FILE).unlink()
    with pytest.raises(EvaluationFailed, match="is missing"):
        verified_adapter(whole, home.folder, tiny_gguf)


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")
    with pytest.raises(EvaluationFailed) as caught:
        measure_text("word " * 50, weights=broken, cache=tmp_path / "cache", adapter=None)
    assert "not a GGUF file. Nothing was changed." in str(caught.value)
    assert list(tmp_path.glob("cache/*")) == []


def test_a_cancel_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    script = f"import os, time; open({str(pid)!r}, 'w').write(f'{{os.getpid()}}.'); time.sleep(60)"
    monkeypatch.setattr(parent, "CHILD", [sys.executable, "-c", script])
    with pytest.raises(Cancelled, match="The evaluation was cancelled"):
        run_child({}, lambda: pid.exists() and pid.read_text().endswith("."))
    assert not psutil.pid_exists(int(pid.read_text().rstrip(".")))
