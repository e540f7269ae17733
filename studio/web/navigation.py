"""The screens as data: which section they are in, what they are called, where they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROUTER = Path(__file__).with_name("router.py")
# A file of our own: Streamlit fetches named icons for the tab from a server elsewhere.
ICON = str(Path(__file__).with_name("icon.svg"))
PAGES = Path(__file__).parent.parent.parent / "pages"


@dataclass(frozen=True)
class Screen:
    """One page; `icon` is a Material symbol. What belongs to the owner of the machine is not for guests."""

    section: str
    file: str
    title: str
    icon: str
    for_guests: bool = True

    @property
    def path(self) -> Path:
        return PAGES / self.file


WRITE = Screen("Write", "write.py", "Write", ":material/edit_note:")
AUTO_TRAIN = Screen("Teach", "auto_train.py", "Auto-Train", ":material/school:")
REVIEW = Screen("Teach", "review.py", "Review", ":material/rate_review:")
DATA = Screen("Teach", "data.py", "Data", ":material/dataset:")
MEMORY = Screen("Teach", "memory.py", "Memory", ":material/psychology:")
DASHBOARD = Screen("Measure", "dashboard.py", "Dashboard", ":material/monitoring:")
TRAININGS = Screen("Measure", "trainings.py", "Trainings", ":material/show_chart:")
MY_MODEL = Screen("Measure", "my_model.py", "My model", ":material/verified:")
COMPARE = Screen("Measure", "compare.py", "Compare", ":material/compare:")
ARENA = Screen("Measure", "arena.py", "Arena", ":material/swords:")
SETTINGS = Screen("System", "settings.py", "Settings", ":material/settings:", for_guests=False)

SCREENS = (
    WRITE,
    AUTO_TRAIN,
    REVIEW,
    DATA,
    MEMORY,
    DASHBOARD,
    TRAININGS,
    MY_MODEL,
    COMPARE,
    ARENA,
    SETTINGS,
)
