"""The only reader of the environment: every setting of the studio, with its default.

Set them as environment variables or in a file `.env` beside the Makefile (see .env.example).
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import SettingsError


class Settings(BaseSettings):
    """Field `home` is read from ZEGA_HOME, and so on. Words are English words, times are seconds."""

    model_config = SettingsConfigDict(env_prefix="ZEGA_", env_file=".env", extra="ignore")

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
    train_at: int = Field(
        50, ge=0, description="Kept examples since the last training that start one; 0 = never."
    )
    generation_slots: int = Field(
        8, ge=1, le=64, description="Answers written at once by auto-training."
    )
    context: int = Field(2048, ge=512, description="Tokens a served model reads at once.")
    threads: int = Field(2, ge=1, description="CPU threads of the model server.")
    hot_adapters: int = Field(16, ge=2, description="Adapters kept loaded beside the base.")
    models_dir: str = Field("", description="Folder with model folders, tried before the hub.")

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
        lines = [f"ZEGA_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(lines)) from error
