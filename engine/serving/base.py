"""The base model in its two shapes: the GGUF that is served and the folder that is trained on."""

from __future__ import annotations

from pathlib import Path

from engine.settings import Settings
from engine.training.run import Base
from models.catalog import find_base_model
from models.gguf import folder_to_gguf, identity
from models.weights import locate


def served_gguf(settings: Settings) -> Path:
    """The GGUF that llama.cpp serves; a model that comes as a folder is converted once, to Q8_0."""
    base = find_base_model(settings.base_model)
    weights = locate(base, Path(settings.models_dir) if settings.models_dir else None)
    if weights.is_file():
        return weights
    converted = settings.cache / f"{base.name}.q8_0.gguf"
    return converted if converted.exists() else folder_to_gguf(weights, converted, outtype="q8_0")


def prepare_base(settings: Settings) -> Base:
    """The base of a training: converted for transformers once, with the identity of what is served.

    Imports torch on the first call of a machine, when the weights are converted.
    """
    from engine.training.base import base_folder

    base = find_base_model(settings.base_model)
    weights = locate(base, Path(settings.models_dir) if settings.models_dir else None)
    folder = base_folder(weights, settings.cache / "bases")
    return Base(base, folder, identity(served_gguf(settings)))
