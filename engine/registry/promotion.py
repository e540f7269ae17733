"""The proof at a training's end: base, rival and new version on one frozen set, and what the gate rules.

Every step may be repeated after a kill: what a model answered is stored and not asked again, and a ruling
is stored together with the change of what is active.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.domain.evaluation import LossGain, Margins, Outcome, RowMeasure, Ruling
from engine.domain.version import Version
from engine.errors import Cancelled
from engine.evaluation.compare import comparisons
from engine.evaluation.frozen_set import SEED, FrozenSet
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.evaluation.measure import measure
from engine.judging.pairwise import Tally
from engine.quality.score import Scorer
from engine.registry.gate import decide
from engine.registry.register import CHANGED, WAITS
from engine.store import Store
from models.base import LanguageModel

Texts = tuple[str, str, str]
"""A prompt with what the old and the new model wrote."""


@dataclass(frozen=True)
class Contestant:
    """Who is measured: a version, or the base (None), with its losses on the held-out rows."""

    name: str
    version: Version | None
    rows: tuple[RowMeasure, ...]

    @property
    def version_id(self) -> str | None:
        return self.version.id if self.version else None


@dataclass(frozen=True)
class Contest:
    """A new version and its rival, which is the base while no version answered; `active_id` is what did
    when the training began (None: the base), and what the new one may replace."""

    version: Version
    frozen: FrozenSet
    base: Contestant
    rival: Contestant
    new: Contestant
    active_id: str | None

    @property
    def everybody(self) -> Sequence[Contestant]:
        """Each once."""
        return list({each.name: each for each in (self.base, self.rival, self.new)}.values())

    @property
    def gain(self) -> LossGain:
        return loss_gain(losses(self.rival), losses(self.new))


def losses(contestant: Contestant) -> list[RowLoss]:
    return [RowLoss(row.nats, row.tokens) for row in contestant.rows]


def contest_of(
    store: Store, version: Version, frozen: FrozenSet, result: Mapping[str, Any]
) -> Contest:
    """What a training's `result` says of a version, its base and the version it was measured beside.

    One that is quarantined since then answers nobody: the base is the rival.
    """
    examples = store.examples.of_ids(version.user_id, list(frozen.rows))
    genres = [example.genre for example in examples]
    measured = result.get("measured", range(len(frozen.rows)))

    def rows(part: str) -> tuple[RowMeasure, ...]:
        return tuple(
            RowMeasure(frozen.rows[place], float(nats), int(tokens), genres[place])
            for place, (nats, tokens) in zip(measured, result["losses"][part], strict=True)
        )

    base = rival = Contestant(f"the base {version.base_model}", None, rows("before"))
    active_id = result.get("active_id")
    if active_id is not None and "active" in result["losses"]:
        active = store.versions.by_id(active_id)
        if active.quarantined_at is None:
            rival = Contestant(active.label, active, rows("active"))
    new = Contestant(version.label, version, rows("after"))
    return Contest(version, frozen, base, rival, new, active_id)


def unasked(store: Store, contest: Contest) -> list[Contestant]:
    """Whose answers to these prompts are not stored yet."""
    user_id, asked = contest.version.user_id, contest.frozen.prompts_sha256
    return [
        each
        for each in contest.everybody
        if store.evaluations.newest(user_id, each.version_id, model=each.name, prompts_sha256=asked)
        is None
    ]


def prove(
    store: Store,
    scorer: Scorer,
    contest: Contest,
    *,
    model_of: Callable[[Version | None], LanguageModel],
    margins: Margins,
    auto_deploy: bool,
    in_flight: int,
    judge: Callable[[Sequence[Texts]], Tally | None] = lambda texts: None,
    cancelled: Callable[[], bool] = lambda: False,
    on_answer: Callable[[], object] = lambda: None,
) -> Version:
    """Measure everybody, rule, and let the version take over if it is promoted and may; the version as it
    is then. `judge` says which texts a judge prefers, where there is one. Raises `Cancelled`, and what
    the models raise."""
    version = contest.version
    found = {
        each.name: measure(
            store,
            scorer,
            contest.frozen,
            model_of(each.version),
            user_id=version.user_id,
            name=each.name,
            version_id=each.version_id,
            rows=each.rows,
            in_flight=in_flight,
            cancelled=cancelled,
            on_answer=on_answer,
        )
        for each in contest.everybody
    }
    base, old, new = (found[each.name] for each in (contest.base, contest.rival, contest.new))
    pairs = list(zip(old.answers, new.answers, strict=True))
    ruling = decide(
        contest.gain,
        [(before.quality, after.quality) for before, after in pairs],
        [(before.repetition, after.repetition) for before, after in pairs],
        margins=margins,
        rival=contest.rival.name,
        seed=SEED,
        judged=judge([(before.prompt, before.text, after.text) for before, after in pairs]),
    )
    if cancelled():
        raise Cancelled("The comparison")
    store.versions.add_comparisons(version.id, comparisons(base, new))
    settle(store, version, ruling, rival_id=contest.active_id, auto_deploy=auto_deploy)
    return store.versions.by_id(version.id)


def settle(
    store: Store, version: Version, ruling: Ruling, *, rival_id: str | None, auto_deploy: bool
) -> None:
    """Store the ruling, and make a promoted version active, but never over what somebody has chosen to
    answer since its training began."""
    promoted = auto_deploy and ruling.outcome is Outcome.PROMOTED
    if promoted:
        verdict = f"{ruling.sentence} It is active."
        if store.rulings.take_over(version.user_id, version.id, ruling, verdict, rival_id=rival_id):
            return
    then = CHANGED if promoted else WAITS
    store.rulings.add(version.user_id, version.id, ruling, f"{ruling.sentence} {then}")
