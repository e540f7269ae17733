"""Why a training cannot be asked for, and how one ends without a version: each says what to do."""

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


class ResumeRefused(EngineError):
    """What decides a training's weights has changed since it began."""

    code = "resume_refused"

    def __init__(self, differences: str) -> None:
        super().__init__(
            f"The training was not resumed, because it would not end as it began: {differences}. Put "
            "that back and resume it, or fork it: a new run goes on from its newest checkpoint as "
            "things are now. Its checkpoints are safe."
        )


class DiskFull(EngineError):
    """A file could not be written whole for want of space."""

    code = "disk_full"

    def __init__(self) -> None:
        super().__init__(
            "The disk is full, so nothing more could be written. Free some space and resume: what was "
            "saved before is whole, your examples are safe."
        )


class RunTakenOver(EngineError):
    """Another trainer holds the run folder: this one has stopped writing and says nothing about the job."""

    code = "run_taken_over"

    def __init__(self) -> None:
        super().__init__("Another process has taken this training over.")


class Parked(EngineError):
    """What ran a job ended several times in a row without getting any further; says how, and has the
    last lines of its log where it has one."""

    code = "parked"

    def __init__(self, how: str, last_lines: str = "") -> None:
        words = f" The last lines of its log:\n{last_lines}" if last_lines else ""
        super().__init__(
            f"The process running this {how} without getting any further, so it was set aside. "
            f"Everything kept so far is safe.{words}"
        )


class TooFewRows(EngineError):
    """A training set, or what fits of it, has no text in a part that needs one."""

    code = "too_few_rows"


class NothingToResume(EngineError):
    """A training that cannot be gone on with; says why."""

    code = "nothing_to_resume"

    def __init__(self, why: str) -> None:
        super().__init__(f"This training cannot be resumed: {why}. Nothing was changed.")


class TooFewPreferences(EngineError):
    """A preference training needs more pairs or thumbs than there are; says what is missing."""

    code = "too_few_preferences"


class PreferencesChanged(EngineError):
    """A preference that a training froze was taken back before it had read it."""

    code = "preferences_changed"

    def __init__(self) -> None:
        super().__init__(
            "A vote or a text that this training was to learn from was changed since it was frozen, so it "
            "was not gone on with. Start a new training: it freezes what you prefer now."
        )
