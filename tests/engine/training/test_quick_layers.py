"""What is computed faster is the same: attention, adapters, compiled layers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.nn.functional import scaled_dot_product_attention

from engine.training.base import base_folder, load_model
from engine.training.hardware import SHORT_ROWS
from engine.training.quick_layers import SHORT, attend, cast_adapters, compile_layers, drops

MODULE = SimpleNamespace(training=False, num_key_value_groups=3, is_causal=True)


@pytest.fixture(scope="module")
def tiny_base(tiny_gguf: Path, tiny_bases: Path) -> Path:
    return base_folder(tiny_gguf, tiny_bases)


def heads(seen: int, length: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(seen)
    return torch.randn(2, 9, length, 8), torch.randn(2, 3, seen, 8), torch.randn(2, 3, seen, 8)


@pytest.mark.parametrize("seen", [1, 7, SHORT, SHORT + 1])
def test_attention_is_the_library_s(seen: int) -> None:
    query, key, value = heads(seen, seen)
    found, _ = attend(MODULE, query, key, value, None, scaling=8**-0.5)
    expected = scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
    torch.testing.assert_close(found, expected.transpose(1, 2), rtol=1e-5, atol=1e-5)


def test_the_next_token_looks_at_all_before_it() -> None:
    query, key, value = heads(9, 9)
    whole, _ = attend(MODULE, query, key, value, None)
    last, _ = attend(MODULE, query[:, :, 6:], key, value, None)
    torch.testing.assert_close(last, whole[:, 6:])


def test_what_a_mask_hides_changes_nothing() -> None:
    query, key, value = heads(6, 6)
    mask = torch.ones(6, 6, dtype=torch.bool).tril()
    mask[1:, 0] = False  # as for a row that is padded on the left
    found, _ = attend(MODULE, query, key, value, mask[None, None])
    key[:, :, 0] += 100
    again, _ = attend(MODULE, query, key, value, mask[None, None])
    torch.testing.assert_close(found[:, 1:], again[:, 1:])


def adapted(base: Path, *, dropout: float = 0.0, bf16: bool = False) -> Any:
    torch.manual_seed(3)
    config = LoraConfig(
        r=4,
        lora_alpha=8,
        lora_dropout=dropout,
        target_modules="all-linear",
        init_lora_weights=False,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(load_model(base, bf16=bf16, attention=SHORT_ROWS), config)


def loss_and_gradients(model: Any, length: int = 24) -> tuple[float, list[torch.Tensor]]:
    torch.manual_seed(5)
    ids = torch.randint(5, 200, (2, length))
    model.zero_grad()
    loss = model(input_ids=ids, labels=ids, use_cache=False).loss
    loss.backward()
    return float(loss.detach()), [p.grad.clone() for p in model.parameters() if p.grad is not None]


def test_adapters_without_casts_learn_the_same(tiny_base: Path) -> None:
    model = adapted(tiny_base)
    loss, gradients = loss_and_gradients(model)
    cast_adapters(model)
    cast_loss, cast_gradients = loss_and_gradients(model)
    assert cast_loss == pytest.approx(loss, rel=1e-5)
    assert len(cast_gradients) == len(gradients) > 0
    for one, other in zip(gradients, cast_gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_a_bf16_base_keeps_its_adapters_in_fp32(tiny_base: Path) -> None:
    model = adapted(tiny_base, bf16=True)
    cast_adapters(model)
    _, gradients = loss_and_gradients(model)
    assert {gradient.dtype for gradient in gradients} == {torch.float32}


def test_dropout_is_at_work_in_training_only(tiny_base: Path) -> None:
    model = adapted(tiny_base, dropout=0.5)
    cast_adapters(model)
    ids = torch.arange(5, 25)[None]
    with torch.no_grad():
        assert torch.equal(model.eval()(ids).logits, model(ids).logits)
        assert not torch.equal(model.train()(ids).logits, model(ids).logits)


def test_a_model_computes_in_training_as_in_use_unless_it_drops_something(tiny_base: Path) -> None:
    assert not drops(adapted(tiny_base))
    assert drops(adapted(tiny_base, dropout=0.1))
    model = adapted(tiny_base)
    model.get_base_model().get_decoder().layers[0].self_attn.attention_dropout = 0.1
    assert drops(model)


@pytest.mark.prove
def test_compiled_layers_learn_the_same_from_rows_of_any_length(tiny_base: Path) -> None:
    model = adapted(tiny_base)
    cast_adapters(model)
    lengths = (24, 31, 9)
    expected = [loss_and_gradients(model, length) for length in lengths]
    compile_layers(model)
    for length, (loss, gradients) in zip(lengths, expected, strict=True):
        found, compiled = loss_and_gradients(model, length)
        assert found == pytest.approx(loss, rel=1e-4)
        for one, other in zip(gradients, compiled, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)
