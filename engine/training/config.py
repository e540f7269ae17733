"""The training configuration: what a recipe file or a file of a person's own may say, with defaults.

One schema for both. What a file leaves out has the default that stands here. `recipe.py` reads files.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.domain.evaluation import Margins
from engine.domain.preference import Learns
from engine.domain.recipe import Recipe
from engine.training.loggers import STORE, LoggerName
from engine.training.model_section import BelowOne, Lora, Model, Preference, Section
from engine.training.trainers import TRAINERS

# Our names of optimizers, and transformers'.
OPTIMIZERS = {
    "adamw": "adamw_torch_fused",
    "adafactor": "adafactor",
    "adagrad": "adagrad",
    "rmsprop": "rmsprop",
    "sgd": "sgd",
}
Share = Annotated[float, Field(ge=0, le=0.5)]


class TrainingData(Section):
    source: Literal["collected", "file"] = Field(
        default="collected", description="All that is kept, or the rows of a file."
    )
    path: str = Field(default="", max_length=2000, description="The file, for `source: file`.")
    format: Literal["jsonl", "csv", "parquet"] | None = Field(
        default=None, description="What the file is; else its ending says."
    )
    validation_split: Share = Field(
        default=0.1, description="Share of the prompts that only decide when to stop."
    )
    augmentation: Share | None = Field(
        default=None,
        description="Make variants until they have this share; none = use those there are.",
    )

    @model_validator(mode="after")
    def _file_has_a_path(self) -> Self:
        if self.source == "file" and not self.path.strip():
            raise ValueError("has no path, and its source is file")
        if self.source == "collected" and (self.path or self.format):
            raise ValueError("has a path or a format, which are for `source: file`")
        return self


class Hyperparameters(Section):
    learning_rate: float = Field(default=5e-5, gt=0, le=1, description="Peak rate.")
    batch_size: int = Field(default=8, ge=1, le=1024, description="Rows in memory at once.")
    gradient_accumulation: int = Field(default=1, ge=1, le=1024, description="Batches a step.")
    epochs: int = Field(default=3, ge=1, le=1000, description="At most so many passes.")
    warmup_steps: float = Field(
        default=100,
        ge=0,
        le=1_000_000,
        description="Steps in which the rate rises; below 1 a share.",
    )
    weight_decay: BelowOne = Field(default=0.01, description="Pull of the weights towards zero.")
    max_length: int = Field(
        default=512, ge=16, le=131_072, description="Tokens of prompt and answer."
    )
    seed: int = Field(default=17, ge=0, lt=2**31, description="Order of rows and first weights.")


class EarlyStopping(Section):
    enabled: bool = Field(default=True, description="Stop when the metric gets no better.")
    patience: int = Field(
        default=2, ge=1, le=1000, description="Measurements without a better one."
    )
    metric: Literal["validation_loss"] = Field(
        default="validation_loss", description="Only this one."
    )


class Optimization(Section):
    optimizer: Literal["adamw", "adafactor", "adagrad", "rmsprop", "sgd"] = Field(
        default="adamw", description="How a step is made of a gradient."
    )
    scheduler: Literal[
        "linear",
        "cosine",
        "cosine_with_restarts",
        "polynomial",
        "constant",
        "constant_with_warmup",
        "inverse_sqrt",
    ] = Field(default="linear", description="How the rate falls after the warm-up.")
    early_stopping: EarlyStopping = EarlyStopping()


Metric = Literal["loss", "perplexity", "quality"]


class GateMargins(Section):
    quality: float = Field(
        default=0.3, ge=0, le=10, description="Points of 10 that its texts may score lower."
    )
    repetition: float = Field(
        default=0.05, ge=0, le=1, description="Share of four-word phrases it may repeat more."
    )


class Evaluation(Section):
    metrics: list[Metric] = Field(
        default=["loss", "perplexity", "quality"], min_length=1, description="What a report holds."
    )
    evaluations_per_epoch: int = Field(
        default=1,
        ge=1,
        le=100,
        description="Measurements of the validation loss, each with a checkpoint.",
    )
    save_best_model: bool = Field(default=True, description="Keep the best weights, not the last.")
    keep_epochs: bool = Field(
        default=False, description="Keep `checkpoint_epoch_N` of every pass beside the newest."
    )
    prompts: int = Field(
        default=64,
        ge=64,
        le=1000,
        description="Prompts that old and new version answer before one takes over.",
    )
    margins: GateMargins = GateMargins()


class Logging(Section):
    loggers: list[LoggerName] = Field(
        default=["store"], description="The studio's own store, always on, and others beside it."
    )


class Deployment(Section):
    auto_deploy: bool = Field(
        default=False, description="Let the version answer at once if the gate promotes it."
    )
    deployment_target: str = Field(default="local", description="Only `local` so far.")
    health_check_enabled: Literal[True] = Field(
        default=True, description="Checked before it answers."
    )

    @field_validator("deployment_target")
    @classmethod
    def _only_here(cls, target: str) -> str:
        if target != "local":
            raise ValueError(
                f"must be local, got {target!r}: a version is served on this machine, and is "
                "not sent elsewhere"
            )
        return target


class TrainingConfig(Section):
    """Everything a training is told."""

    model: Model = Model()
    training_data: TrainingData = TrainingData()
    hyperparameters: Hyperparameters = Hyperparameters()
    optimization: Optimization = Optimization()
    evaluation: Evaluation = Evaluation()
    logging: Logging = Logging()
    deployment: Deployment = Deployment()

    @field_validator("*", mode="before")
    @classmethod
    def _an_empty_section_has_its_defaults(cls, section: Any) -> Any:
        return {} if section is None else section

    @model_validator(mode="after")
    def _early_stopping_has_something_to_look_at(self) -> Self:
        if self.optimization.early_stopping.enabled and self.training_data.validation_split == 0:
            raise ValueError(
                "cannot stop early (optimization.early_stopping) with a validation_split of 0"
            )
        return self

    @property
    def margins(self) -> Margins:
        """By how much a version may be worse and still take over."""
        return Margins(**self.evaluation.margins.model_dump())

    @model_validator(mode="after")
    def _preferences_are_what_was_collected(self) -> Self:
        data = self.training_data
        if self.learns and (data.source != "collected" or data.augmentation is not None):
            raise ValueError(
                f"has rows of a file or variants, and {self.model.trainer} learns from what you preferred"
            )
        return self

    @property
    def learns(self) -> Learns | None:
        """The preferences that it learns from instead of examples, if it does."""
        return TRAINERS[self.model.trainer].learns

    @property
    def least_preferences(self) -> int:
        """So many it needs."""
        return (self.model.preference or Preference()).least

    @property
    def recipe(self) -> Recipe:
        """The flat settings of the trainer."""
        stopping, evaluation = self.optimization.early_stopping, self.evaluation
        own: dict[str, Any] = {}
        if TRAINERS[self.model.trainer].lora:
            own = (self.model.lora or Lora()).model_dump()
        if self.learns:
            own |= (self.model.preference or Preference()).model_dump(exclude={"least"})
        return Recipe(
            name=self.model.name,
            trainer=self.model.trainer,
            **self.hyperparameters.model_dump(),
            optimizer=OPTIMIZERS[self.optimization.optimizer],
            scheduler=self.optimization.scheduler,
            early_stopping_patience=stopping.patience if stopping.enabled else 0,
            save_best_model=evaluation.save_best_model,
            evaluations_per_epoch=evaluation.evaluations_per_epoch,
            keep_epochs=evaluation.keep_epochs,
            loggers=tuple(each for each in self.logging.loggers if each != STORE),
            **own,
        )
