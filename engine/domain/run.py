"""Run: one training, from the click to the registered version, with its steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.version import Student


@dataclass(frozen=True)
class Run:
    """`id` is also the id of the job that drives it. `batch_size` is the one in use: it is halved
    after a death by memory, and `notes` says so."""

    id: str
    user_id: str
    snapshot_id: str
    recipe: str
    base_model: str
    folder: str
    batch_size: int
    created_at: datetime
    total_steps: int = 0
    best_validation_loss: float | None = None
    trained_tokens: int = 0
    trainable_parameters: int = 0
    train_seconds: float = 0.0
    notes: tuple[str, ...] = ()
    version_id: str | None = None
    student: Student = Student.ZEGA

    @property
    def version_name(self) -> str:
        """What the folder of the version is called that comes of it. A T5's says when it was trained:
        a user has one training at a time, and each takes more than a second."""
        if self.student is Student.T5:
            return f"t5-retrained-{self.created_at:%Y%m%d-%H%M%S}"
        return self.id


@dataclass(frozen=True)
class Step:
    """One logged training step. Loss is nats per answer token; memory is resident megabytes.

    `loss` is None on rows that carry only a validation loss, and the other way round; neither of them
    means that the loss was no number. `share` is how much of the whole training's work was done
    (0 to 1), None where the trainer does not tell.
    """

    run_id: str
    step: int
    epoch: float
    loss: float | None
    validation_loss: float | None
    learning_rate: float | None
    tokens_per_second: float | None
    memory_mb: float
    at: datetime
    gradient_norm: float | None = None
    share: float | None = None

    @property
    def is_validation(self) -> bool:
        """Whether the row is that of an evaluation, which lies beside the training row of its step."""
        return self.loss is None and self.validation_loss is not None


@dataclass(frozen=True)
class Sample:
    """What a training answered to one of its fixed prompts after an epoch; `seconds` is what it cost."""

    run_id: str
    step: int
    position: int
    epoch: float
    prompt: str
    text: str
    seconds: float
