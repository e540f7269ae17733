"""Every state of every screen: names that are in it, and how a browser gets there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from engine.domain.export import Selection
from engine.domain.review import Pile, ReviewFilter
from engine.domain.schedule import Schedule
from tests.e2e.arena_states import ARENA, new_in_arena, voted_in_arena
from tests.e2e.chromium import Window
from tests.e2e.data_states import DATA
from tests.e2e.feedback_states import FEEDBACK, with_feedback
from tests.e2e.proof_states import PROOF, with_benchmarks
from tests.e2e.settings_states import SETTINGS
from tests.e2e.studio import Studio
from tests.e2e.training_states import fail_jobs, with_t5
from tests.fake_llamacpp import good_texts
from tests.fake_provider import KEY
from tests.measured import poisoned
from tests.studio.web.shelf import Shelf

TROLL = "A toll troll must judge whether a dying wizard may cross for free."
PROMPT = f"{TROLL} It costs $5, *really* $6."
NOTES = {
    "The bridge": "The troll at the bridge over the Wern is called Odda. She takes six coins, or a "
    "true story nobody has told her before.",
    "Wizard": "Ilvane the wizard is dying of the grey cough and hides it under a red scarf.",
    "": "The river Wern runs backwards for one hour at midwinter.",
}


def fill(running: Studio, openai: str, gemini: str) -> None:
    """Names in every state: nothing yet, writing, training, finished, failed, remembering."""
    engine = running.engine
    engine.ensure_user("anna")
    engine.ensure_user("emil")
    Shelf(engine, "ben").batch(kept=9, rejected=4, more=12)
    carol = Shelf(engine, "carol")
    carol.batch(kept=26, rejected=8, failed=1)
    carol.training(steps=9, total_steps=30)
    for _ in range(3):
        engine.start_auto_train("carol", 20)
    dora = Shelf(engine, "dora")
    dora.batch(kept=26, rejected=8, failed=1)
    for gain in (0.31, 0.4):
        engine.activate("dora", dora.version(gain=gain).number)
    engine.keywords.add("dora", "Bridge", "toll bridge\ntroll\nwizard\noil can")
    with engine.exports.as_file("dora", "csv", Selection(), place="download in a browser"):
        pass
    fail_jobs(Shelf(engine, "finn"))
    with_t5(Shelf(engine, "tess"))
    Shelf(engine, "hans").by_heart()
    to_review(Shelf(engine, "rosa"))
    remember(running, "mara")
    by_itself(Shelf(engine, "sven"))
    with_feedback(Shelf(engine, "nora"))
    voted_in_arena(Shelf(engine, "vito"))
    new_in_arena(Shelf(engine, "wanda"))
    poisoned(Shelf(engine, "vera"))
    with_benchmarks(Shelf(engine, "bea"))
    running.publish()
    engine.ensure_user("pia")
    engine.teachers.add(
        "Studio next door", "openai", base_url=f"{openai}/v1", model="writer-large", key=KEY
    )
    engine.teachers.add(
        "Gemini",
        "gemini",
        base_url=gemini,
        model="writer-large",
        key=KEY,
        price_in=0.3,
        price_out=2.5,
    )
    gone = engine.teachers.add("Ollama", "openai", base_url="http://127.0.0.1:9/v1", model="llama3")
    engine.ensure_user("olaf")
    engine.teachers.choose("olaf", [gone.id])
    away = engine.teachers.add("Far away", "gemini", model="gemini-flash", key=KEY)
    engine.teachers.choose("pia", [away.id])


def by_itself(shelf: Shelf) -> None:
    """A daily schedule whose last turn was made up for, and a number of one's own."""
    shelf.examples(23)
    automation = shelf.engine.automation
    mix = {"horror": 2.0, "romance": 1.0, "sci_fi": 1.0}
    missed = datetime.now(UTC) - timedelta(hours=5)
    plan = Schedule("03:00", "Europe/Berlin", 20, mix, "stories", False, missed)
    shelf.store.schedules.set(shelf.user, plan)
    (job,) = automation.start_due(datetime.now(UTC))
    shelf.store.jobs.start(job.id)
    shelf.store.jobs.succeed(job.id, {"kept": 17, "total_time": 61.2})
    automation.set_train_at(shelf.user, 40)


def to_review(shelf: Shelf) -> None:
    """Texts with everything that a review marks, the first of them edited already."""
    text = shelf.example(3).completion
    sentence = text.split(". ")[1]
    spoiled = f"Sure, here is your story:\n\n{text} {sentence}. {sentence}. And then the old"
    shelf.examples(4)
    for number in range(3):
        shelf.store.examples.add(shelf.example(10 + number, 6.9, completion=f"{spoiled} {number}"))
    card = shelf.engine.review.next(shelf.user, ReviewFilter(Pile.UNDECIDED))
    assert card is not None
    better = text.replace(" the ", " a ", 3)
    shelf.engine.review.edit(shelf.user, card.example.id, better, seen=card.seen)


def remember(running: Studio, name: str) -> None:
    """Notes of one's own, one of them pinned, and a long text that does not fit as a whole."""
    running.publish()
    memory = running.engine.memory
    running.engine.ensure_user(name)
    for title, text in NOTES.items():
        memory.remember(name, text, title=title)
    memory.pin(name, memory.passages(name).passages[-1].id, True)
    chapter = "\n\n".join(
        f"The troll and the wizard at the toll bridge. {row['text']}" for row in good_texts()[:9]
    )
    memory.upload(name, "chapter-one.txt", chapter.encode())
    memory.remember(name, good_texts()[3]["text"], title="Kept", scope="training", type="story")


def path(where: str) -> Callable[[Window], None]:
    """A screen as it opens."""

    def take(opened: Window) -> None:
        opened.open(where)

    return take


def begin(opened: Window, who: str, prompt: str = PROMPT) -> None:
    """Ask for a text."""
    page = opened.open(f"/?who={who}")
    page.get_by_role("textbox", name="What is the story about?").fill(prompt)
    page.get_by_role("button", name="Write", exact=True).click()


def write(opened: Window) -> None:
    """A finished text."""
    begin(opened, "emil")
    opened.page.get_by_role("button", name="Regenerate").wait_for()


def write_score(opened: Window) -> None:
    """What a score is made of."""
    write(opened)
    opened.page.get_by_role("button", name="Score").click()


def write_running(opened: Window) -> None:
    """A text while it comes."""
    begin(opened, "emil")
    opened.page.get_by_text("▌").wait_for()


def write_memory(opened: Window) -> None:
    """What the model saw, passages and what was cut among it."""
    begin(opened, "mara", TROLL)
    opened.page.get_by_role("button", name="Regenerate").wait_for()


def write_stand_in(opened: Window) -> None:
    """A teacher that cannot be reached."""
    begin(opened, "olaf")
    opened.page.get_by_role("button", name="Regenerate").wait_for()


def write_refused(opened: Window) -> None:
    """Nothing was said."""
    page = opened.open("/?who=anna")
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("alert").wait_for()


def write_both(opened: Window) -> None:
    """Teacher and student side by side."""
    page = opened.open("/?who=dora")
    page.get_by_role("textbox", name="What is the story about?").fill(PROMPT)
    page.get_by_text("Both", exact=True).click()
    opened.settle()
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="Regenerate").nth(1).wait_for()


def choose_genres(opened: Window) -> None:
    """A mix with a weight for each genre."""
    opened.open("/auto_train?who=anna").get_by_text("Choose genres", exact=True).click()


def auto_train_schedule(opened: Window) -> None:
    """The form of the daily schedule."""
    page = opened.open("/auto_train?who=sven")
    page.get_by_role("button", name="Change").click()
    page.get_by_text("On the clock of").wait_for()


def review_edited(opened: Window) -> None:
    """What a person changed in a text, among what they decided about."""
    page = opened.open("/review?who=rosa")
    page.get_by_text("Decided", exact=True).click()
    page.get_by_text("Show what was changed").click()


def review_mend(opened: Window) -> None:
    """What a rule would change in many texts."""
    page = opened.open("/review?who=rosa")
    page.get_by_text("Mend many texts at once").click()
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_text("texts would change").first.wait_for()


def memory_recall(opened: Window, who: str = "mara") -> None:
    """What would be recalled."""
    field = opened.open(f"/memory?who={who}").get_by_label("What would be recalled for …")
    field.fill("Who takes the toll at the bridge?")
    field.press("Enter")
    opened.page.get_by_text("score 0.").first.wait_for()


def memory_forget(opened: Window) -> None:
    """Before passages are gone for good."""
    page = opened.open("/memory?who=mara")
    opened.settle()
    table = page.get_by_test_id("stDataFrame").bounding_box()
    assert table is not None
    for row in (0, 1):
        page.mouse.click(table["x"] + 45, table["y"] + 35 * (row + 1.5))
        opened.settle()
    page.get_by_role("button", name="Forget 2 chosen").click()
    page.get_by_role("dialog").wait_for()


def dashboard_several(opened: Window) -> None:
    """Two trainings over each other."""
    page = opened.open("/dashboard?who=dora")
    page.get_by_role("combobox", name="Trainings to compare").click()
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")


SCREENS: dict[str, Callable[[Window], None]] = {
    "welcome": path(""),
    "write-empty": path("/?who=anna"),
    "write-refused": write_refused,
    "write-running": write_running,
    "write": write,
    "write-score": write_score,
    "write-memory": write_memory,
    "write-stand-in": write_stand_in,
    "write-both": write_both,
    "auto-train-empty": path("/auto_train?who=anna"),
    "auto-train-genres": choose_genres,
    "auto-train-running": path("/auto_train?who=ben"),
    "auto-train-by-itself": path("/auto_train?who=sven"),
    "auto-train-schedule": auto_train_schedule,
    "auto-train-failed": path("/auto_train?who=finn"),
    "auto-train-refused": path("/auto_train?who=tess"),
    "auto-train-done": path("/auto_train?who=dora"),
    "training-running": path("/auto_train?who=carol"),
    "review-empty": path("/review?who=anna"),
    "review": path("/review?who=rosa"),
    "review-mend": review_mend,
    "review-edited": review_edited,
    **DATA,
    "memory-empty": path("/memory?who=anna"),
    "memory": path("/memory?who=mara"),
    "memory-recall": memory_recall,
    "memory-forget": memory_forget,
    "dashboard-empty": path("/dashboard?who=anna"),
    "dashboard-running": path("/dashboard?who=carol"),
    "dashboard-failed": path("/dashboard?who=finn"),
    "dashboard": path("/dashboard?who=dora"),
    "dashboard-several": dashboard_several,
    "trainings-empty": path("/trainings?who=anna"),
    "trainings-running": path("/trainings?who=carol"),
    "trainings-failed": path("/trainings?who=finn"),
    "trainings-refused": path("/trainings?who=tess"),
    "trainings-unwell": path("/trainings?who=hans"),
    "trainings": path("/trainings?who=dora"),
    "my-model-empty": path("/my_model?who=anna"),
    "my-model": path("/my_model?who=dora"),
    "my-model-t5": path("/my_model?who=tess"),
    "write-t5": path("/?who=tess"),
    **PROOF,
    **ARENA,
    **FEEDBACK,
    **SETTINGS,
}
