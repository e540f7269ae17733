"""A base model as transformers reads it: converted once from its GGUF file, cached, loaded whole.

Training starts from the very weights that are served: the GGUF's values, written out as fp32.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

from models.weights import sha256_of

# A training that is cancelled leaves its conversion to end by itself, and the next one needs the same: two
# threads cannot load transformers at once.
_converting = threading.Lock()


def base_folder(weights: Path, cache: Path) -> Path:
    """The folder of safetensors for `weights` (a GGUF file or already such a folder).

    The first call for a GGUF converts it into `cache` (about 15 s for 135M parameters); the folder
    appears whole or not at all.
    """
    if weights.is_dir():
        return weights
    target = cache / f"{weights.stem}-{sha256_of(weights)[:16]}"
    with _converting:
        return target if target.exists() else _converted(weights, target)


def _converted(weights: Path, target: Path) -> Path:
    cache = target.parent
    cache.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix="convert-", dir=cache))
    try:
        _convert(weights, half)
        os.replace(half, target)
    except OSError:
        if not target.exists():  # else another process was faster, and its folder is as good
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return target


def _convert(gguf: Path, out: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar that cannot be switched off
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.float32
        )
    # The weights are plain numbers now; what says otherwise would refuse to be saved.
    model.hf_quantizer = None
    model.is_quantized = False
    model.quantization_method = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(out)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(out)


def load_tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(folder: Path, *, bf16: bool, attention: str = "sdpa", four_bit: bool = False) -> Any:
    """The causal model in bf16 (training, where the machine has it) or fp32 (evaluation).

    With `four_bit` its weights are held in 4 bits on the GPU; products stay in bf16 or fp32.
    """
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    dtype = torch.bfloat16 if bf16 else torch.float32
    quantized = {
        "quantization_config": BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    }
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation=attention, **(quantized if four_bit else {})
    )


def cpu_has_bf16() -> bool:
    """Whether bf16 products are native here (AVX-512 BF16 or AMX); emulated ones are slower than fp32."""
    import torch

    capabilities = torch.backends.cpu.get_cpu_capability
    if "AVX512" not in capabilities():
        return False
    flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    return "avx512_bf16" in flags or "amx_bf16" in flags
