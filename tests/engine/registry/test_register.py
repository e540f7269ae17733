"""A T5 takes over by its held-out loss alone: only from the one that it was compared with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain.evaluation import LossGain
from engine.domain.version import Version
from engine.registry.register import settle_by_loss
from engine.store import Store
from tests.engine.store.conftest import Make, make, store, store_url

__all__ = ["make", "store", "store_url"]

BETTER = LossGain(3.0, 2.8, 0.2, 0.1, 0.3, 40)
NOT_BETTER = LossGain(3.0, 2.9, 0.1, -0.1, 0.3, 40)


def settled(
    store: Store,
    version: Version,
    active: Version | None = None,
    *,
    over_active: LossGain | None = None,
    auto_deploy: bool = True,
) -> str:
    """The verdict on the version, whose training began while `active` answered."""
    measured = replace(version, gain_over_active=over_active)
    settle_by_loss(store, measured, active.id if active else None, auto_deploy=auto_deploy)
    return store.versions.by_id(version.id).verdict


def is_active(store: Store, version: Version) -> bool:
    active = store.versions.active("anna", version.student)
    return active is not None and active.id == version.id


def test_a_better_one_takes_over_from_the_base_and_from_the_one_before(
    store: Store, make: Make
) -> None:
    first, second = make.version(), make.version()
    said = settled(store, first)
    assert said.startswith(
        "Better than the base smollm2-135m beyond its interval: held-out loss 3.800"
    )
    assert said.endswith("It is active.")
    assert is_active(store, first)
    said = settled(store, second, first, over_active=BETTER)
    assert said.startswith(f"Better than {first.label} beyond its interval: held-out loss 3.000")
    assert is_active(store, second)


@pytest.mark.parametrize(
    ("gain", "auto_deploy", "said"),
    [(NOT_BETTER, True, "Not proved better than"), (BETTER, False, "Better than")],
)
def test_otherwise_it_waits(
    store: Store, make: Make, gain: LossGain, *, auto_deploy: bool, said: str
) -> None:
    first, second = make.version(), make.version()
    store.versions.activate("anna", first.id)
    verdict = settled(store, second, first, over_active=gain, auto_deploy=auto_deploy)
    assert verdict.startswith(f"{said} {first.label}")
    assert verdict.endswith("It waits for you to activate it.")
    assert is_active(store, first)


def test_it_never_takes_over_from_one_it_was_not_compared_with(store: Store, make: Make) -> None:
    first, chosen, second = make.version(), make.version(), make.version()
    store.versions.activate("anna", chosen.id)  # while the training ran beside the first
    assert "Meanwhile another model was chosen" in settled(store, second, first, over_active=BETTER)
    assert is_active(store, chosen)


def test_one_of_another_base_is_not_replaced_by_a_gain_over_the_base(
    store: Store, make: Make
) -> None:
    elsewhere, second = make.version(), make.version()
    store.versions.activate("anna", elsewhere.id)
    verdict = settled(store, second, elsewhere)
    assert verdict.startswith("Better than the base smollm2-135m")
    assert f"{elsewhere.label} has another base" in verdict
    assert is_active(store, elsewhere)
