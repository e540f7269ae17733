"""Why a training cannot be asked for as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.errors import EngineError, InvalidInput


class ConfigProblem(NamedTuple):
    """What is off with one key of a configuration; `line` counts from 1, None where there is none."""

    line: int | None
    key: str
    said: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return where + f"{self.key} {self.said}".strip()


class InvalidConfig(InvalidInput):
    """A training's configuration that cannot be used."""

    code = "invalid_config"

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        super().__init__(problems[0].key, problems[0].said)
        self.args = ("\n".join(map(str, problems)),)
        self.problems = tuple(problems)


class TrainingOff(EngineError):
    """Whoever runs this machine allows no trainings."""

    code = "training_off"

    def __init__(self) -> None:
        super().__init__(
            "Trainings are switched off on this machine (ZEGA_TRAINING_ENABLED). Your examples are safe."
        )
