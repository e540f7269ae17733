"""The trainers there are, by the name that a configuration gives; imported only where one is run."""

from __future__ import annotations

from typing import NamedTuple

from engine.domain.preference import Learns


class Trainer(NamedTuple):
    """`module` has `read_rows`, `train` and `measure`; `task` is that of the bases it trains; `lora` says
    whether `model.lora` is for it, and `learns` which preferences it learns instead of examples."""

    module: str
    task: str
    lora: bool = False
    learns: Learns | None = None


TRAINERS = {
    "lora_sft": Trainer("engine.training.lora_sft", task="causal", lora=True),
    "seq2seq": Trainer("engine.training.seq2seq", task="seq2seq"),
    "dpo": Trainer("engine.training.preference", task="causal", lora=True, learns=Learns.PAIRS),
    "kto": Trainer("engine.training.preference", task="causal", lora=True, learns=Learns.THUMBS),
}
