"""Versions that were measured: Compare, and the evaluation report on their cards; see states.py."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.chromium import Window

OPENED = "64 answers each"


def compare(opened: Window) -> None:
    """The newest version and its rival, with a suspect."""
    opened.open("/compare?who=vera").get_by_text(OPENED).wait_for()


def compare_words(opened: Window) -> None:
    """What changed word by word."""
    compare(opened)
    opened.page.get_by_text("Show which words changed").click()
    opened.page.get_by_text("crossed out").first.wait_for()


def compare_erase(opened: Window) -> None:
    """Before the texts of a suspect are erased."""
    compare(opened)
    opened.page.get_by_role("button", name="Erase these 40").click()
    opened.page.get_by_role("dialog").wait_for()


def compare_unmeasured(opened: Window) -> None:
    """Versions from before there were evaluations."""
    opened.open("/compare?who=dora").get_by_text("have not been measured").wait_for()


def my_model_proof(opened: Window) -> None:
    """Cards with what the gate ruled, one of them with a page of its pairs."""
    page = opened.open("/my_model?who=vera")
    page.get_by_text("Before and after").first.click()
    page.get_by_text("Average score after").first.wait_for()


def auto_train_proof(opened: Window) -> None:
    """The result of a training, with 64 pairs."""
    opened.open("/auto_train?who=vera").get_by_text("Average score after").wait_for()


def dashboard_proof(opened: Window) -> None:
    """The last verdict in a word."""
    opened.open("/dashboard?who=vera").get_by_text("Last verdict").wait_for()


def compare_empty(opened: Window) -> None:
    """Before the first training."""
    opened.open("/compare?who=anna").get_by_role("button", name="Teach it").wait_for()


PROOF: dict[str, Callable[[Window], None]] = {
    "compare-empty": compare_empty,
    "compare-unmeasured": compare_unmeasured,
    "compare": compare,
    "compare-words": compare_words,
    "compare-erase": compare_erase,
    "my-model-proof": my_model_proof,
    "auto-train-proof": auto_train_proof,
    "dashboard-proof": dashboard_proof,
}
