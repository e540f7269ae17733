"""Any two measured models of a user beside each other: which there are, and all in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

from engine.calibration.threshold import threshold_of
from engine.domain.evaluation import Evaluation, LossGain, Margins, Ruling
from engine.domain.version import Student, Version
from engine.evaluation.findings import Beside, Findings, findings
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.evaluation.joined import Joined, join
from engine.evaluation.topics import pairs_of
from engine.registry.gate import decide
from engine.store import Store

BASE = "the base "


@dataclass(frozen=True)
class Candidate:
    """A model that can be compared, with its evaluations, newest first. `id` is a version's, else what the
    model is called, such as `the base tiny`."""

    id: str
    label: str
    version: Version | None
    evaluations: tuple[Evaluation, ...]


@dataclass(frozen=True)
class Compared:
    """Everything in which two models differ, new minus old. `ruling` is None where one of them tells no
    likelihoods: the gate rules on held-out loss."""

    ruling: Ruling | None
    findings: Findings
    beside: Beside

    @property
    def old(self) -> Evaluation:
        return self.beside.evaluation

    @property
    def new(self) -> Evaluation:
        return self.findings.evaluation


class Comparing:
    """Verbs that look and change nothing."""

    def __init__(self, store: Store, *, threshold: float) -> None:
        self._store = store
        self._threshold = threshold

    def candidates(self, user_id: str) -> list[Candidate]:
        """Versions that may answer, newest first, then their bases, then what else was measured."""
        found = self._store.evaluations.list(user_id)
        versions = [
            Candidate(
                each.id,
                each.label,
                each,
                tuple(row for row in found if row.version_id == each.id),
            )
            for each in self._store.versions.list(user_id)
            if each.student is Student.ZEGA and each.quarantined_at is None
        ]
        names = [base_of(each.version) for each in versions if each.version is not None]
        names += [row.model for row in found if row.version_id is None]
        return versions + [
            Candidate(name, name, None, tuple(row for row in found if row.model == name))
            for name in dict.fromkeys(names)
        ]

    def rival_of(self, new: Candidate, candidates: Sequence[Candidate]) -> str:
        """The id of what a model was to replace: what the gate set it against, else the version before it
        where that answered then, else the base."""
        others = [each for each in candidates if each.id != new.id]
        version = new.version
        if version is None:
            return others[0].id
        for each in others:
            pair = self.common(each, new)
            if pair is not None and was_ruled_on(version, gain_of(*pair)):
                return each.id
        if version.gain_over_active is not None:
            for each in others:
                if each.version is not None and each.version.number < version.number:
                    return each.id
        return base_of(version)

    def common(self, old: Candidate, new: Candidate) -> tuple[Evaluation, Evaluation] | None:
        """Their newest evaluations of one set; None while there are none."""
        for after in new.evaluations:
            for before in old.evaluations:
                if before.set_sha256 == after.set_sha256:
                    return before, after
        return None

    def compare(self, old: Evaluation, new: Evaluation, version: Version | None) -> Compared:
        """Everything in which they differ; `version` is the new model's. Takes a second or two, and
        always gives the same. Raises `InvalidInput` for evaluations of different sets."""
        found = findings(new, old)
        assert found.beside is not None, "a rival was given"
        return Compared(ruling_of(old, new, version), found, found.beside)

    def joined(
        self, old: Candidate, new: Candidate, pair: tuple[Evaluation, Evaluation]
    ) -> Joined | None:
        """What changed in the data between two versions, or from the base to one, beside what changed in
        these answers. None of other models: nobody knows what they learned."""
        if new.version is None or (old.version is None and not old.id.startswith(BASE)):
            return None
        user_id = new.version.user_id
        threshold = threshold_of(self._store, user_id, self._threshold)
        return join(self._store, user_id, old.version, new.version, *pair, threshold=threshold)


def base_of(version: Version) -> str:
    """What the base of a version is called where it is measured."""
    return f"{BASE}{version.base_model}"


def ruling_of(old: Evaluation, new: Evaluation, version: Version | None) -> Ruling | None:
    """What the gate ruled when the version was made, where it was on these very figures; else what it
    would rule, by its usual margins."""
    gain = gain_of(old, new)
    if gain is None:
        return None
    if version is not None and was_ruled_on(version, gain):
        return version.ruling
    pairs = pairs_of(old, new)
    return decide(
        gain,
        [(pair.old.quality, pair.new.quality) for pair in pairs],
        [(pair.old.repetition, pair.new.repetition) for pair in pairs],
        margins=Margins(),
        rival=old.model,
        seed=new.seed,
    )


def was_ruled_on(version: Version, gain: LossGain | None) -> bool:
    """Whether this gain is the one that the gate looked at when the version was made."""
    if version.ruling is None or gain is None:
        return False
    made = version.ruling.gain
    return made.rows == gain.rows and all(
        isclose(getattr(made, side), getattr(gain, side)) for side in ("before", "after")
    )


def gain_of(old: Evaluation, new: Evaluation) -> LossGain | None:
    """The gain on the held-out rows that both were measured on; None without any."""
    before = {(row.example_id, row.tokens): row for row in old.rows}
    both = [
        (before[key], row) for row in new.rows if (key := (row.example_id, row.tokens)) in before
    ]
    if not both:
        return None
    return loss_gain(
        [RowLoss(row.nats, row.tokens) for row, _ in both],
        [RowLoss(row.nats, row.tokens) for _, row in both],
    )
