"""Teachers on the Settings page, the sidebar's badge, and what Write says when another one wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.provider import BUILT_IN, Provider
from engine.engine import Engine
from studio.web.navigation import AUTO_TRAIN, SETTINGS, WRITE, Screen
from tests.fake_llamacpp import FakeLlamaCpp
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider
from tests.studio.web.conftest import all_text, button, open_studio, problems

TEXT = "The fox waited in the snow until the last light in the house had gone out."


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_openai(texts=(TEXT,)) as server:
        yield server


@pytest.fixture
def provider(engine: Engine, fake: FakeProvider) -> Provider:
    engine.ensure_user("anna")
    return engine.teachers.add(
        "Writers", "openai", base_url=f"{fake.url}/v1", model="writer-large", key=KEY
    )


@pytest.fixture
def far(engine: Engine) -> Provider:
    """A provider elsewhere. Nobody asks it here."""
    engine.ensure_user("anna")
    return engine.teachers.add("Far", "gemini", model="gemini-x", key=KEY)


def settings(engine: Engine) -> AppTest:
    engine.ensure_user("anna")
    return open_studio("anna", SETTINGS)


def field(app: AppTest, label: str) -> Any:
    """The only field of that label."""
    found = [
        each for each in [*app.text_input, *app.number_input, *app.selectbox] if each.label == label
    ]
    assert len(found) == 1, label
    return found[0]


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click()
    app.run()
    assert not app.exception, app.exception


def badges(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in app.sidebar.markdown)


# Adding, changing, removing


def test_a_provider_is_added_by_its_preset_and_tested(engine: Engine, fake: FakeProvider) -> None:
    app = settings(engine)
    press(app, "provider/add")
    field(app, "What is it?").set_value("Ollama on this machine").run()
    assert field(app, "Address").value == "http://127.0.0.1:11434/v1"
    field(app, "Address").set_value(f"{fake.url}/v1")
    field(app, "Model").set_value("writer-small")
    field(app, "Key").set_value(KEY)
    press(app, "provider/save")
    provider = engine.teachers.providers()[0]
    assert (provider.name, provider.model, provider.has_key) == ("Ollama", "writer-small", True)
    assert not [each for each in app.text_input if each.label == "Key"]
    assert "key saved" in all_text(app)
    press(app, f"provider/{provider.id}/test")
    assert "It works" in app.success[0].value
    assert "fox waited" in app.success[0].value
    assert KEY not in str(app.main)


def test_gemini_is_the_first_preset_and_needs_no_address(engine: Engine) -> None:
    app = settings(engine)
    press(app, "provider/add")
    field(app, "Model").set_value("gemini-x")
    press(app, "provider/save")
    provider = engine.teachers.providers()[0]
    assert (provider.kind, provider.name, provider.base_url) == ("gemini", "Gemini", "")
    assert "Google's own address" in all_text(app).replace("\\", "")


def test_what_is_wrong_is_said_in_the_dialog_and_nothing_is_lost(engine: Engine) -> None:
    app = settings(engine)
    press(app, "provider/add")
    field(app, "What is it?").set_value("OpenAI-compatible").run()
    field(app, "Name").set_value("Mine")
    field(app, "Address").set_value("http://me:secret@example.com")
    press(app, "provider/save")
    assert "must hold no name or password" in problems(app)
    assert field(app, "Name").value == "Mine"
    assert engine.teachers.providers() == []


def test_an_edit_keeps_the_key_and_never_shows_it(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    app = settings(engine)
    press(app, f"provider/{provider.id}/Edit")
    assert field(app, "Key").value == ""
    assert "key saved" in field(app, "Key").placeholder
    press(app, "provider/models")
    press(app, "provider/model/writer-small")
    assert field(app, "Model").value == "writer-small"
    field(app, "Answers at once").set_value(2)
    press(app, "provider/save")
    changed = engine.teachers.providers()[0]
    assert (changed.model, changed.concurrency, changed.has_key) == ("writer-small", 2, True)
    assert engine.teachers.test(provider.id).ok


def test_removing_asks_first(engine: Engine, provider: Provider) -> None:
    app = settings(engine)
    press(app, f"provider/{provider.id}/Remove")
    assert "are forgotten" in all_text(app)
    press(app, "provider/keep")
    assert engine.teachers.providers() == [provider]
    assert not [each for each in app.button if each.key == "provider/gone"]
    press(app, f"provider/{provider.id}/Remove")
    press(app, "provider/gone")
    assert engine.teachers.providers() == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("bad-key", "refused the key"),
        ("429", "is busy"),
        ("redirect", "not followed"),
        ("filter", "refused to answer"),
    ],
)
def test_a_failed_test_says_what_is_wrong(
    engine: Engine, provider: Provider, fake: FakeProvider, fault: str, words: str
) -> None:
    fake.script.always = fault
    app = settings(engine)
    press(app, f"provider/{provider.id}/test")
    assert words in problems(app)
    assert KEY not in problems(app)


def test_a_name_is_never_read_as_markup(engine: Engine) -> None:
    engine.teachers.add("**bold** :red[no]", "gemini", model="<script>")
    app = settings(engine)
    shown = all_text(app)
    assert "**bold**" not in shown.replace("****", "")
    assert "<script>" not in shown


# Choosing, and where text goes


def test_the_choice_is_kept_and_the_sidebar_says_where_text_goes(
    engine: Engine, far: Provider
) -> None:
    app = settings(engine)
    assert "local only" in badges(app)
    app.multiselect(key="anna/teachers").set_value([far.id]).run()
    assert engine.teachers.chosen("anna") == [far.id]
    assert "sends text to Far" in open_badges(engine, WRITE)
    app.multiselect(key="anna/teachers").set_value([]).run()
    assert engine.teachers.chosen("anna") == [BUILT_IN]
    assert "local only" in open_badges(engine, WRITE)


def open_badges(engine: Engine, screen: Screen) -> str:
    return badges(open_studio("anna", screen))


def test_the_switch_keeps_text_here(engine: Engine, far: Provider) -> None:
    engine.teachers.choose("anna", [far.id])
    app = settings(engine)
    app.toggle(key="anna/local_only").set_value(True).run()
    assert engine.teachers.local_only
    assert "left out" in all_text(app)
    assert "local only" in open_badges(engine, SETTINGS)
    press(app, f"provider/{far.id}/test")
    assert "nothing was sent" in problems(app)


def test_the_setting_holds_the_switch(
    engine: Engine, far: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEGA_LOCAL_ONLY", "true")
    app = settings(engine)
    assert app.toggle(key="anna/local_only").disabled
    assert app.toggle(key="anna/local_only").value is True


def test_the_estimate_names_the_price(engine: Engine, provider: Provider) -> None:
    assert "0 (runs on this machine)" in [
        each.value for each in open_studio("anna", AUTO_TRAIN).metric
    ]
    engine.teachers.update(provider.id, price_out=1000.0)
    engine.teachers.choose("anna", [provider.id])
    money = [each.value for each in open_studio("anna", AUTO_TRAIN).metric if each.label == "Money"]
    assert len(money) == 1
    amount, currency = money[0].split()
    assert (float(amount) > 1.0, currency) == (True, "USD")


# Writing


def write(app: AppTest) -> None:
    app.text_area[0].set_value("A fox in the snow.")
    button(app, "Write").click()
    app.run()
    assert not app.exception


def test_the_chosen_teacher_writes(
    engine: Engine, teacher: FakeLlamaCpp, provider: Provider
) -> None:
    engine.teachers.choose("anna", [provider.id])
    app = open_studio("anna", WRITE)
    write(app)
    assert TEXT in [each.value for each in app.text]
    assert "Writers · writer" in all_text(app)
    assert app.info == []


def test_a_stand_in_is_told_in_plain_words(
    engine: Engine, teacher: FakeLlamaCpp, provider: Provider, fake: FakeProvider
) -> None:
    engine.teachers.choose("anna", [provider.id])
    fake.close()
    app = open_studio("anna", WRITE)
    write(app)
    said = app.info[0].value.replace("\\", "")
    assert said == "Writers could not be reached; SmolLM2-135M-Instruct wrote this."
    assert engine.store.stories.list("anna")[0].drafts[0].model == "SmolLM2-135M-Instruct"


def test_a_refusal_is_told_and_saves_nothing(
    engine: Engine, teacher: FakeLlamaCpp, provider: Provider, fake: FakeProvider
) -> None:
    engine.teachers.choose("anna", [provider.id])
    fake.script.always = "filter"
    app = open_studio("anna", WRITE)
    write(app)
    assert "refused to answer" in problems(app)
    assert "What had arrived" not in problems(app)
    assert engine.store.stories.list("anna")[0].drafts == ()
