"""Every error the engine raises on purpose.

EngineError
├── InvalidInput            a value the caller can correct; names the field
├── NotFound                no such row for this user
├── WrongState              it cannot be done to the thing as it is now; carries its state
├── DecidedMeanwhile        somebody else decided about a text first; carries what, who and when
├── NothingToTrainOn        every row for training repeats a held-out one
├── NotEnoughExamples       carries `have` and `needed`
├── Cancelled               a person asked for the stop; carries what was kept
├── JobFailed               a job that was waited for failed; carries its code and what was kept
├── NoWorker                a job waits and nothing would run it
├── Quarantined             a version was trained on a text that was erased since
├── SnapshotErased          a training set holds texts that were erased since; carries how many
├── ErasureChanged          an erasure would reach more than was looked at; carries how much
├── IdentityMismatch        an adapter belongs to another base model or chat template
├── AlreadyRunning          another process holds the lock
├── LocalOnly               a provider elsewhere was asked while no text may leave this machine
├── BudgetUsedUp, PriceUnknown   a call of a teacher that the budget does not allow: engine/budget/errors.py
├── InvalidConfig, TrainingOff, ResumeRefused, DiskFull …   of trainings: engine/training/errors.py
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
from datetime import datetime
from typing import ClassVar


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


class DecidedMeanwhile(EngineError):
    """Somebody decided about a text between a person's look at it and their decision.

    `what` is an action of a review, or `undone`, `replaced`, `erased`.
    """

    code = "decided_meanwhile"
    WORDS: ClassVar[dict[str, str]] = {
        "accept": "was accepted",
        "edit": "was edited",
        "reject": "was rejected",
        "repair": "was mended by a rule",
        "undone": "was put back: the last decision about it was undone",
        "replaced": "gave way to an edited, mended or nearly equal text",
        "erased": "was erased",
    }

    def __init__(
        self, example_id: str, what: str, *, by: str = "", at: datetime | None = None
    ) -> None:
        who = f" by {by}" if by else ""
        when = f" at {at:%H:%M} UTC" if at else ""
        super().__init__(
            f"This text {self.WORDS[what]}{who}{when} after you opened it. Your decision was not "
            "saved, and nothing else was changed. Look at it again if you disagree."
        )
        self.example_id = example_id
        self.what = what
        self.by = by
        self.at = at


class NothingToTrainOn(EngineError):
    """Every training row repeats a held-out one, so nothing is left to learn from."""

    code = "nothing_to_train_on"

    def __init__(self, rows: int) -> None:
        super().__init__(
            f"All {rows} rows for training repeat rows that only measure, so there is nothing left to "
            "train on. Your examples are safe: add some that differ from each other."
        )


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


class Quarantined(EngineError):
    """A version learned from a text that was erased since: it must not answer again."""

    code = "version_quarantined"

    def __init__(self, label: str) -> None:
        super().__init__(
            f"{label} was trained on a text that has been erased, so it may not answer any more and "
            "its files are gone. Train again: the next version learns from what remains."
        )


class SnapshotErased(EngineError):
    """A frozen training set whose texts are no longer all there."""

    code = "snapshot_erased"

    def __init__(self, erased: int) -> None:
        super().__init__(
            f"{erased} of this training set's texts have been erased, so it cannot be trained on. "
            "Train on everything that is kept now, or freeze a new training set."
        )
        self.erased = erased


class ErasureChanged(EngineError):
    """Between looking at what would be erased and erasing it, more came to hold the text."""

    code = "erasure_changed"

    def __init__(self, more: int) -> None:
        super().__init__(
            f"{more} more places hold the text than the list you saw. Nothing was erased: look at "
            "the list again."
        )
        self.more = more


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


class Diverged(EngineError):
    """The loss of a training is no number any more: nothing that follows could be learned from it."""

    code = "training_failed"

    def __init__(self, step: int) -> None:
        super().__init__(
            f"the loss is no number any more at step {step}, so the weights are ruined and no version "
            "was made; train again with a lower learning rate"
        )
        self.step = step


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
        self.why = why


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
