"""A tiny T5 for tests: a random encoder and decoder of two layers, and a tokenizer of T5's kind trained on
the texts it will meet. It is trained, saved and served like a real one, in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram
from tokenizers.trainers import UnigramTrainer
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

VOCABULARY = 200
SPECIAL = ["<pad>", "</s>", "<unk>"]

SUBJECTS = [
    "lamp",
    "train",
    "garden",
    "clinic",
    "market",
    "school",
    "kitchen",
    "harbour",
    "library",
    "farm",
]
WHO = ["nurse", "gardener"]


def pairs() -> list[tuple[str, str]]:
    """Twenty product ideas, each with an epic of its own on several lines."""
    return [
        (
            f"Write an epic for a {subject} app for a {who}.",
            f"Epic E{number}: {subject}\n\nAs a {who} I want a {subject}.\n- It is for the {who}.",
        )
        for number, (subject, who) in enumerate((s, w) for s in SUBJECTS for w in WHO)
    ]


def make_tiny_t5(folder: Path, *, texts: Iterable[str] | None = None, seed: int = 0) -> Path:
    """Write the model and its tokenizer; the same seed gives the same weights."""
    known = list(texts) if texts is not None else [text for pair in pairs() for text in pair]
    tokenizer = make_tokenizer(known)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    config = T5Config(
        vocab_size=len(tokenizer) + 8,  # spare rows, as the real one has
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=2,
        num_heads=4,
        dropout_rate=0.0,  # it is to learn by heart
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


def make_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """Pieces of words as T5 has them: spaces are squeezed, line ends are unknown."""
    tokenizer = Tokenizer(Unigram())
    squeeze = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), squeeze, normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = UnigramTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
