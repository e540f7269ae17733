"""The only reader of the environment: every setting of the studio, with its default.

Set them as environment variables or in a file `.env` beside the Makefile (see .env.example).
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import SettingsError

ROOT = Path(__file__).parent.parent


def _limit(name: str) -> AliasChoices:
    """A setting that is read with and without ZEGA_ before its name."""
    return AliasChoices(f"ZEGA_{name.upper()}", name)


class Settings(BaseSettings):
    """Field `home` is read from ZEGA_HOME, and so on. Words are English words, times are seconds."""

    model_config = SettingsConfigDict(env_prefix="ZEGA_", env_file=ROOT / ".env", extra="ignore")

    home: Path = Field(Path("var"), description="Folder that holds everything the studio makes.")
    database_url: str = Field("", description="Database; empty means SQLite in the home folder.")
    host: str = Field("127.0.0.1", description="Address the studio listens on.")
    port: int = Field(8501, ge=1, le=65535, description="Port of the studio.")
    base_model: str = Field(
        "SmolLM2-135M-Instruct", description="Base model: a name of the catalog, or a path."
    )
    recipe: str = Field("quick", description="Recipe that trainings use.")
    keep_threshold: float = Field(7.0, ge=0, le=10, description="Score from which a text is kept.")
    min_examples: int = Field(10, ge=3, description="Fewest kept examples a training accepts.")
    data_augmentation: float = Field(
        0.5, ge=0, le=0.5, description="Largest share of a training that variants may be; 0 = none."
    )
    train_at: int = Field(
        50, ge=0, description="Kept examples since the last training that start one; 0 = never."
    )
    generation_slots: int = Field(
        8, ge=1, le=64, description="Answers written at once by auto-training."
    )
    context: int = Field(2048, ge=512, description="Tokens a served model reads at once.")
    threads: int = Field(2, ge=1, description="CPU threads of the model server.")
    hot_adapters: int = Field(16, ge=2, description="Adapters kept loaded beside the base.")
    models_dir: str = Field(
        "",
        validation_alias=_limit("models_dir"),
        description="Folder with model folders, tried before the hub.",
    )
    training_enabled: bool = Field(
        True,
        validation_alias=_limit("training_enabled"),
        description="Whether trainings may start.",
    )
    training_data_dir: str = Field(
        "",
        validation_alias=_limit("training_data_dir"),
        description="Folder that a configuration's files must lie in; empty = anywhere.",
    )
    checkpoints_dir: str = Field(
        "",
        validation_alias=_limit("checkpoints_dir"),
        description="Folder of trainings' checkpoints; empty = beside each training.",
    )
    checkpoints_mb: int = Field(
        10_000, ge=0, description="Megabytes that checkpoints of ended trainings may fill."
    )
    training_gpu_enabled: bool = Field(
        True,
        validation_alias=_limit("training_gpu_enabled"),
        description="Whether trainings may use a GPU.",
    )
    training_max_memory: int = Field(
        0,
        ge=0,
        validation_alias=_limit("training_max_memory"),
        description="Megabytes that a training may use; 0 = what there is.",
    )
    training_max_workers: int = Field(
        0,
        ge=0,
        validation_alias=_limit("training_max_workers"),
        description="CPU threads that a training may use; 0 = all.",
    )
    model_registry_enabled: bool = Field(
        True,
        validation_alias=_limit("model_registry_enabled"),
        description="Trainings end as versions in a list; this cannot be turned off.",
    )
    model_auto_backup: bool = Field(
        True,
        validation_alias=_limit("model_auto_backup"),
        description="Each version keeps its files beside the newer ones; this cannot be turned off.",
    )
    local_only: bool = Field(
        False,
        description="Ask no model elsewhere and fetch none, whatever the switch in the studio says.",
    )

    api_token: SecretStr = Field(
        SecretStr(""), description="Token that programs must show; empty = made when one is needed."
    )
    guests: Literal["auto", "yes", "no"] = Field(
        "auto", description="Give each browser a name of its own; auto = unless on loopback."
    )
    guest_teacher: str = Field(
        "", description="Provider, by its name, that teaches guests at your cost; empty = the base."
    )

    @field_validator("home")
    @classmethod
    def _below_the_repository(cls, home: Path) -> Path:
        # Wherever a command is called from, it means the same studio.
        return ROOT / home

    @field_validator("training_data_dir", "checkpoints_dir")
    @classmethod
    def _folder_below_the_repository(cls, value: str) -> str:
        return str(ROOT / value) if value else value

    @field_validator("base_model", "models_dir")
    @classmethod
    def _path_in_the_repository(cls, value: str) -> str:
        return str(ROOT / value) if "/" in value and (ROOT / value).exists() else value

    @field_validator("model_registry_enabled")
    @classmethod
    def _is_registered(cls, enabled: bool) -> bool:
        if not enabled:
            raise ValueError(
                "cannot be off, for only a version in the list is measured, activated and rolled back; "
                "to train nothing at all set ZEGA_TRAINING_ENABLED=false"
            )
        return enabled

    @field_validator("model_auto_backup")
    @classmethod
    def _is_kept(cls, enabled: bool) -> bool:
        if not enabled:
            raise ValueError(
                "cannot be off, for no version's files are ever overwritten; what checkpoints may fill "
                "is ZEGA_CHECKPOINTS_MB"
            )
        return enabled

    @field_validator("api_token")
    @classmethod
    def _token_is_strong(cls, token: SecretStr) -> SecretStr:
        if token and not re.fullmatch(r"[A-Za-z0-9_-]{20,200}", token.get_secret_value()):
            raise ValueError("must be 20 to 200 letters, digits, '-' or '_'")
        return token

    @property
    def is_local(self) -> bool:
        """Whether the studio listens on this machine only."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def has_guests(self) -> bool:
        """Whether people get a name of their own from the studio instead of choosing one."""
        return self.guests == "yes" or (self.guests == "auto" and not self.is_local)

    @property
    def database(self) -> str:
        """URL of the database in use."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'zega.db'}"

    @property
    def cache(self) -> Path:
        """Converted models; safe to delete."""
        return self.home / "cache"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment; raises `SettingsError` naming each variable that is off."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        names = [str(each["loc"][0]).upper().removeprefix("ZEGA_") for each in error.errors()]
        said = zip(names, error.errors(), strict=True)
        lines = [f"ZEGA_{name}: {each['msg']}" for name, each in said]
        raise SettingsError("; ".join(lines)) from error
