"""Version: `zega-<user_id>` number N: adapter, evaluation and lineage. Never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.evaluation import Comparison, LossGain
from engine.errors import Quarantined


def model_name(user_id: str) -> str:
    """The name of a user's own model, the same everywhere: `zega-anna`."""
    return f"zega-{user_id}"


@dataclass(frozen=True)
class AdapterIdentity:
    """What an adapter only works with; a mismatch is refused, never guessed around."""

    base_sha256: str
    template_sha256: str
    converter: str


@dataclass(frozen=True)
class Version:
    """Paths are relative to the home folder. `verdict` says in a sentence why it is active or not.

    One that was trained on a text that is erased by now is quarantined: it never answers again.
    """

    id: str
    user_id: str
    number: int
    run_id: str
    snapshot_id: str
    base_model: str
    recipe: str
    adapter_path: str
    adapter_sha256: str
    gguf_path: str
    gguf_sha256: str
    identity: AdapterIdentity
    gain: LossGain
    gain_over_active: LossGain | None
    verdict: str
    created_at: datetime
    comparisons: tuple[Comparison, ...] = ()
    quarantined_at: datetime | None = None

    @property
    def name(self) -> str:
        return model_name(self.user_id)

    @property
    def label(self) -> str:
        """`zega-anna v3`."""
        return f"{self.name} v{self.number}"

    def check_usable(self) -> None:
        """Raise `Quarantined` for a version that may not answer any more."""
        if self.quarantined_at is not None:
            raise Quarantined(self.label)
