"""The trainers there are, by the name that a configuration gives; imported only where one is run."""

from __future__ import annotations

from typing import NamedTuple


class Trainer(NamedTuple):
    """`module` has `read_rows`, `train` and `measure`; `task` is that of the bases it trains; `lora` says
    whether `model.lora` is for it."""

    module: str
    task: str
    lora: bool = False


TRAINERS = {
    "lora_sft": Trainer("engine.training.lora_sft", task="causal", lora=True),
    "seq2seq": Trainer("engine.training.seq2seq", task="seq2seq"),
}
