"""A tiny base model for tests: the packaged model's own tokenizer and chat template (cut to 8,192
tokens) around a random llama of two layers. It is served, trained and converted like a real one, in
seconds; what it writes is noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, GGUFWriter

from models.catalog import find_base_model
from models.weights import locate

LAYERS, HIDDEN, HEADS, KV_HEADS, FEED_FORWARD, VOCABULARY = 2, 64, 4, 2, 128, 8192
CONTEXT = 2048

CHANGED = {
    "general.name": "tiny",
    "general.file_type": 0,
    "llama.block_count": LAYERS,
    "llama.context_length": CONTEXT,
    "llama.embedding_length": HIDDEN,
    "llama.feed_forward_length": FEED_FORWARD,
    "llama.attention.head_count": HEADS,
    "llama.attention.head_count_kv": KV_HEADS,
    "llama.vocab_size": VOCABULARY,
    "llama.rope.dimension_count": HIDDEN // HEADS,
}


def make_tiny_gguf(path: Path, *, seed: int = 0) -> Path:
    """Write the model; the same seed gives the same file."""
    reader = GGUFReader(locate(find_base_model("SmolLM2-135M-Instruct")))
    writer = GGUFWriter(path, "llama")
    tokens = set(reader.get_field("tokenizer.ggml.tokens").contents()[:VOCABULARY])
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        value: Any = CHANGED.get(name, field.contents())
        if name in ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type"):
            value = value[:VOCABULARY]
        if name == "tokenizer.ggml.merges":  # those whose result is still a token
            value = [merge for merge in value if merge.replace(" ", "") in tokens]
        kind, *inner = field.types
        writer.add_key_value(name, value, kind, sub_type=inner[0] if inner else None)
    for name, tensor in _tensors(np.random.default_rng(seed)).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tensors(random: np.random.Generator) -> dict[str, np.ndarray]:
    def matrix(rows: int, columns: int, spread: float = 0.1) -> np.ndarray:
        return random.normal(0.0, spread, (rows, columns)).astype(np.float32)

    ones = np.ones(HIDDEN, dtype=np.float32)
    kv = HIDDEN // HEADS * KV_HEADS
    tensors = {"token_embd.weight": matrix(VOCABULARY, HIDDEN, spread=0.3)}
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        tensors[f"{block}.attn_norm.weight"] = ones
        tensors[f"{block}.attn_q.weight"] = matrix(HIDDEN, HIDDEN)
        tensors[f"{block}.attn_k.weight"] = matrix(kv, HIDDEN)
        tensors[f"{block}.attn_v.weight"] = matrix(kv, HIDDEN)
        tensors[f"{block}.attn_output.weight"] = matrix(HIDDEN, HIDDEN)
        tensors[f"{block}.ffn_norm.weight"] = ones
        tensors[f"{block}.ffn_gate.weight"] = matrix(FEED_FORWARD, HIDDEN)
        tensors[f"{block}.ffn_up.weight"] = matrix(FEED_FORWARD, HIDDEN)
        tensors[f"{block}.ffn_down.weight"] = matrix(HIDDEN, FEED_FORWARD)
    return tensors | {"output_norm.weight": ones}


def make_tiny_lora(path: Path, *, seed: int) -> Path:
    """Write a random LoRA adapter for the tiny model, strong enough to change what it writes."""
    random = np.random.default_rng(seed)
    writer = GGUFWriter(path, "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 16.0)
    for layer in range(LAYERS):
        name = f"blk.{layer}.ffn_up.weight"
        down = random.normal(0.0, 0.5, (4, HIDDEN)).astype(np.float32)
        up = random.normal(0.0, 0.5, (FEED_FORWARD, 4)).astype(np.float32)
        writer.add_tensor(f"{name}.lora_a", down)
        writer.add_tensor(f"{name}.lora_b", up)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
