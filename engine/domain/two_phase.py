"""Two-phase training: a large model writes, a person decides, a small model learns what was accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# An input is written about so often at most; more seldom helps.
ROUNDS = 5


@dataclass(frozen=True)
class TwoPhaseSettings:
    """The settings of one two-phase training, by their public names.

    `summary_model_name` writes: a base model, or `teacher` for whoever teaches the user. It is asked
    for `batch_size` texts at once until `target_summaries` are accepted. `training_model_name`
    learns them: at most `training_epochs` passes at the peak rate `learning_rate`, rows cut to
    `max_length` tokens, with reworded variants if `data_augmentation`. Without `two_phase_training`
    the job ends when the target is accepted. From the score `auto_accept_above` (0-10) on a text is
    accepted without a person, and no other is waited for; None leaves every text to a person. `recipe`
    has the numbers of the training that are not named here.
    """

    summary_model_name: str = "Qwen/Qwen2.5-7B-Instruct"
    training_model_name: str = "Qwen/Qwen2.5-1.5B-Instruct"
    two_phase_training: bool = True
    target_summaries: int = 200
    batch_size: int = 8
    training_epochs: int = 15
    data_augmentation: bool = False
    learning_rate: float = 1e-4
    max_length: int = 4096
    auto_accept_above: float | None = None
    recipe: str = "careful"


@dataclass(frozen=True)
class Input:
    """One thing to write about: the idea without the kind's form, and its genre if it has one."""

    prompt: str
    genre: str | None = None


@dataclass(frozen=True)
class MemoryReading:
    """The memory of the studio's processes at one `moment` (before, released, training, served).

    `uss_mb` is what would be free if they ended, `rss_mb` counts shared pages in each; both are
    megabytes (2**20 bytes). `models_mb` is the resident part of the servers that hold language
    models, `trainer_mb` that of the training process.
    """

    moment: str
    uss_mb: int
    rss_mb: int
    models_mb: int
    trainer_mb: int
    at: datetime


@dataclass(frozen=True)
class TwoPhase:
    """One two-phase training. `teacher` and `student` name the models that are really used, empty
    until known; `notices` say what is otherwise than asked. `enough` is a person's wish to train
    on what is accepted now. `training_job_id` is the job of phase 2."""

    job_id: str
    user_id: str
    teacher: str
    student: str
    notices: tuple[str, ...]
    enough: bool
    training_job_id: str | None
    memory: tuple[MemoryReading, ...]
