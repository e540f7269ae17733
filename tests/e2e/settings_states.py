"""Every state of the Settings page, and how a browser gets there."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.chromium import Window


def settings(opened: Window) -> None:
    """As it opens."""
    opened.open("/settings?who=pia")


def settings_tested(opened: Window) -> None:
    """One provider that answers, one that does not."""
    page = opened.open("/settings?who=pia")
    page.get_by_role("button", name="Test").nth(0).click()
    page.get_by_text("It works").wait_for()


def settings_test_failed(opened: Window) -> None:
    page = opened.open("/settings?who=pia")
    page.get_by_role("button", name="Test").nth(2).click()
    page.get_by_role("alert").wait_for()


def settings_add(opened: Window) -> None:
    """The form of a new provider."""
    opened.open("/settings?who=pia").get_by_role("button", name="Add a provider").click()
    opened.page.get_by_role("dialog").wait_for()


def settings_edit(opened: Window) -> None:
    """A provider's form with the list of its models."""
    page = opened.open("/settings?who=pia")
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_role("button", name="Show its models").click()
    page.get_by_text("2 models").wait_for()


def settings_remove(opened: Window) -> None:
    """Before a provider is removed."""
    opened.open("/settings?who=pia").get_by_role("button", name="Remove", exact=True).first.click()
    opened.page.get_by_role("dialog").wait_for()


SETTINGS: dict[str, Callable[[Window], None]] = {
    "settings": settings,
    "settings-tested": settings_tested,
    "settings-test-failed": settings_test_failed,
    "settings-add": settings_add,
    "settings-edit": settings_edit,
    "settings-remove": settings_remove,
}
