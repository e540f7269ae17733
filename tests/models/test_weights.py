"""Catalog, checksums and memory: what may be loaded, and what is refused with a figure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.catalog import base_models, check_memory, find_base_model, read_catalog
from models.errors import ChecksumMismatch, DoesNotFit, WeightsMissing
from models.gguf import chat_template, identity
from models.weights import locate, sha256_of, verify, verify_packaged


def test_the_catalog_names_licence_size_and_memory_of_each_model() -> None:
    names = [model.name for model in base_models()]
    assert names[0] == "SmolLM2-135M-Instruct"
    assert {"SmolLM2-360M-Instruct", "Qwen2.5-7B-Instruct", "DialoGPT-medium", "t5-small"} <= set(
        names
    )
    for model in base_models():
        assert model.license
        assert model.size_mb > 0
        assert model.train_mb > model.serve_mb > 0


def test_packaged_weights_are_whole() -> None:
    checked = verify_packaged()
    assert checked[0] == "SmolLM2-135M-Instruct"
    assert read_catalog()["embedding"]["name"] in checked


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"good")
    good = sha256_of(path)
    assert verify(path, good) == path
    path.write_bytes(b"evil!")
    with pytest.raises(ChecksumMismatch):
        verify(path, good)


def test_a_model_that_does_not_fit_is_refused_with_both_figures() -> None:
    giant = replace(base_models()[0], name="giant", serve_mb=10**9, train_mb=10**9)
    with pytest.raises(DoesNotFit) as caught:
        check_memory(giant, "train")
    assert caught.value.needed_mb == 10**9
    assert f"{caught.value.available_mb:,} MB are free" in str(caught.value)
    check_memory(giant, "train", held_mb=10**9)


def test_unknown_and_unreachable_models_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsMissing, match="SmolLM2-135M-Instruct"):
        find_base_model("no-such-model")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsMissing, match="ZEGA_MODELS_DIR"):
        locate(find_base_model("Qwen3-0.6B"), tmp_path)


def test_a_folder_under_models_dir_stands_in_for_the_hub(tmp_path: Path) -> None:
    folder = tmp_path / "Qwen3-0.6B"
    folder.mkdir()
    assert locate(find_base_model("Qwen3-0.6B"), tmp_path) == folder


def test_a_path_is_a_base_model(tiny_gguf: Path) -> None:
    model = find_base_model(str(tiny_gguf))
    assert model.source == "path"
    assert locate(model) == tiny_gguf
    assert "<|im_start|>" in chat_template(tiny_gguf)
    assert identity(tiny_gguf).sha256 == sha256_of(tiny_gguf)
