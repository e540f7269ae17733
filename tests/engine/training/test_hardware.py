"""The settings that are chosen for a machine; no GPU is needed to see what one would get."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import InvalidInput
from engine.training.hardware import (
    COMPILE_TOKENS,
    LONG_ROWS,
    SHORT_ROWS,
    Choice,
    Machine,
    choose,
    this_machine,
)
from engine.training.recipe import load_recipe

CPU = Machine(cuda=False, bf16=False, flash_attention=True, liger=True, bitsandbytes=True)
GPU = Machine(cuda=True, bf16=True, flash_attention=True, liger=True, bitsandbytes=True)


def test_a_cpu_gets_the_loss_on_answers_and_nothing_of_a_gpu() -> None:
    assert choose(CPU, four_bit=False, max_length=4096, tokens=0) == Choice(
        cuda=False,
        bf16=False,
        attention="sdpa",
        liger=False,
        four_bit=False,
        gradient_checkpointing=False,
        compiled=False,
    )
    assert choose(replace(CPU, bf16=True), four_bit=False, max_length=512, tokens=0).bf16


def test_a_gpu_gets_bf16_flash_attention_and_the_fused_loss() -> None:
    quick = load_recipe("quick")
    chosen = choose(GPU, four_bit=False, max_length=quick.max_length, tokens=0)
    assert (chosen.cuda, chosen.bf16, chosen.liger) == (True, True, True)
    assert chosen.attention == "flash_attention_2"
    assert not chosen.gradient_checkpointing
    assert not chosen.four_bit


@pytest.mark.parametrize("missing", ["flash_attention", "bf16"])
def test_flash_attention_needs_its_package_and_bf16(missing: str) -> None:
    machine = replace(GPU, **{missing: False})
    assert choose(machine, four_bit=False, max_length=512, tokens=0).attention == "sdpa"


def test_without_its_package_the_loss_is_not_fused() -> None:
    assert not choose(replace(GPU, liger=False), four_bit=False, max_length=512, tokens=0).liger


@pytest.mark.parametrize(
    ("four_bit", "max_length", "expected"),
    [(False, LONG_ROWS - 1, False), (False, LONG_ROWS, True), (True, 512, True)],
)
def test_long_rows_and_four_bits_are_computed_again(
    four_bit: bool, max_length: int, expected: bool
) -> None:
    chosen = choose(GPU, four_bit=four_bit, max_length=max_length, tokens=0)
    assert chosen.gradient_checkpointing is expected
    assert chosen.four_bit is four_bit


def test_four_bits_without_a_gpu_or_the_package_are_refused() -> None:
    with pytest.raises(InvalidInput, match="needs a GPU"):
        choose(CPU, four_bit=True, max_length=512, tokens=0)
    with pytest.raises(InvalidInput, match="needs bitsandbytes"):
        choose(replace(GPU, bitsandbytes=False), four_bit=True, max_length=512, tokens=0)


def test_this_machine_is_what_torch_says() -> None:
    import torch

    assert this_machine().cuda is torch.cuda.is_available()


@pytest.mark.parametrize(
    ("machine", "tokens", "expected"),
    [
        (replace(CPU, compiler=True), COMPILE_TOKENS, True),
        (replace(CPU, compiler=True), COMPILE_TOKENS - 1, False),
        (CPU, COMPILE_TOKENS, False),
        (replace(GPU, compiler=True), COMPILE_TOKENS, False),
    ],
)
def test_a_cpu_compiles_when_there_is_enough_to_do(
    machine: Machine, tokens: int, expected: bool
) -> None:
    chosen = choose(machine, four_bit=False, max_length=512, tokens=tokens)
    assert chosen.compiled is expected
    assert (chosen.attention == SHORT_ROWS) is expected
