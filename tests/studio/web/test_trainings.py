"""The page of one training: figures, health in sentences, curves, samples, and which one is shown."""

from __future__ import annotations

from engine.engine import Engine
from engine.training.errors import ResumeRefused
from studio.web.components.run_page import Followed
from studio.web.navigation import TRAININGS
from tests.fake_llamacpp import good_texts
from tests.studio.web.conftest import all_text, open_studio, problems
from tests.studio.web.shelf import Shelf
from tests.studio.web.test_dashboard import chart, charts, metrics


def plainly(text: str) -> str:
    """Without the backslashes that keep Markdown from reading it."""
    return text.replace("\\", "")


def test_with_nothing_trained_one_sentence_and_one_button(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", TRAININGS)
    assert "There is no training yet." in all_text(page)
    assert charts(page) == []


def test_a_running_training_in_figures_curves_and_samples(engine: Engine, anna: Shelf) -> None:
    job = anna.training(steps=9, total_steps=30)
    anna.samples(job.id, 8, good_texts()[0]["text"])
    page = open_studio("anna", TRAININGS)
    found = metrics(page)
    assert found["Step"] == "9 of 30"
    assert found["Best validation loss"] == "3.600, step 8"
    assert found["Speed"] == "310 tokens/s"
    assert found["Memory, highest"] == "1,650 MB"
    assert found["Gradient norm"] == "1.25"
    assert "Time left, at most" in found
    assert len(chart(page, "Loss, n = 9 steps")["data"]) == 3
    (panels,) = [each for each in charts(page) if len(each["data"]) == 4]
    assert [each["name"] for each in panels["data"]] == [
        "Learning rate",
        "Gradient norm",
        "Tokens per second",
        "Memory (MB)",
    ]
    text = plainly(all_text(page))
    assert "Training on 10 examples" in text
    assert "Nothing wrong was found in 9 steps and 2 evaluations." in text
    assert good_texts()[0]["text"].split("\n\n")[0] in text
    assert good_texts()[0]["prompt"] in text
    assert len(page.get("download_button")) == 1


def test_what_is_wrong_is_said_with_what_to_do(engine: Engine, anna: Shelf) -> None:
    anna.by_heart()
    page = open_studio("anna", TRAININGS)
    warnings = [plainly(each.value) for each in page.warning]
    assert len(warnings) == 2
    assert "It learns by heart: validation loss was lowest at step 8 (3.600)" in warnings[0]
    assert "fewer epochs" in warnings[0]
    assert "Samples of step 40 repeat themselves" in warnings[1]
    assert "Nothing wrong" not in all_text(page)


def test_a_failed_training_says_why(engine: Engine, anna: Shelf) -> None:
    job = anna.training(steps=3, total_steps=30)
    anna.store.runs.add_step(anna.step(job.id, 4, None, None))
    anna.store.jobs.fail(
        job.id, "training_failed", "Training failed: the loss is no number any more at step 4."
    )
    page = open_studio("anna", TRAININGS)
    assert "no number any more at step 4" in plainly(problems(page))
    assert "goes on from its last checkpoint" not in problems(page), "it would fail again"
    assert "lower learning rate" in plainly(page.warning[0].value)
    assert "Time left, at most" not in metrics(page)


def test_a_link_leads_to_a_training_and_others_are_laid_over_it(
    engine: Engine, anna: Shelf
) -> None:
    first, second = anna.version(), anna.version()
    page = open_studio("anna", TRAININGS)
    assert page.selectbox[0].value == second.run_id
    page.query_params["run"] = first.run_id
    page.run()
    assert page.selectbox[0].value == first.run_id
    assert "became v1" in plainly(all_text(page))
    page.multiselect[0].set_value([second.run_id]).run()
    names = [each["name"] for each in chart(page, "Loss, n = 24 steps")["data"]]
    assert names[::3] == ["v1 train", "v2 train"]
    page.selectbox[0].set_value(second.run_id).run()
    assert page.query_params["run"] == second.run_id
    assert "became v2" in plainly(all_text(page))


def test_a_training_is_stopped_and_gone_on_with_where_it_is_watched(
    engine: Engine, anna: Shelf
) -> None:
    job = anna.training(steps=9, total_steps=30)
    page = open_studio("anna", TRAININGS)
    page.button(key=f"stop/{job.id}").click().run()
    assert anna.store.jobs.get(job.id).stop_requested
    refused = ResumeRefused("threads was 2, is 4")
    anna.store.jobs.fail(job.id, refused.code, str(refused))
    page = open_studio("anna", TRAININGS)
    assert "threads was 2, is 4" in plainly(problems(page))
    page.button(key=f"fork/{job.id}").click().run()
    (queued,) = engine.active_jobs("anna")
    assert (queued.request["resumes"], queued.request["fork"]) == (job.id, True)


def test_a_training_that_became_a_version_is_not_gone_on_with(engine: Engine, anna: Shelf) -> None:
    anna.version()
    page = open_studio("anna", TRAININGS)
    assert [button.label for button in page.button if "Resume" in button.label] == []


def test_charts_are_made_anew_only_when_something_was_logged(engine: Engine, anna: Shelf) -> None:
    job = anna.training(steps=9, total_steps=30)
    followed = Followed(engine, "anna", job.id, [])
    first = followed.figures(followed.run.look())
    assert followed.figures(followed.run.look()) is first
    anna.store.runs.add_step(anna.step(job.id, 10, 3.2, None))
    second = followed.figures(followed.run.look())
    assert second is not None
    assert second is not first
    assert list(second.data[0].x) == list(range(1, 11))
