"""Versions that were measured: Compare, and the evaluation report on their cards; see states.py."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.chromium import Window
from tests.measured import jsonl, quizzed
from tests.studio.web.shelf import Shelf

OPENED = "64 answers each"
LABELS = ("no", "yes") * 12
REFERENCES = ("The ship was tied up.", "He walked home in the rain.")
BROKEN = b'{"prompt": "Is a whale a fish?", "label": "no"}\n{"label": "yes"}\nno JSON at all'


def with_benchmarks(shelf: Shelf) -> None:
    """A benchmark that a version and the base answered, and one that is being answered."""
    engine, user = shelf.engine, shelf.user
    version = shelf.version()
    engine.activate(user, version.number)
    engine.benchmarks.add(user, "mine", jsonl(LABELS, REFERENCES))
    engine.benchmarks.add(user, "proverbs", jsonl(LABELS[:9]))
    base = engine.evaluations.contenders.find(user, "base").name
    for model, version_id, each in ((base, None, 3), (version.label, version.id, 7)):
        given = [label if place % each else "no" for place, label in enumerate(LABELS)]
        near = ["The ship lay tied up.", "He went home through the rain."]
        quizzed(
            shelf.store,
            user,
            "mine",
            model,
            version_id,
            given=[*given, *near],
            labels=LABELS,
            references=REFERENCES,
        )
    job = engine.evaluations.measure(user, str(version.number), benchmark="proverbs")
    shelf.store.jobs.start(job.id)
    shelf.store.jobs.progress(job.id, stage=f"Asking {version.label}", done=4, total=9)


def benchmarks(who: str) -> Callable[[Window], None]:
    """The tab of a name."""

    def take(opened: Window) -> None:
        page = opened.open(f"/compare?who={who}")
        page.get_by_role("tab", name="My benchmarks").click()
        page.get_by_text("Put questions of your own").wait_for()
        opened.settle()

    return take


def benchmarks_beside(opened: Window) -> None:
    """A model beside another."""
    benchmarks("bea")(opened)
    opened.page.get_by_role("combobox", name="Beside").click()
    opened.page.get_by_role("option", name="the base").click()
    opened.page.get_by_text("Differences are new minus old").wait_for()


def benchmarks_running(opened: Window) -> None:
    """One that is being answered."""
    benchmarks("bea")(opened)
    opened.page.get_by_role("combobox", name="Benchmark").click()
    opened.page.get_by_role("option", name="proverbs").click()
    opened.page.get_by_text("9 with a label").wait_for()


def benchmarks_broken(opened: Window) -> None:
    """A file that is no benchmark."""
    benchmarks("anna")(opened)
    broken = {"name": "broken.jsonl", "mimeType": "text/plain", "buffer": BROKEN}
    opened.page.locator("input[type=file]").set_input_files(broken)  # type: ignore[arg-type]
    opened.page.get_by_role("button", name="Add it").click()
    opened.page.get_by_text("line 2").wait_for()


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
    "benchmarks-empty": benchmarks("anna"),
    "benchmarks-broken": benchmarks_broken,
    "benchmarks": benchmarks("bea"),
    "benchmarks-beside": benchmarks_beside,
    "benchmarks-running": benchmarks_running,
    "my-model-proof": my_model_proof,
    "auto-train-proof": auto_train_proof,
    "dashboard-proof": dashboard_proof,
}
