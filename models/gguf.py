"""Model files for llama.cpp: reading a GGUF's identity, and converting to and from it.

Conversions run llama.cpp's own scripts as a subprocess (they import torch) and are published by
rename, so that a half-written file never has its final name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.catalog import read_catalog
from models.errors import ModelError
from models.weights import converter_folder, embedding_folder, sha256_of

ROOT = Path(__file__).parent.parent
POLL_SECONDS = 0.05


class ConversionFailed(ModelError):
    code = "conversion_failed"


@dataclass(frozen=True)
class GgufIdentity:
    """What an adapter must be paired with: the exact file and the chat template inside it."""

    sha256: str
    template_sha256: str


def converter_name() -> str:
    """Name and version of the converter, stored with every adapter it made."""
    return str(read_catalog()["converter"]["name"])


def chat_template(path: Path) -> str:
    """The chat template stored in a GGUF file; empty when it has none."""
    from gguf import GGUFReader

    field = GGUFReader(path).get_field("tokenizer.chat_template")
    return "" if field is None else str(field.contents())


def identity(path: Path) -> GgufIdentity:
    """Hashes of a GGUF file and of its chat template."""
    template = chat_template(path)
    return GgufIdentity(sha256_of(path), hashlib.sha256(template.encode()).hexdigest())


def lora_to_gguf(
    adapter: Path, base: Path, out: Path, *, give_up: Callable[[], bool] = lambda: False
) -> Path:
    """Convert a PEFT adapter folder for the base in folder `base` (only its config is read).

    Once `give_up()` the conversion is ended. Raises `ConversionFailed`.
    """
    return _convert(
        "convert_lora_to_gguf.py",
        [str(adapter.resolve()), "--base", str(base.resolve())],
        "f16",
        out,
        give_up,
    )


def folder_to_gguf(folder: Path, out: Path, *, outtype: str) -> Path:
    """Convert a folder of safetensors to one GGUF file (`outtype` f16 or q8_0)."""
    return _convert("convert_hf_to_gguf.py", [str(folder.resolve())], outtype, out)


def embedding_gguf(cache: Path) -> Path:
    """The packaged embedding model as GGUF, converted once into `cache`."""
    out = cache / "all-MiniLM-L6-v2.f16.gguf"
    return out if out.exists() else folder_to_gguf(embedding_folder(), out, outtype="f16")


def _convert(
    script: str,
    arguments: list[str],
    outtype: str,
    out: Path,
    give_up: Callable[[], bool] = lambda: False,
) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="convert-", dir=out.parent))
    half = folder / out.name
    command = [sys.executable, "-m", "models.lifeline", str(converter_folder() / script)]
    command += [*arguments, "--outtype", outtype, "--outfile", str(half.resolve())]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    try:
        with (folder / "log").open("w+b") as log:
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, cwd=ROOT
            ) as process:
                while (code := process.poll()) is None:
                    if give_up():
                        process.kill()
                    time.sleep(POLL_SECONDS)
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
        if code != 0 or not half.exists():
            raise ConversionFailed(f"{script} failed: {said[-800:]}")
        with half.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(half, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return out
