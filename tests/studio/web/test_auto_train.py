"""The Auto-Train page: choose, start, watch, read the results, train."""

from __future__ import annotations

from engine.domain.job import JobKind
from engine.engine import Engine
from studio.web.navigation import AUTO_TRAIN, WRITE
from tests.fake_llamacpp import FakeLlamaCpp
from tests.preferred import votes
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf


def plainly(text: str) -> str:
    """Without the backslashes that keep Markdown from reading it."""
    return text.replace("\\", "")


def test_starting_makes_a_job_with_what_was_chosen(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", AUTO_TRAIN)
    page.slider(key="anna/num_examples").set_value(14).run()
    page.radio(key="anna/genre_mode").set_value("Choose genres").run()
    page.multiselect(key="anna/genres").set_value(["horror", "romance"]).run()
    page.slider(key="anna/weight/horror").set_value(75).run()
    page.slider(key="anna/weight/romance").set_value(25).run()
    assert "Horror 75%" in plainly(all_text(page))
    button(page, "Write 14 texts").click()
    page.run()
    job = engine.jobs("anna")[0]
    assert job.kind is JobKind.AUTO_TRAIN
    assert job.request["num_examples"] == 14
    assert job.request["mix"] == {"horror": 75.0, "romance": 25.0}
    assert job.request["store_in_memory"] is False


def test_surprise_me_asks_for_no_genre(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", AUTO_TRAIN)
    button(page, "Write 40 texts").click()
    page.run()
    assert engine.jobs("anna")[0].request["mix"] == {}


def test_a_kind_without_genres_asks_for_none(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", AUTO_TRAIN)
    page.selectbox(key="anna/batch_kind").set_value("epics").run()
    assert not page.radio
    button(page, "Write 40 texts").click()
    page.run()
    request = engine.jobs("anna")[0].request
    assert (request["kind"], request["mix"]) == ("epics", {})


def test_without_a_genre_nothing_can_be_started(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", AUTO_TRAIN)
    page.radio(key="anna/genre_mode").set_value("Choose genres").run()
    page.multiselect(key="anna/genres").set_value([]).run()
    assert button(page, "Write 40 texts").disabled
    assert "at least one genre" in page.warning[0].value


def test_the_estimate_says_where_it_comes_from(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", AUTO_TRAIN)
    assert "nothing was measured" in all_text(page)
    assert [metric.label for metric in page.metric] == ["Time", "Tokens written", "Money"]
    anna.batch(kept=4)
    assert "n = 4" in plainly(all_text(open_studio("anna", AUTO_TRAIN)))


def test_a_favourite_mix_is_saved_used_and_forgotten(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", AUTO_TRAIN)
    page.radio(key="anna/genre_mode").set_value("Choose genres").run()
    page.multiselect(key="anna/genres").set_value(["mystery"]).run()
    name = next(each for each in page.text_input if each.label == "Name of this mix")
    name.set_value("my *mix*")
    button(page, "Save this mix").click()
    page.run()
    assert engine.favourites.list("anna") == {"my *mix*": {"mystery": 50.0}}
    page.multiselect(key="anna/genres").set_value(["horror", "thriller"]).run()
    page.button(key="favourite/my *mix*").click()
    page.run()
    assert page.multiselect(key="anna/genres").value == ["mystery"]
    page.button(key="forget/my *mix*").click()
    page.run()
    assert engine.favourites.list("anna") == {}


def test_a_running_batch_is_found_again_after_the_page_was_left(
    engine: Engine, anna: Shelf
) -> None:
    anna.batch(kept=5, rejected=2, more=7)
    page = open_studio("anna", AUTO_TRAIN)
    page.switch_page(f"../../pages/{WRITE.file}").run()
    page.switch_page(f"../../pages/{AUTO_TRAIN.file}").run()
    assert "5 kept, 2 rejected" in all_text(page)
    assert "Write 40 texts" not in [each.label for each in page.button]
    page.button(key=f"cancel/{engine.jobs('anna')[0].id}").click()
    page.run()
    assert engine.jobs("anna")[0].cancel_requested


def test_rejected_texts_stand_apart_with_their_reasons(engine: Engine, anna: Shelf) -> None:
    anna.batch(kept=2, rejected=1, more=1)
    page = open_studio("anna", AUTO_TRAIN)
    kept, rejected = page.tabs
    assert [each.label for each in page.tabs] == ["Kept", "Rejected"]
    assert len(kept.expander) == 2
    assert "It repeats itself: loops" in plainly(
        "".join(str(each.value) for each in rejected.markdown)
    )


def test_results_show_figures_charts_and_readiness(engine: Engine, anna: Shelf) -> None:
    anna.batch(kept=38, rejected=9, failed=3)
    page = open_studio("anna", AUTO_TRAIN)
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures["Answered"] == "94% of 50"
    assert figures["Kept"] == "38 of 47"
    assert len(page.get("plotly_chart")) == 3
    assert "38 of 50, 12 to go" in plainly(all_text(page))
    assert "train now" in all_text(page)
    button(page, "Train my model on 38 examples").click()
    page.run()
    assert engine.jobs("anna")[0].kind is JobKind.TRAINING


def test_a_recipe_is_chosen_by_its_name_and_sentence(engine: Engine, anna: Shelf) -> None:
    anna.examples(12)
    page = open_studio("anna", AUTO_TRAIN)
    choice = page.selectbox(key="recipe")
    assert choice.value == "quick"
    assert {"careful", "large"} < set(choice.options)
    assert "Minutes on two cores" in plainly(all_text(page))
    choice.select("careful").run()
    assert "Fifteen passes" in plainly(all_text(page))
    button(page, "Train my model on 12 examples").click()
    page.run()
    assert engine.jobs("anna")[0].request["recipe"] == "careful"


def test_a_training_on_preferences_says_what_it_lacks_until_it_lacks_nothing(
    engine: Engine, anna: Shelf
) -> None:
    anna.examples(12)
    votes(engine.store, 7)
    page = open_studio("anna", AUTO_TRAIN)
    page.selectbox(key="recipe").select("dpo").run()
    assert "there are 7 (7 from votes): 13 missing" in plainly(page.info[0].value)
    assert button(page, "Train my model on 7 pairs").disabled
    votes(engine.store, 20)
    page.run()
    button(page, "Train my model on 20 pairs").click()
    page.run()
    assert engine.jobs("anna")[0].request == {"recipe": "dpo"}


def test_too_few_examples_say_how_many_are_missing(engine: Engine, anna: Shelf) -> None:
    anna.examples(3)
    page = open_studio("anna", AUTO_TRAIN)
    assert "7 missing" in plainly(all_text(page))
    assert not [each for each in page.button if each.label.startswith("Train")]


def test_an_example_that_went_away_meanwhile_stops_the_click(engine: Engine, anna: Shelf) -> None:
    first = anna.examples(10)[0]
    page = open_studio("anna", AUTO_TRAIN)
    engine.feedback.give("anna", -1, example_id=first)
    button(page, "Train my model on 10 examples").click()
    page.run()
    assert "1 missing" in plainly(all_text(page))
    assert engine.jobs("anna") == []


def test_a_training_shows_its_stages_its_curve_and_a_way_to_stop(
    engine: Engine, anna: Shelf
) -> None:
    job = anna.training(steps=9)
    page = open_studio("anna", AUTO_TRAIN)
    text = all_text(page)
    assert "**:material/play_arrow: Small weights beside the base learn" in text
    assert ":material/check: The training set is frozen" in text
    assert {"Speed", "Memory"} <= {metric.label for metric in page.metric}
    page.button(key=f"cancel/{job.id}").click()
    page.run()
    assert engine.jobs("anna")[0].cancel_requested


def test_a_failed_training_says_what_happened_and_that_the_examples_are_safe(
    engine: Engine, anna: Shelf
) -> None:
    job = anna.training(steps=2)
    engine.store.jobs.fail(job.id, "training_failed", "Training failed: *disk* full.")
    page = open_studio("anna", AUTO_TRAIN)
    assert "disk" in problems(page)
    assert "*disk*" not in problems(page)
    assert "Your examples are safe" in problems(page)
    assert "training_failed" in all_text(page)


def test_before_and_after_stand_side_by_side_with_the_verdict(engine: Engine, anna: Shelf) -> None:
    version = anna.version()
    page = open_studio("anna", AUTO_TRAIN)
    text = all_text(page)
    assert "Better than the base" in plainly(text)
    assert version.comparisons[0].before in text
    assert version.comparisons[0].after in text


def test_the_chip_in_the_sidebar_shows_the_job_on_every_page(
    engine: Engine, teacher: FakeLlamaCpp, anna: Shelf
) -> None:
    job = anna.batch(kept=3, more=9)
    page = open_studio("anna", WRITE)
    page.button(key=f"chip/{job.id}").click()
    page.run()
    assert engine.jobs("anna")[0].cancel_requested
