"""Every error the engine raises on purpose.

EngineError
├── InvalidInput            a value the caller can correct; names the field
├── NotFound                no such row for this user
├── NotEnoughExamples       carries `have` and `needed`
├── Cancelled               a person asked for the stop
├── IdentityMismatch        an adapter belongs to another base model or chat template
├── AlreadyRunning          another process holds the lock
├── TrainingFailed          the training child ended without a model; carries its last lines
└── SettingsError           an environment variable has a value that cannot be used

Each message says what happened, and where it helps, what to do next. Errors of language models and their
files are a tree of their own: models/errors.py.
"""

from __future__ import annotations


class EngineError(Exception):
    """Base of all errors the engine raises on purpose; `code` is stable and safe to show."""

    code = "engine_error"


class InvalidInput(EngineError):
    """A value that the caller can correct."""

    code = "invalid_input"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}")
        self.field = field


class NotFound(EngineError):
    """Nothing of that name belongs to this user."""

    code = "not_found"

    def __init__(self, noun: str, name: object) -> None:
        super().__init__(f"There is no {noun} {name!r} here.")
        self.noun = noun
        self.name = name


class NotEnoughExamples(EngineError):
    """Training needs more kept examples than there are."""

    code = "not_enough_examples"

    def __init__(self, have: int, needed: int) -> None:
        missing = needed - have
        super().__init__(
            f"Training needs at least {needed} kept examples and there are {have}: "
            f"{missing} missing. Generate or write {missing} more; what you have is safe."
        )
        self.have = have
        self.needed = needed
        self.missing = missing


class Cancelled(EngineError):
    """Work ended because a person asked for it; what was kept stays."""

    code = "cancelled"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was cancelled. Everything kept so far is safe.")


class IdentityMismatch(EngineError):
    """An adapter was trained on another base model or chat template than the one served."""

    code = "identity_mismatch"


class AlreadyRunning(EngineError):
    """Another process holds the lock on this folder."""

    code = "already_running"

    def __init__(self, what: str, holder: str) -> None:
        super().__init__(f"{what} is already running ({holder}). Stop it first, or use it.")


class TrainingFailed(EngineError):
    """The training process ended without a model."""

    code = "training_failed"

    def __init__(self, reason: str, log_tail: str = "") -> None:
        super().__init__(f"Training failed: {reason}. Your examples are safe.")
        self.log_tail = log_tail


class SettingsError(EngineError):
    """An environment variable has a value that cannot be used."""

    code = "settings_error"
