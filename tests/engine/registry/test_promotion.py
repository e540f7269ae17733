"""The proof at a training's end: who takes over and who does not, and that nobody is asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine.domain.evaluation import Margins, Outcome
from engine.domain.quality import Quality
from engine.domain.version import Version
from engine.errors import Cancelled
from engine.judging.pairwise import Preference, Tally, tally
from engine.registry.promotion import Contest, contest_of, prove, unasked
from engine.store import Store
from models.errors import Unavailable
from tests.contests import TESTS, Writer, result, set_for, trained
from tests.engine.store.conftest import Make, make, store, store_url

__all__ = ["make", "store", "store_url"]

LOOPS = ["The lamp went out again and nobody came. " * 12]


class Models:
    """Who writes for the base (None) and for each version, by its id."""

    def __init__(self) -> None:
        self.writers: dict[str | None, Writer] = {}

    def __call__(self, version: Version | None) -> Writer:
        return self.writers.setdefault(version.id if version else None, Writer())

    def asked(self, version: Version | None) -> int:
        return len(self(version).asked)


def contest(
    store: Store, version: Version, active: Version | None = None, *, gain: float = 12.0
) -> Contest:
    return contest_of(store, version, set_for(store, version), result(active, gain=gain))


class Plain:
    """A score that takes no time: loops are bad."""

    def score(self, text: str, *, prompt: str, genre: str | None) -> Quality:
        return Quality(2.0 if text.startswith("The lamp went out") else 7.0)


def proved(store: Store, contest: Contest, models: Models, **how: Any) -> Version:
    given: dict[str, Any] = {"margins": Margins(), "auto_deploy": True, "in_flight": 4}
    scorer: Any = Plain()
    return prove(store, scorer, contest, model_of=models, **given | how)


def test_a_better_version_takes_over_and_nobody_is_asked_again(store: Store, make: Make) -> None:
    version, models = trained(make), Models()
    before = contest(store, version)
    assert [each.name for each in unasked(store, before)] == ["the base tiny", "zega-anna v1"]
    found = proved(store, before, models)
    assert found.ruling is not None
    assert found.ruling.outcome is Outcome.PROMOTED
    assert found.verdict == f"{found.ruling.sentence} It is active."
    assert found.verdict.startswith("Better than the base tiny")
    assert store.versions.active("anna") == found
    assert models.asked(None) == models.asked(version) == len(found.comparisons) == 64
    assert unasked(store, before) == []
    # Killed behind any of these writes, the job does it again.
    assert proved(store, contest(store, version), models) == found
    assert models.asked(None) == models.asked(version) == 64
    assert store.evaluations.count("anna") == 2
    (measured,) = store.evaluations.of_version(version.id)
    assert [row.example_id for row in measured.rows] == list(before.frozen.rows)
    assert {row.genre for row in measured.rows} == {"horror"}


def test_without_auto_deploy_the_best_version_waits(store: Store, make: Make) -> None:
    found = proved(store, contest(store, trained(make)), Models(), auto_deploy=False)
    assert found.ruling is not None
    assert found.ruling.outcome is Outcome.PROMOTED
    assert found.verdict.endswith("It waits for you to activate it.")
    assert store.versions.active("anna") is None


def test_what_is_too_close_to_tell_keeps_the_old_one(store: Store, make: Make) -> None:
    old = trained(make)
    store.versions.activate("anna", old.id)
    found = proved(store, contest(store, trained(make), old, gain=0.1), Models())
    assert found.ruling is not None
    assert found.ruling.outcome is Outcome.TOO_CLOSE
    assert found.verdict.startswith("Too close to tell from zega-anna v1")
    assert found.verdict.endswith("It waits for you to activate it.")
    assert store.versions.active("anna") == store.versions.by_id(old.id)


def test_a_version_that_loops_stays_out_however_well_it_foretells(store: Store, make: Make) -> None:
    version, models = trained(make), Models()
    models.writers[version.id] = Writer(texts=LOOPS)
    found = proved(store, contest(store, version), models)
    assert found.ruling is not None
    assert found.ruling.outcome is Outcome.KEPT
    assert found.ruling.gain.is_better
    assert found.ruling.repetition.low > 0.5
    assert store.versions.active("anna") is None


def test_the_rival_is_not_asked_again_for_the_next_version(store: Store, make: Make) -> None:
    models, old = Models(), trained(make)
    proved(store, contest(store, old), models)
    new = trained(make)
    second = contest(store, new, old)
    assert [each.name for each in unasked(store, second)] == ["zega-anna v2"]
    found = proved(store, second, models)
    assert (models.asked(None), models.asked(old), models.asked(new)) == (64, 64, 64)
    of_old = store.evaluations.newest("anna", old.id, second.frozen.sha256)
    assert of_old is not None
    assert [row.example_id for row in of_old.rows] == list(second.frozen.rows)
    assert found.ruling is not None
    assert found.ruling.gain == second.gain
    assert store.versions.active("anna") == found
    assert store.versions.previous("anna") == store.versions.by_id(old.id)


def test_nothing_takes_over_from_what_somebody_chose_meanwhile(store: Store, make: Make) -> None:
    old = trained(make)
    store.versions.activate("anna", old.id)
    second = contest(store, trained(make), old)
    store.versions.activate("anna", None)
    found = proved(store, second, Models())
    assert found.ruling is not None
    assert found.ruling.outcome is Outcome.PROMOTED
    assert "Meanwhile another model was chosen to answer" in found.verdict
    assert store.versions.active("anna") is None


def test_a_rival_that_is_quarantined_leaves_the_base_to_compare_with(
    store: Store, make: Make
) -> None:
    old = trained(make)
    new = trained(make)
    rows = store.snapshots.get("anna", old.snapshot_id).rows
    reached = {"example": [rows[0][0]], "snapshot": [old.snapshot_id]}
    store.versions.activate("anna", old.id)
    store.erasures.erase("0" * 32, "anna", "", reached)
    found = contest(store, new, old)
    assert found.rival is found.base
    assert [each.name for each in found.everybody] == ["the base tiny", "zega-anna v2"]


def test_what_is_kept_of_an_attempt_that_ended_early(store: Store, make: Make) -> None:
    version, models = trained(make), Models()
    models.writers[version.id] = Writer(away_after=20)
    with pytest.raises(Unavailable):
        proved(store, contest(store, version), models)
    assert store.versions.by_id(version.id).ruling is None
    models.writers[version.id] = Writer()
    asked = iter(range(30))
    with pytest.raises(Cancelled):
        proved(store, contest(store, version), models, cancelled=lambda: next(asked, 99) == 99)
    assert store.evaluations.count("anna") == 1  # the base's
    assert proved(store, contest(store, version), models).ruling is not None
    assert models.asked(None) == 64


def test_a_judge_that_prefers_the_old_texts_keeps_them(store: Store, make: Make) -> None:
    version = trained(make)
    shown: list[tuple[str, str, str]] = []

    def judge(texts: Sequence[tuple[str, str, str]]) -> Tally:
        shown.extend(texts)
        return tally([Preference.OLD] * 30 + [Preference.TIE] * 2, seed=1)

    found = proved(store, contest(store, version), Models(), judge=judge)
    assert found.ruling is not None
    assert found.ruling.outcome is Outcome.KEPT
    assert "the judge prefers the old texts" in found.verdict
    assert store.versions.active("anna") is None
    assert len(shown) == 64
    first = found.comparisons[0]
    assert shown[0] == (first.prompt, first.before, first.after)


def test_rows_that_did_not_fit_are_left_out(store: Store, make: Make) -> None:
    version = trained(make)
    written = result()
    written["measured"] = [0, 2, 5]
    written["losses"] = {
        name: [rows[place] for place in (0, 2, 5)] for name, rows in written["losses"].items()
    }
    frozen = set_for(store, version)
    assert len(frozen.rows) == TESTS
    found = contest_of(store, version, frozen, written)
    assert [row.example_id for row in found.new.rows] == [frozen.rows[n] for n in (0, 2, 5)]
    assert found.gain.rows == 3
