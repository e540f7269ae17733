"""Version: a student number N: its weights, evaluation and lineage. Never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath

from engine.domain.evaluation import Comparison, LossGain, Ruling
from engine.errors import Quarantined


class Student(StrEnum):
    """The models a user can have of their own, one version of each active: `zega-<user_id>`, an adapter
    on the studio's base, and a T5 with weights of its own."""

    ZEGA = "zega"
    T5 = "t5"

    @property
    def called(self) -> str:
        """As people choose it."""
        return "My T5" if self is Student.T5 else "My zega"


def model_name(user_id: str) -> str:
    """The name of a user's own model, the same everywhere: `zega-anna`."""
    return f"zega-{user_id}"


@dataclass(frozen=True)
class AdapterIdentity:
    """What an adapter only works with; a mismatch is refused, never guessed around. Of a T5 it says
    what it was trained from: base weights and tokenizer."""

    base_sha256: str
    template_sha256: str
    converter: str


@dataclass(frozen=True)
class Version:
    """Paths are relative to the home folder. `verdict` says in a sentence why it is active or not.

    An adapter is served by its GGUF file; a T5 from its folder, whose weights are both files then.
    `ruling` is what the gate ruled; None where it was not asked, as of a T5.
    `overlap` has its ROUGE-L and chrF before and after, where they were measured. Numbers count all of a
    user's versions.
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
    student: Student = Student.ZEGA
    overlap: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ruling: Ruling | None = None

    @property
    def name(self) -> str:
        """`zega-anna`, or `t5-retrained-20261121-143000`: the folder of a T5."""
        if self.student is Student.T5:
            return PurePosixPath(self.adapter_path).parent.name
        return model_name(self.user_id)

    @property
    def label(self) -> str:
        """`zega-anna v3`; the name of a T5 says when it was made."""
        return self.name if self.student is Student.T5 else f"{self.name} v{self.number}"

    def check_usable(self) -> None:
        """Raise `Quarantined` for a version that may not answer any more."""
        if self.quarantined_at is not None:
            raise Quarantined(self.label)
