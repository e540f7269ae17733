"""What a training configuration says of the model and its trainer; the rest of it is in config.py."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from engine.training.trainers import TRAINERS

BelowOne = Annotated[float, Field(ge=0, lt=1)]


class Section(BaseModel):
    """A number is no text and `yes` no number; a key that is not here is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Lora(Section):
    rank: int = Field(
        default=16, ge=1, le=1024, description="Width of the matrices on every linear layer."
    )
    alpha: int = Field(default=32, ge=1, le=4096, description="The update counts `alpha / rank`.")
    dropout: BelowOne = Field(default=0.0, description="Share of inputs dropped while training.")
    four_bit: bool = Field(
        default=False, description="Hold the base in 4 bits (QLoRA); needs a GPU."
    )


class Preference(Section):
    beta: float = Field(
        default=0.1, gt=0, le=100, description="How close it stays to the model it starts from."
    )
    text_weight: float = Field(
        default=0.0,
        ge=0,
        le=100,
        description="Weight of the better texts' own loss beside, for dpo.",
    )
    least: int = Field(default=20, ge=4, le=100_000, description="Pairs or thumbs that it needs.")


class Model(Section):
    name: str = Field(default="", max_length=64, description="Name of the recipe; else the file's.")
    description: str = Field(default="", max_length=200, description="One sentence for people.")
    trainer: str = Field(default="lora_sft", description="What trains.")
    model_type: Literal["fine_tuned"] = Field(default="fine_tuned", description="Only this one.")
    base_model: str = Field(
        default="",
        max_length=500,
        description="A base of the catalog, or a path; else the studio's.",
    )
    teacher: str = Field(
        default="", max_length=500, description="Who writes in a two-phase training by this recipe."
    )
    lora: Lora | None = Field(default=None, description="Only for LoRA trainers.")
    preference: Preference | None = Field(default=None, description="Only for dpo and kto.")

    @field_validator("trainer")
    @classmethod
    def _there_is_such_a_trainer(cls, trainer: str) -> str:
        if trainer not in TRAINERS:
            names = ", ".join(map(repr, TRAINERS))
            raise ValueError(f"must be one of {names}, got {trainer[:60]!r}")
        return trainer

    @model_validator(mode="after")
    def _lora_belongs_to_its_trainer(self) -> Self:
        if self.lora is not None and not TRAINERS[self.trainer].lora:
            its = ", ".join(name for name, each in TRAINERS.items() if each.lora)
            raise ValueError(f"has lora, which is for {its}, and the trainer is {self.trainer}")
        return self

    @model_validator(mode="after")
    def _preference_belongs_to_its_trainer(self) -> Self:
        learns = TRAINERS[self.trainer].learns
        if self.preference is not None and learns is None:
            its = ", ".join(name for name, each in TRAINERS.items() if each.learns)
            raise ValueError(
                f"has preference, which is for {its}, and the trainer is {self.trainer}"
            )
        if self.preference is not None and self.preference.text_weight and self.trainer != "dpo":
            raise ValueError("has a text_weight, which is for dpo: thumbs have no better text")
        return self
