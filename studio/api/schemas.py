"""What requests and answers look like. Fields that are not known are refused; numbers are numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from engine.autotrain.plan import MAX_EXAMPLES
from engine.domain.genre import Genre
from engine.domain.job import JobKind, JobState

USER_ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"

UserId = Annotated[
    str, Field(pattern=USER_ID, description="A name on this machine.", examples=["anna"])
]
UserQuery = Annotated[str, Query(pattern=USER_ID, description="Whose it is.", examples=["anna"])]
JobId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{32}$", description="The id that making the job gave.")
]
GenreName = Annotated[
    str, Field(max_length=40, description="Of the kind that is written.", examples=list(Genre))
]


class Body(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AutoTrainOrder(Body):
    """How many texts to have written, of which genres, for whom."""

    user_id: UserId
    num_examples: int = Field(ge=1, le=MAX_EXAMPLES, description="Texts to write and score.")
    genres: list[GenreName] | None = Field(
        None, min_length=1, max_length=100, description="Absent: a random mix of all."
    )
    store_in_memory: bool = Field(False, description="Also put kept texts into the memory.")

    def mix(self) -> dict[str, float]:
        """Every genre that is named, all alike."""
        return dict.fromkeys(self.genres or (), 1.0)


class AutoTrainRequest(AutoTrainOrder):
    """An auto-training that begins at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"user_id": "anna", "num_examples": 50, "genres": ["horror", "sci_fi"]}
        }
    )
    kind: str = Field("stories", max_length=40, description="What is written.")


class AutoTrainJobRequest(AutoTrainOrder):
    """An auto-training as a job that is started later."""

    kind: Literal["auto_train"]
    task_kind: str = Field("stories", max_length=40, description="What is written.")


class TrainingJobRequest(Body):
    """A training on everything trainable, as a job that is started later."""

    kind: Literal["training"] = "training"
    user_id: UserId
    recipe: str | None = Field(
        None, max_length=64, description="Absent: the one of the settings.", examples=["quick"]
    )
    config: dict[str, Any] | None = Field(
        None, description="A configuration in place of a recipe (docs/training.md)."
    )
    task_kind: str | None = Field(
        None, max_length=40, description="Only texts of this kind.", examples=["epics"]
    )


class TwoPhaseJobRequest(Body):
    """A two-phase training, as a job that is started later. What is left out has its default."""

    kind: Literal["two_phase"]
    user_id: UserId
    task_kind: str = Field("stories", max_length=40, description="What is written.")
    inputs: list[Annotated[str, Field(max_length=20_000)]] = Field(
        [], max_length=5000, description="What to write about; none = the kind's own prompts."
    )
    summary_model_name: str | None = Field(None, max_length=200, description="Writes.")
    training_model_name: str | None = Field(None, max_length=200, description="Learns.")
    two_phase_training: bool | None = Field(None, description="False: stop when all is accepted.")
    target_summaries: int | None = Field(None, description="Texts to accept.")
    batch_size: int | None = Field(None, description="Texts written at once.")
    training_epochs: int | None = Field(None, description="Passes at most.")
    data_augmentation: bool | None = Field(None, description="Add reworded variants.")
    learning_rate: float | None = Field(None, description="Peak rate.")
    max_length: int | None = Field(None, description="Tokens of a row at most.")
    recipe: str | None = Field(None, max_length=64, description="Both models and numbers.")
    auto_accept_above: float | None = Field(
        None, description="Score (0-10) from which nobody is asked; absent: a person decides."
    )

    def settings(self) -> dict[str, Any]:
        """The settings that were given."""
        beside = {"kind", "user_id", "task_kind", "inputs"}
        return self.model_dump(exclude=beside, exclude_none=True)


class TrainingStatsBody(BaseModel):
    training_examples: int = Field(description="Kept since the last training.")
    examples_until_next_training: int = Field(description="How many more start the next one.")


class AutoTrainBody(BaseModel):
    """What came of an auto-training."""

    model_config = ConfigDict(from_attributes=True)
    total_requested: int
    successful: int = Field(description="Written and scored.")
    failed: int = Field(description="No answer after retries.")
    genre_distribution: dict[str, int]
    average_quality: float = Field(description="Mean score, 0-10, of the successful ones.")
    total_time: float = Field(description="Seconds.")
    training_stats: TrainingStatsBody
    ready_for_finetuning: bool
    kept: int
    rejected: int


class AcceptedBody(BaseModel):
    """A job that goes on by itself."""

    job_id: str
    state: JobState
    status_url: str
    events_url: str


class GenresBody(BaseModel):
    genres: list[str]
    total: int


class ProgressBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    done: int
    total: int = Field(description="0 while not known.")
    current_epoch: int | None
    total_epochs: int | None
    estimated_remaining: int | None = Field(description="Milliseconds; null while not known.")


class UsageBody(BaseModel):
    """What calls of teachers used; the built-in base costs nothing and is not counted."""

    model_config = ConfigDict(from_attributes=True)
    calls: int
    tokens_read: int
    tokens_written: int
    money: float = Field(description="In the currency of /api/budget/prices.")
    bounded: int = Field(
        description="Tokens of calls that never told: the most they may have used."
    )


class JobError(BaseModel):
    code: str
    message: str


class JobBody(BaseModel):
    """One job, as it is now."""

    job_id: str
    user_id: str
    kind: JobKind
    state: JobState
    stage: str = Field(description="What it does now, in a few words.")
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    request: dict[str, Any]
    progress: ProgressBody
    metrics: dict[str, float | int | None]
    cost: UsageBody
    jobs_ahead: int | None = Field(description="Older jobs of its kind; null unless it waits.")
    result: dict[str, Any] | None
    error: JobError | None


class JobsBody(BaseModel):
    jobs: list[JobBody]
    total: int = Field(description="How many there are, on all pages.")
