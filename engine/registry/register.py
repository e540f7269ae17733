"""Turn a finished run into a version: convert, hash, measure, decide."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from engine.domain.evaluation import LossGain
from engine.domain.run import Run
from engine.domain.version import AdapterIdentity, Version
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.store import Store
from models.gguf import GgufIdentity, converter_name, lora_to_gguf
from models.weights import sha256_of

ADAPTER_FILE = "adapter_model.safetensors"


def register(
    store: Store,
    home: Path,
    run: Run,
    result: dict[str, Any],
    *,
    base_folder: Path,
    base: GgufIdentity,
    auto_deploy: bool = True,
) -> Version:
    """Publish a run's adapter as the next version and make it active if it is better.

    Files go to versions/<user>/<run id>, never over anything. Doing it again for the same run gives
    the version that is there. Until the full promotion gate exists the rule is: active at once when
    the 95 % interval of the paired held-out gain over the active version lies above zero. Without
    `auto_deploy` a person activates it, however good it is.
    """
    folder = home / "versions" / run.user_id / run.id
    _publish(Path(result["adapter"]), folder, base_folder)
    losses = {
        name: [RowLoss(float(nats), int(tokens)) for nats, tokens in rows]
        for name, rows in result["losses"].items()
    }
    gain = loss_gain(losses["before"], losses["after"])
    active = store.versions.active(run.user_id)
    over_active = loss_gain(losses["active"], losses["after"]) if "active" in losses else None
    deciding = over_active or gain
    rival = active.label if active and over_active else f"the base {run.base_model}"
    version = store.versions.add(
        user_id=run.user_id,
        run_id=run.id,
        snapshot_id=run.snapshot_id,
        base_model=run.base_model,
        recipe=run.recipe,
        adapter_path=str((folder / "adapter").relative_to(home)),
        adapter_sha256=sha256_of(folder / "adapter" / ADAPTER_FILE),
        gguf_path=str((folder / "adapter.gguf").relative_to(home)),
        gguf_sha256=sha256_of(folder / "adapter.gguf"),
        identity=AdapterIdentity(base.sha256, base.template_sha256, converter_name()),
        gain=gain,
        gain_over_active=over_active,
        verdict=verdict(deciding, rival, auto_deploy=auto_deploy),
    )
    if auto_deploy and deciding.is_better and version.quarantined_at is None:
        store.versions.activate(run.user_id, version.id)
    return version


def verdict(gain: LossGain, rival: str, *, auto_deploy: bool = True) -> str:
    """One sentence on why a version is active or waits."""
    figures = (
        f"held-out loss {gain.before:.3f} → {gain.after:.3f}, gain {gain.gain:+.3f} "
        f"(95 % interval {gain.low:+.3f} to {gain.high:+.3f}, n = {gain.rows})"
    )
    if gain.is_better:
        then = "It is active." if auto_deploy else "It waits for you to activate it."
        return f"Better than {rival} beyond its interval: {figures}. {then}"
    return f"Not proved better than {rival}: {figures}. It waits for you to activate it."


def _publish(adapter: Path, folder: Path, base_folder: Path) -> None:
    """Copy the adapter and convert it, in a folder beside the target that is renamed when whole."""
    if folder.exists():
        return
    half = folder.with_name(f".{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(adapter, half / "adapter")
    lora_to_gguf(half / "adapter", base_folder, half / "adapter.gguf")
    for path in (half / "adapter").iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    os.replace(half, folder)
