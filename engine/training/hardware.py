"""What a training uses of a machine: chosen by one function from what is there and what is asked.

`this_machine` looks; `choose` only decides, so that the choices for a GPU can be tested without one.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from engine.errors import InvalidInput

# From so many tokens a row, a GPU keeps layers' inputs only and computes the rest again.
LONG_ROWS = 2048
# Compiling for the first time takes about as long as it saves in so many tokens.
COMPILE_TOKENS = 30_000
# Attention of short rows by plain products, which is faster on a CPU once compiled: quick_layers.py.
SHORT_ROWS = "short_rows"


@dataclass(frozen=True)
class Machine:
    """`bf16`: products of bf16 are native. `compiler`: torch can compile for the CPU. The others are
    packages that can be used here."""

    cuda: bool
    bf16: bool
    flash_attention: bool = False
    liger: bool = False
    bitsandbytes: bool = False
    compiler: bool = False


@dataclass(frozen=True)
class Choice:
    """`bf16` is how the base is held, else fp32. `liger` is the fused loss of TRL's own trainer; without
    it the loss looks at answer positions only. `compiled`: decoder layers are."""

    cuda: bool
    bf16: bool
    attention: str
    liger: bool
    four_bit: bool
    gradient_checkpointing: bool
    compiled: bool


def choose(machine: Machine, *, four_bit: bool, max_length: int, tokens: int) -> Choice:
    """The settings for a machine and so many tokens to be read in all epochs.

    Raises `InvalidInput` where 4 bits are asked for in vain.
    """
    if four_bit and not machine.cuda:
        raise InvalidInput("model.lora.four_bit", "needs a GPU, and there is none to be used here")
    if four_bit and not machine.bitsandbytes:
        raise InvalidInput(
            "model.lora.four_bit", "needs bitsandbytes, which is not installed: set it to false"
        )
    flash = machine.cuda and machine.bf16 and machine.flash_attention
    compiled = machine.compiler and not machine.cuda and tokens >= COMPILE_TOKENS
    return Choice(
        cuda=machine.cuda,
        bf16=machine.bf16,
        attention="flash_attention_2" if flash else SHORT_ROWS if compiled else "sdpa",
        liger=machine.cuda and machine.liger,
        four_bit=four_bit,
        gradient_checkpointing=machine.cuda and (four_bit or max_length >= LONG_ROWS),
        compiled=compiled,
    )


def this_machine() -> Machine:
    """What is here. Loads torch."""
    import torch

    from engine.training.base import cpu_has_bf16

    cuda = torch.cuda.is_available()
    return Machine(
        cuda=cuda,
        bf16=torch.cuda.is_bf16_supported() if cuda else cpu_has_bf16(),
        flash_attention=find_spec("flash_attn") is not None,
        liger=find_spec("liger_kernel") is not None,
        bitsandbytes=find_spec("bitsandbytes") is not None,
        compiler=can_compile(),
    )


def can_compile() -> bool:
    """Whether there is a C++ compiler with Python's headers, which torch's own compiler needs."""
    headers = Path(sysconfig.get_paths()["include"], "Python.h")
    wanted = os.environ.get("TORCHDYNAMO_DISABLE") != "1"
    return wanted and shutil.which("g++") is not None and headers.exists()
