"""Where a base model's files are: inside an installed package, in a folder, or fetched from the hub.

Every file with a recorded SHA-256 is checked before its path is given out.
"""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from models.catalog import BaseModel, read_catalog
from models.errors import ChecksumMismatch, WeightsMissing


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _cached_sha256(path: Path, size: int, changed_ns: int) -> str:
    return sha256_of(path)


def verify(path: Path, expected: str) -> Path:
    """The path itself when its content has that hash; raises `ChecksumMismatch` otherwise.

    Within one process a file is hashed again only after its size or time of change differs.
    """
    stat = path.stat()
    found = _cached_sha256(path, stat.st_size, stat.st_mtime_ns)
    if found != expected:
        raise ChecksumMismatch(path, expected, found)
    return path


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsMissing(f"The package {package} is not installed. Run `make setup`.")
    return Path(spec.submodule_search_locations[0])


def embedding_folder() -> Path:
    """The verified folder of the packaged sentence-embedding model."""
    row: dict[str, Any] = read_catalog()["embedding"]
    folder = package_folder(row["package"]) / str(row["folder"])
    for name, expected in row["sha256"].items():
        verify(folder / name, expected)
    return folder


def converter_folder() -> Path:
    """The verified folder of llama.cpp's own conversion scripts."""
    row = read_catalog()["converter"]
    folder = package_folder(row["package"])
    for name, expected in row["sha256"].items():
        verify(folder / name, expected)
    return folder / "llama.cpp"


def locate(model: BaseModel, models_dir: Path | None = None, *, local_only: bool = False) -> Path:
    """The model's GGUF file, or its folder of safetensors. Raises `WeightsMissing`.

    `models_dir` holds model folders by name; they are used before the hub is asked. With `local_only`
    the hub is not asked: what was fetched before is used.
    """
    if model.source == "package":
        return verify(package_folder(model.package) / model.file, model.sha256)
    if model.source == "path":
        path = Path(model.path)
        ggufs = sorted(path.glob("*.gguf")) if path.is_dir() else [path]
        return ggufs[0] if len(ggufs) == 1 else path
    if models_dir is not None and (models_dir / model.name).is_dir():
        return models_dir / model.name
    return _fetch(model, local_only=local_only)


def _fetch(model: BaseModel, *, local_only: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        wanted = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]
        folder: str = snapshot_download(
            model.hub, allow_patterns=wanted, local_files_only=local_only
        )
        return Path(folder)
    except Exception as error:  # the hub client raises a dozen unrelated types when offline
        put = (
            f"Put its files into a folder {model.name} and set ZEGA_MODELS_DIR to the folder above"
        )
        if local_only:
            raise WeightsMissing(
                f"{model.name} is not on this machine, and the studio is set to local only: nothing "
                f"was fetched. {put}, or turn the switch in Settings (or ZEGA_LOCAL_ONLY) off."
            ) from error
        raise WeightsMissing(
            f"{model.name} could not be fetched from the hub ({type(error).__name__}). {put}."
        ) from error


def verify_packaged() -> list[str]:
    """Check every packaged file against the catalog; the names of what was checked."""
    from models.catalog import base_models

    checked = []
    for model in base_models():
        if model.source == "package":
            locate(model)
            checked.append(model.name)
    embedding_folder()
    converter_folder()
    return [*checked, read_catalog()["embedding"]["name"], read_catalog()["converter"]["name"]]


if __name__ == "__main__":
    for name in verify_packaged():
        print(f"verified {name}")
