"""Distil word vectors for the offline quality score from a sentence encoder.

    python scripts/distil_words.py --encoder DIR

DIR holds a BERT-like encoder with its `vocab.txt`, for example all-MiniLM-L6-v2 (Apache 2.0). Each
whole word of its vocabulary, and each word of the project's own lists, prompts and reference
passages, is encoded alone; the main directions are kept. Needs torch and transformers; the score
itself does not. Run `scripts/calibrate_quality.py` afterwards.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.quality import fitting  # noqa: E402
from engine.quality.score import DATA, HERE  # noqa: E402
from engine.quality.tokens import parse  # noqa: E402
from engine.quality.vocabulary import Vocabulary  # noqa: E402

WIDTH = 200
BATCH = 512


def own_words() -> Iterator[str]:
    """Plain words of the genre lists, the prompts and the reference passages, without names."""
    for words in yaml.safe_load((HERE / "genres.yaml").read_text(encoding="utf-8")).values():
        yield from words.split()
    prompts = yaml.safe_load((ROOT / "engine/autotrain/prompts.yaml").read_text(encoding="utf-8"))
    texts = [prompt for listed in prompts.values() for prompt in listed]
    for item in yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8")):
        texts += [item["prompt"], item["text"]]
    for passage in map(parse, texts):
        names = {name for sentence in passage.sentences for name in sentence.names}
        yield from (w for w in passage.words if w not in names and re.fullmatch(r"[a-z]{2,}", w))


def distil(encoder: Path) -> Vocabulary:
    """The encoder's whole words, frequent first as its vocabulary lists them, then the own ones."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    lines = (encoder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    known = [word for word in lines if re.fullmatch(r"[a-z]{2,}", word)]
    words = [*known, *sorted(set(own_words()) - set(known))]
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    model = AutoModel.from_pretrained(encoder).eval()
    batches = []
    with torch.no_grad():
        for start in range(0, len(words), BATCH):
            batch = tokenizer(words[start : start + BATCH], return_tensors="pt", padding=True)
            hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"][..., None]
            batches.append(((hidden * mask).sum(1) / mask.sum(1)).numpy())
    vectors = fitting.shrink_vectors(np.concatenate(batches), WIDTH)
    return Vocabulary(tuple(words), vectors, frozenset())


def main() -> None:
    """Distil and write the table."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--encoder", type=Path, required=True)
    vocabulary = distil(options.parse_args().encoder)
    DATA.mkdir(exist_ok=True)
    vocabulary.write(DATA / "words.npz")
    print(f"{len(vocabulary.words):,} words, {vocabulary.vectors.shape[1]} numbers each")


if __name__ == "__main__":
    main()
