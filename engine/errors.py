"""Every error the engine raises on purpose.

EngineError
├── InvalidInput            a value the caller can correct; names the field
├── NotFound                no such row for this user
├── WrongState              it cannot be done to the thing as it is now; carries its state
├── NotEnoughExamples       carries `have` and `needed`
├── Cancelled               a person asked for the stop; carries what was kept
├── JobFailed               a job that was waited for failed; carries its code and what was kept
├── NoWorker                a job waits and nothing would run it
├── IdentityMismatch        an adapter belongs to another base model or chat template
├── AlreadyRunning          another process holds the lock
├── LocalOnly               a provider elsewhere was asked while no text may leave this machine
├── TrainingFailed          the training child ended without a model; carries its last lines
├── EvaluationFailed        the evaluation child ended without a figure; carries its last lines
├── UnreadableFile          an uploaded file is broken, too large or of another kind; names it
├── StorageUnavailable      the disk is full, the database is locked, damaged or read-only
└── SettingsError           an environment variable has a value that cannot be used

Each message says what happened, and where it helps, what to do next. Errors of language models and their
files are a tree of their own: models/errors.py.
"""

from __future__ import annotations

from collections.abc import Sequence


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


class WrongState(EngineError):
    """Something cannot be done to a thing in the state it is in now."""

    code = "wrong_state"

    def __init__(self, noun: str, state: str, verb: str, possible: Sequence[str]) -> None:
        super().__init__(
            f"The {noun} is {state}: only one that is {' or '.join(possible)} can be told to {verb}. "
            "Nothing was changed."
        )
        self.state = state


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

    def __init__(self, what: str, *, job_id: str = "", kept: int = 0) -> None:
        safe = f"{kept} kept examples are safe." if kept else "Everything kept so far is safe."
        super().__init__(f"{what} was cancelled. {safe}")
        self.job_id = job_id
        self.kept = kept


class JobFailed(EngineError):
    """A job ended with an error: `code` and sentence are the job's own."""

    code = "job_failed"

    def __init__(self, code: str, message: str, *, job_id: str, kept: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.job_id = job_id
        self.kept = kept


class NoWorker(EngineError):
    """A job waits in its queue and no worker is there to run it."""

    code = "no_worker"

    def __init__(self, job_id: str) -> None:
        super().__init__(
            "Nothing runs jobs on this home folder: start the studio (`zega run`) or a worker "
            "(`zega worker`). The job is safe; it waits in its queue and starts then."
        )
        self.job_id = job_id


class IdentityMismatch(EngineError):
    """An adapter was trained on another base model or chat template than the one served."""

    code = "identity_mismatch"


class AlreadyRunning(EngineError):
    """Another process holds the lock on this folder."""

    code = "already_running"

    def __init__(self, what: str, holder: str) -> None:
        super().__init__(f"{what} is already running ({holder}). Stop it first, or use it.")


class LocalOnly(EngineError):
    """A provider elsewhere was asked while no text may leave this machine."""

    code = "local_only"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"{provider} is elsewhere, and this studio is set to local only: nothing was sent. "
            "Choose a teacher on this machine, or turn the switch in Settings."
        )


class TrainingFailed(EngineError):
    """The training process ended without a model."""

    code = "training_failed"

    def __init__(self, reason: str, log_tail: str = "") -> None:
        super().__init__(f"Training failed: {reason}. Your examples are safe.")
        self.log_tail = log_tail


class EvaluationFailed(EngineError):
    """The evaluation process ended without a figure."""

    code = "evaluation_failed"

    def __init__(self, reason: str, log_tail: str = "") -> None:
        super().__init__(f"The evaluation failed: {reason}. Nothing was changed.")
        self.log_tail = log_tail


class UnreadableFile(EngineError):
    """A file, or a line of one, that nothing can be taken from."""

    code = "unreadable_file"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} cannot be read: {why}. Nothing was taken from it.")
        self.name = name


class StorageUnavailable(EngineError):
    """The database or the home folder cannot be read or written; nothing was half written."""

    code = "storage_unavailable"

    def __init__(self, reason: object) -> None:
        super().__init__(
            f"The studio's data cannot be read or written now ({reason}). What was saved before is "
            "safe. Free some disk space, or see who may write to the home folder, and try again."
        )


class SettingsError(EngineError):
    """An environment variable has a value that cannot be used."""

    code = "settings_error"
