"""The same model, faster on a CPU: attention of short rows, adapters without casts, compiled layers.

On short rows a CPU's fused attention is slower than the plain products it avoids, once these are compiled.
PEFT casts every input of an adapter to fp32; here the adapter's small matrices are cast instead, and stay
fp32 where they are learned. What each of them is worth: docs/decisions/019-fast-training.md.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import torch
from peft.tuners.lora.layer import Linear as LoraLinear
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from engine.training.hardware import SHORT_ROWS

# Tokens. Scores of longer rows take more memory than they save time.
SHORT = 640


def attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    dropout: float = 0.0,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """Causal attention by plain products; long or masked rows go the library's way.

    `query` is (batch, heads, length, size), `key` and `value` have fewer heads where queries share them.
    """
    batch, heads, length, size = query.shape
    shared, seen = key.shape[1], key.shape[2]
    if attention_mask is not None or seen > SHORT:
        return sdpa_attention_forward(  # type: ignore[no-any-return]
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **more
        )
    scale = size**-0.5 if scaling is None else scaling
    # Queries that share a key are rows of one product.
    rows = (query * scale).reshape(batch, shared, -1, size)
    scores = torch.matmul(rows, key.transpose(2, 3)).view(batch, shared, -1, length, seen)
    place = torch.arange(seen, device=query.device)
    scores = scores.float().masked_fill(place > place[seen - length :, None], float("-inf"))
    weights = scores.softmax(-1).to(value.dtype)
    if dropout:
        weights = torch.nn.functional.dropout(weights, dropout, training=module.training)
    mixed = torch.matmul(weights.view(batch, shared, -1, seen), value)
    return mixed.view(batch, heads, length, size).transpose(1, 2), None


AttentionInterface.register(SHORT_ROWS, attend)
AttentionMaskInterface.register(SHORT_ROWS, sdpa_mask)


def cast_adapters(model: Any) -> None:
    """Let every adapted linear layer of a PEFT model compute in the type of its input."""
    for module in model.modules():
        if type(module) is LoraLinear:
            module.forward = MethodType(_forward, module)


def _forward(module: Any, x: torch.Tensor) -> torch.Tensor:
    linear = torch.nn.functional.linear
    y: torch.Tensor = module.base_layer(x)
    for name in module.active_adapters:
        down = module.lora_A[name].weight.to(x.dtype)
        up = (module.lora_B[name].weight * module.scaling[name]).to(x.dtype)
        y = y + linear(linear(module.lora_dropout[name](x), down), up)
    return y


def compile_layers(model: Any) -> None:
    """Compile each decoder layer of a PEFT model, once for all of them and for every length of rows.

    What cannot be compiled later on is computed as it is; whether it can be at all, a trainer tries first.
    """
    torch._dynamo.config.suppress_errors = True
    # Without it the first layer's input wants no gradient, and would be compiled a second time.
    model.enable_input_require_grads()
    for layer in model.get_base_model().get_decoder().layers:
        layer.compile(dynamic=True)


def leave_layers(model: Any) -> None:
    """Compute the decoder layers of a PEFT model as they are."""
    for layer in model.get_base_model().get_decoder().layers:
        layer._compiled_call_impl = None


def drops(model: Any) -> bool:
    """Whether a model leaves something out by chance in training, so that it computes otherwise in use."""
    return any(
        (isinstance(module, torch.nn.Dropout) and module.p > 0)
        or getattr(module, "attention_dropout", 0) > 0
        for module in model.modules()
    )
