"""Which adapters may be loaded: whole files that belong to the base being served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.domain.version import AdapterIdentity, Student, Version
from engine.errors import IdentityMismatch
from models.errors import ChecksumMismatch
from models.weights import verify


@dataclass(frozen=True)
class Loadable:
    """Versions that may be loaded with their files, and why the others may not."""

    versions: tuple[Version, ...]
    files: tuple[Path, ...]
    refused: dict[str, str]


def check_identity(version: Version, *, base_sha256: str, template_sha256: str) -> None:
    """Raises `IdentityMismatch` when the version was trained on another base or template."""
    if version.student is not Student.ZEGA:
        raise IdentityMismatch(
            f"{version.label} has weights of its own: it is no adapter to put on a base."
        )
    found: AdapterIdentity = version.identity
    if found.base_sha256 != base_sha256:
        raise IdentityMismatch(
            f"{version.label} was trained on another base model than the one served now. "
            "Serve that base, or train again."
        )
    if found.template_sha256 != template_sha256:
        raise IdentityMismatch(
            f"{version.label} was trained with another chat template than the base has now. "
            "Train again."
        )


def loadable(
    versions: Sequence[Version], home: Path, *, base_sha256: str, template_sha256: str
) -> Loadable:
    """Sort versions into those whose files verify and belong to the base, and the rest."""
    good: list[Version] = []
    files: list[Path] = []
    refused: dict[str, str] = {}
    for version in versions:
        try:
            check_identity(version, base_sha256=base_sha256, template_sha256=template_sha256)
            files.append(verify(home / version.gguf_path, version.gguf_sha256))
            good.append(version)
        except (IdentityMismatch, ChecksumMismatch) as error:
            refused[version.id] = str(error)
        except FileNotFoundError:
            refused[version.id] = f"The adapter file of {version.label} is missing."
    return Loadable(tuple(good), tuple(files), refused)
