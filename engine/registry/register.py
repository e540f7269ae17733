"""Turn a finished run into a version: publish its files and hash them. Whether it takes over is proved
afterwards (promotion.py); of a T5 it is decided here, by its held-out loss alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.cancelling import unless_cancelled
from engine.domain.run import Run
from engine.domain.version import AdapterIdentity, Student, Version
from engine.errors import Cancelled
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.store import Store
from engine.training.checkpoints import flush_all
from models.gguf import ConversionFailed, GgufIdentity, converter_name, lora_to_gguf
from models.weights import sha256_of

ADAPTER_FILE = "adapter_model.safetensors"
WEIGHTS_FILE = "model.safetensors"
NOT_PROVED = "Not proved:"
WAITS = "It waits for you to activate it."
CHANGED = (
    "Meanwhile another model was chosen to answer, or a text was erased that it learned: it waits."
)
NOT_COMPARED = f"{NOT_PROVED} its answers were not compared yet. {WAITS}"


@dataclass(frozen=True)
class Files:
    """The files of a version: what was trained, what is served, and what made one of the other."""

    weights: Path
    served: Path
    converter: str = ""


def register(
    store: Store,
    home: Path,
    run: Run,
    result: dict[str, Any],
    *,
    base_folder: Path,
    base: GgufIdentity,
    auto_deploy: bool = True,
    cancelled: Callable[[], bool] = lambda: False,
) -> Version:
    """Publish what a run trained as the next version. An adapter is not active; a T5 is, at once, when
    the 95 % interval of the paired held-out gain over the one that was active lies above zero.

    Files go to versions/<user>/<version_name of the run>, never over anything. Doing it again gives
    the version that is there. Without `auto_deploy` a person activates it, however good it is.
    Raises `Cancelled` and `ConversionFailed`.
    """
    folder = home / "versions" / run.user_id / run.version_name
    trained = Path(result["adapter"])
    if run.student is Student.T5:
        files = unless_cancelled(partial(publish_model, trained, folder, cancelled), cancelled)
    else:
        files = publish_adapter(trained, folder, base_folder, cancelled)
    sha256 = unless_cancelled(
        lambda: {path: sha256_of(path) for path in {files.weights, files.served}}, cancelled
    )
    losses = {
        name: [RowLoss(float(nats), int(tokens)) for nats, tokens in rows]
        for name, rows in result["losses"].items()
    }
    gain = loss_gain(losses["before"], losses["after"])
    over_active = loss_gain(losses["active"], losses["after"]) if "active" in losses else None
    version = store.versions.add(
        user_id=run.user_id,
        run_id=run.id,
        snapshot_id=run.snapshot_id,
        base_model=run.base_model,
        recipe=run.recipe,
        adapter_path=str(files.weights.parent.relative_to(home)),
        adapter_sha256=sha256[files.weights],
        gguf_path=str(files.served.relative_to(home)),
        gguf_sha256=sha256[files.served],
        identity=AdapterIdentity(base.sha256, base.template_sha256, files.converter),
        gain=gain,
        gain_over_active=over_active,
        verdict=NOT_COMPARED,
        student=run.student,
        overlap=result.get("overlap"),
    )
    if run.student is Student.T5 and version.verdict == NOT_COMPARED:
        settle_by_loss(store, version, result.get("active_id"), auto_deploy=auto_deploy)
    return store.versions.by_id(version.id)


def settle_by_loss(
    store: Store, version: Version, active_id: str | None, *, auto_deploy: bool
) -> None:
    """Say in one sentence why a T5 is active or waits, and make it active if it is better than the one that
    answered when its training began (None: the base), and no other was chosen since."""
    active = store.versions.by_id(active_id) if active_id else None
    gain = version.gain_over_active or version.gain
    rival = (
        active.label if active and version.gain_over_active else f"the base {version.base_model}"
    )
    figures = (
        f"held-out loss {gain.before:.3f} → {gain.after:.3f}, gain {gain.gain:+.3f} "
        f"(95 % interval {gain.low:+.3f} to {gain.high:+.3f}, n = {gain.rows})"
    )
    then = WAITS
    if not gain.is_better:
        found = f"Not proved better than {rival}: {figures}."
    else:
        found = f"Better than {rival} beyond its interval: {figures}."
        if active and version.gain_over_active is None:
            then = f"{active.label} has another base, so their losses cannot be compared. {WAITS}"
        elif auto_deploy:
            verdict = f"{found} It is active."
            if store.rulings.take_over(
                version.user_id, version.id, None, verdict, rival_id=active_id
            ):
                return
            then = CHANGED
    store.versions.set_verdict(version.id, f"{found} {then}")


def publish_adapter(
    adapter: Path, folder: Path, base_folder: Path, cancelled: Callable[[], bool]
) -> Files:
    """Copy the adapter and convert it, in a folder beside the target that is renamed when whole."""
    files = Files(
        folder / "adapter" / ADAPTER_FILE, folder / "adapter.gguf", converter=converter_name()
    )
    if folder.exists():
        return files
    with half_of(folder) as half:
        shutil.copytree(adapter, half / "adapter")
        try:
            lora_to_gguf(half / "adapter", base_folder, half / "adapter.gguf", give_up=cancelled)
        except ConversionFailed:
            if cancelled():
                raise Cancelled("The training") from None
            raise
    return files


def publish_model(trained: Path, folder: Path, cancelled: Callable[[], bool]) -> Files:
    """Copy a whole model into `final` of its folder, which is there when it is whole."""

    def copy(source: str, target: str) -> str:
        if cancelled():
            raise Cancelled("The training")
        return shutil.copyfile(source, target)

    weights = folder / trained.name / WEIGHTS_FILE
    if not folder.exists():
        with half_of(folder) as half:
            shutil.copytree(trained, half / trained.name, copy_function=copy)
    return Files(weights, weights)


@contextmanager
def half_of(folder: Path) -> Iterator[Path]:
    """Where a folder is filled before it gets its name at the end of the block; gone after a failure."""
    half = folder.with_name(f".{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    try:
        yield half
        flush_all(half)
        os.replace(half, folder)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
