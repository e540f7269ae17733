"""The base model in its two shapes: the GGUF that is served and the folder that is trained on."""

from __future__ import annotations

from pathlib import Path

from engine.settings import Settings
from engine.training.run import Base
from models.catalog import find_base_model
from models.errors import WeightsMissing
from models.gguf import GgufIdentity, folder_to_gguf, identity
from models.weights import locate, sha256_of


def base_weights(settings: Settings) -> Path:
    """The base model's GGUF file or its folder of safetensors; with `local_only` nothing is fetched.

    Raises `WeightsMissing`.
    """
    folder = Path(settings.models_dir) if settings.models_dir else None
    model = find_base_model(settings.base_model)
    return locate(model, folder, local_only=settings.local_only)


def served_gguf(settings: Settings) -> Path:
    """The GGUF that llama.cpp serves; a model that comes as a folder is converted once, to Q8_0."""
    weights = base_weights(settings)
    if weights.is_file():
        return weights
    converted = settings.cache / f"{find_base_model(settings.base_model).name}.q8_0.gguf"
    return converted if converted.exists() else folder_to_gguf(weights, converted, outtype="q8_0")


def prepare_base(settings: Settings) -> Base:
    """The base of a training: converted for transformers once, with the identity of what is served.

    Imports torch on the first call of a machine, when the weights are converted. Raises `WeightsMissing`.
    """
    from engine.training.base import base_folder

    model = find_base_model(settings.base_model)
    if model.task == "seq2seq":
        weights = base_weights(settings)
        return Base(model, weights, folder_identity(weights))
    folder = base_folder(base_weights(settings), settings.cache / "bases")
    return Base(model, folder, identity(served_gguf(settings)))


def folder_identity(folder: Path) -> GgufIdentity:
    """The identity of a model that is a folder: the hashes of its weights and of its tokenizer, which
    stands where a chat template would. Raises `WeightsMissing`."""
    files = [folder / name for name in ("model.safetensors", "tokenizer.json")]
    if missing := [path.name for path in files if not path.is_file()]:
        raise WeightsMissing(
            f"{folder} has no {' and no '.join(missing)}. A T5 is read from safetensors with a fast "
            "tokenizer: put both there."
        )
    return GgufIdentity(*map(sha256_of, files))
