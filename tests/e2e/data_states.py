"""States of the Data page; see states.py."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.chromium import Window


def tab_of_data(who: str, name: str) -> Callable[[Window], None]:
    """A tab of the Data page."""

    def take(opened: Window) -> None:
        opened.open(f"/data?who={who}").get_by_role("tab", name=name).click()

    return take


def data_keywords(opened: Window) -> None:
    """What a text kept of a list."""
    tab_of_data("dora", "Keywords")(opened)
    for label, text in (
        ("Source", "The troll asks the wizard for a toll. TOLL_BRIDGE, oil cans."),
        ("What was made", "The wizard pays the troll."),
    ):
        field = opened.page.get_by_role("textbox", name=label)
        field.fill(text)
        field.press("Control+Enter")
        opened.settle()
    opened.page.locator("mark").first.wait_for()


DATA: dict[str, Callable[[Window], None]] = {
    "data": tab_of_data("dora", "Examples"),
    "data-empty": tab_of_data("anna", "Examples"),
    "data-import": tab_of_data("anna", "Import"),
    "data-snapshots": tab_of_data("dora", "Snapshots"),
    "data-variants": tab_of_data("dora", "Variants"),
    "data-erase": tab_of_data("dora", "Erase"),
    "data-templates": tab_of_data("anna", "Templates"),
    "data-keywords-empty": tab_of_data("anna", "Keywords"),
    "data-keywords": data_keywords,
    "data-export-empty": tab_of_data("anna", "Export"),
    "data-export": tab_of_data("dora", "Export"),
}
