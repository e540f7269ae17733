"""The model that `lora_sft` trains: a frozen base with an adapter, kept for the next training like it.

A process that trains for one user after another loads and compiles once. Nothing else stays: the adapter
is drawn anew from each training's seed, so that a training ends the same whatever was trained before it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora.layer import LoraLayer
from transformers import set_seed

from engine.training.base import load_model
from engine.training.hardware import Choice
from engine.training.quick_layers import cast_adapters, compile_layers

ADAPTER = "default"


class Kept(NamedTuple):
    """A model and the `forward` of its base, which every SFTTrainer wraps once more."""

    model: Any
    forward: Callable[..., Any]


# At most one, by what it was made from.
_kept: dict[tuple[Any, ...], Kept] = {}


def adapted_model(
    base: Path, choice: Choice, *, rank: int, alpha: int, dropout: float, seed: int
) -> Any:
    """A PEFT model of `base` whose adapter is new: drawn from `seed`, as yet without effect.

    It is the same object as before where only the seed differs.
    """
    settings = (base, choice, rank, alpha, dropout)
    if settings not in _kept:
        forget()
        loaded = _load(base, choice, rank=rank, alpha=alpha, dropout=dropout)
        _kept[settings] = Kept(loaded, loaded.get_base_model().forward)
    model, forward = _kept[settings]
    model.get_base_model().forward = forward
    set_seed(seed)
    model.zero_grad()
    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.reset_lora_parameters(ADAPTER, init_lora_weights=True)
    return model


def forget() -> None:
    """Let go of the model that is kept, with its compiled code: there may be no room for two."""
    if _kept:
        _kept.clear()
        torch.compiler.reset()
        gc.collect()


def _load(base: Path, choice: Choice, *, rank: int, alpha: int, dropout: float) -> Any:
    loaded = load_model(
        base, bf16=choice.bf16, attention=choice.attention, four_bit=choice.four_bit
    )
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(loaded, config, adapter_name=ADAPTER)
    cast_adapters(model)
    if choice.compiled:
        compile_layers(model)
    return model
