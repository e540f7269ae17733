"""The base model in its two shapes: the GGUF that is served and the folder that is trained on."""

from __future__ import annotations

from pathlib import Path

from engine.settings import Settings
from engine.training.run import Base
from models.catalog import find_base_model
from models.gguf import folder_to_gguf, identity
from models.weights import locate


def base_weights(settings: Settings) -> Path:
    """The base model's GGUF file or its folder of safetensors. Raises `WeightsMissing`."""
    folder = Path(settings.models_dir) if settings.models_dir else None
    return locate(find_base_model(settings.base_model), folder)


def served_gguf(settings: Settings) -> Path:
    """The GGUF that llama.cpp serves; a model that comes as a folder is converted once, to Q8_0."""
    weights = base_weights(settings)
    if weights.is_file():
        return weights
    converted = settings.cache / f"{find_base_model(settings.base_model).name}.q8_0.gguf"
    return converted if converted.exists() else folder_to_gguf(weights, converted, outtype="q8_0")


def prepare_base(settings: Settings) -> Base:
    """The base of a training: converted for transformers once, with the identity of what is served.

    Imports torch on the first call of a machine, when the weights are converted.
    """
    from engine.training.base import base_folder

    folder = base_folder(base_weights(settings), settings.cache / "bases")
    return Base(find_base_model(settings.base_model), folder, identity(served_gguf(settings)))
