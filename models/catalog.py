"""The catalog of base models (catalog.yaml) and the check that one fits into memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import psutil
import yaml

from models.errors import DoesNotFit, WeightsMissing

CATALOG = Path(__file__).with_name("catalog.yaml")


@dataclass(frozen=True)
class BaseModel:
    """One base model. Sizes and memory are megabytes, context is tokens.

    `path` is set for a model named by its path instead of by a row of the catalog.
    """

    name: str
    task: Literal["causal", "seq2seq"]
    license: str
    parameters: int
    size_mb: int
    serve_mb: int
    train_mb: int
    context: int
    source: Literal["package", "hub", "path"]
    package: str = ""
    file: str = ""
    sha256: str = ""
    hub: str = ""
    path: str = ""


@cache
def read_catalog() -> dict[str, Any]:
    """The whole catalog as plain data."""
    data: dict[str, Any] = yaml.safe_load(CATALOG.read_text(encoding="utf-8"))
    return data


def base_models() -> list[BaseModel]:
    """Every row of the catalog, in its order."""
    rows = []
    for row in read_catalog()["models"]:
        fields = {key: value for key, value in row.items() if key != "memory_mb"}
        memory = row["memory_mb"]
        rows.append(BaseModel(serve_mb=memory["serve"], train_mb=memory["train"], **fields))
    return rows


def find_base_model(name: str) -> BaseModel:
    """The catalog's row of that name, or the GGUF file or model folder at that path."""
    for row in base_models():
        if name in (row.name, row.hub):
            return row
    path = Path(name)
    if path.exists():
        return _from_path(path)
    known = ", ".join(row.name for row in base_models())
    raise WeightsMissing(f"There is no base model {name!r}: no such path, and known are {known}.")


def _from_path(path: Path) -> BaseModel:
    files = [path] if path.is_file() else [*path.glob("*.safetensors"), *path.glob("*.gguf")]
    size_mb = max(1, sum(file.stat().st_size for file in files) // 2**20)
    # Without a measured row: serving needs the file and its context, training the weights in fp32
    # (a 4-bit file grows eightfold) and as much again for activations.
    return BaseModel(
        name=path.stem,
        task="seq2seq" if _writes_from_a_text(path) else "causal",
        license="unknown",
        parameters=0,
        size_mb=size_mb,
        serve_mb=2 * size_mb + 200,
        train_mb=16 * size_mb + 500,
        context=2048,
        source="path",
        path=str(path.resolve()),
    )


def _writes_from_a_text(path: Path) -> bool:
    """Whether a model folder says that it has an encoder and a decoder."""
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and bool(config.get("is_encoder_decoder"))


def check_memory(model: BaseModel, use: Literal["serve", "train"], *, held_mb: int = 0) -> None:
    """Raise `DoesNotFit` with both figures when the model needs more than is free now, or held by what
    it takes the place of."""
    needed = model.serve_mb if use == "serve" else model.train_mb
    available = psutil.virtual_memory().available // 2**20 + held_mb
    if needed > available:
        raise DoesNotFit(model.name, needed, available)
