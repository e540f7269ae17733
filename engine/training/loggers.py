"""Where a training's figures go beside the studio's own store: transformers' integrations by name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Literal

from engine.errors import InvalidInput, LocalOnly

LoggerName = Literal[
    "store", "tensorboard", "mlflow", "trackio", "codecarbon", "wandb", "comet_ml", "clearml"
]
STORE = "store"
# Packages of the same name; these send figures elsewhere.
REMOTE = ("wandb", "comet_ml", "clearml")


def check_loggers(names: Sequence[str], *, local_only: bool) -> None:
    """Raise `InvalidInput` for a logger whose package is not installed, and `LocalOnly` for one that
    sends figures elsewhere while nothing may leave this machine."""
    for name in names:
        if local_only and name in REMOTE:
            raise LocalOnly(f"The logger {name}")
        if name != STORE and find_spec(name) is None:
            raise InvalidInput(
                "logging.loggers",
                f"names {name}, whose package is not installed: `pip install {name}`, or leave it "
                "out; the studio keeps every figure without it",
            )
