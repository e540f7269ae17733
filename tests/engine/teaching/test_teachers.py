"""Providers, their keys, who chose whom, and what is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from engine.domain.provider import BUILT_IN, Provider
from engine.engine import Engine
from engine.errors import EngineError, InvalidInput, LocalOnly, NotFound
from engine.settings import load_settings
from engine.teaching import open_teachers
from engine.teaching.keys import KEY_FILE, Safe
from models.base import Message, complete
from models.ensemble import EnsembleAnswer
from models.errors import InvalidKey
from tests.fake_gemini import fake_gemini
from tests.fake_llamacpp import FakeLlamaCpp
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider

TEXT = "The sea was calm that day, and the boats lay still."
REMOTE = "https://llm.example.com/v1"
ASK = [Message("user", "A story about a fox.")]


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_openai(texts=(TEXT,)) as server:
        yield server


def add(engine: Engine, fake: FakeProvider | None = None, **values: Any) -> Provider:
    """A provider that speaks OpenAI's protocol, with the right key."""
    fields: dict[str, Any] = {
        "name": "Writers",
        "kind": "openai",
        "base_url": f"{fake.url}/v1" if fake else REMOTE,
        "model": "writer-large",
        "key": KEY,
    }
    return engine.teachers.add(**{**fields, **values})


# Setting up


def test_a_provider_is_kept_and_its_key_is_nowhere_to_be_seen(
    engine: Engine, fake: FakeProvider, tmp_path: Path
) -> None:
    provider = add(engine, fake)
    assert engine.teachers.providers() == [provider]
    assert provider.has_key
    assert engine.teachers.test(provider.id).ok
    assert KEY not in repr([provider, engine.teachers, vars(engine.teachers)])
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert (tmp_path / "home" / KEY_FILE) in files
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_the_key_file_is_for_this_account_only(engine: Engine, fake: FakeProvider) -> None:
    before = os.umask(0)
    try:
        add(engine, fake)
    finally:
        os.umask(before)
    mode = (engine.settings.home / KEY_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_many_who_seal_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda number: Safe(tmp_path).seal(f"key-{number}"), range(8)))
    assert [Safe(tmp_path).open(each) for each in sealed] == [f"key-{n}" for n in range(8)]
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_of_another_home_is_asked_for_again(engine: Engine, fake: FakeProvider) -> None:
    provider = add(engine, fake)
    (engine.settings.home / KEY_FILE).unlink()
    trial = engine.teachers.test(provider.id)
    assert (trial.ok, trial.code) == (False, "invalid_key")
    assert "Enter it again" in trial.error
    engine.teachers.update(provider.id, key=KEY)
    assert engine.teachers.test(provider.id).ok


def test_a_new_address_does_not_get_the_old_key(engine: Engine, fake: FakeProvider) -> None:
    provider = add(engine, fake)
    assert engine.teachers.update(provider.id, name="Renamed").has_key
    assert engine.teachers.update(provider.id, base_url=f"{fake.url}/v1/").has_key
    with fake_openai() as other:
        assert not engine.teachers.update(provider.id, base_url=f"{other.url}/v1").has_key
        assert engine.teachers.test(provider.id).code == "invalid_key"
        assert KEY not in str(other.requests)


def test_the_kind_and_the_id_stay(engine: Engine) -> None:
    provider = add(engine)
    for field in ("kind", "id", "sealed_key", "created_at"):
        with pytest.raises(InvalidInput):
            engine.teachers.update(provider.id, **{field: "x"})


# Asking


def test_a_test_tells_the_first_words_or_what_is_wrong(engine: Engine, fake: FakeProvider) -> None:
    provider = add(engine, fake)
    good = engine.teachers.test(provider.id)
    assert (good.ok, good.words, good.error) == (True, TEXT, "")
    assert good.ms >= 0
    for fault, code in {
        "bad-key": "invalid_key",
        "503": "model_unavailable",
        "429": "rate_limited",
        "filter": "blocked",
        "redirect": "model_unavailable",
    }.items():
        fake.script.faults.append(fault)
        bad = engine.teachers.test(provider.id)
        assert (bad.ok, bad.code) == (False, code)
        assert KEY not in bad.error
    assert len(fake.requests) == 6  # a test asks once, whatever comes


def test_models_come_from_the_provider(engine: Engine, fake: FakeProvider) -> None:
    provider = add(engine, fake, model="")
    assert engine.teachers.models(provider.id) == ["writer-large", "writer-small"]
    with pytest.raises(InvalidInput, match="not chosen"):
        engine.teachers.test(provider.id)
    with fake_gemini() as gemini:
        added = engine.teachers.add("Gemini", "gemini", base_url=gemini.url, key=KEY)
        assert engine.teachers.models(added.id) == ["writer-large", "writer-small"]
        engine.teachers.update(added.id, key="")
        with pytest.raises(InvalidKey):
            engine.teachers.models(added.id)


# Choosing


def test_everybody_is_taught_by_the_base_until_they_choose(
    engine: Engine, fake: FakeProvider, base: FakeLlamaCpp
) -> None:
    provider = add(engine, fake)
    assert engine.teachers.chosen("anna") == [BUILT_IN]
    engine.teachers.choose("anna", [provider.id])
    assert engine.teachers.chosen("anna") == [provider.id]
    assert engine.teachers.chosen("ben") == [BUILT_IN]
    assert complete(engine.teachers.model_for("anna", len), ASK).text == TEXT
    assert complete(engine.teachers.model_for("ben", len), ASK).text != TEXT
    assert len(base.requests) == 1


def test_a_provider_that_is_removed_teaches_nobody(engine: Engine, fake: FakeProvider) -> None:
    first, second = add(engine, fake), add(engine, fake, name="Second")
    engine.teachers.choose("anna", [first.id, second.id])
    engine.teachers.remove(first.id)
    assert engine.teachers.chosen("anna") == [second.id]
    engine.teachers.remove(second.id)
    assert engine.teachers.chosen("anna") == [BUILT_IN]
    with pytest.raises(NotFound):
        engine.teachers.test(first.id)


@pytest.mark.parametrize("ids", [[], ["nobody"], ["../etc"], [BUILT_IN, "nobody"]])
def test_a_choice_of_nobody_is_refused(engine: Engine, ids: list[str]) -> None:
    with pytest.raises(EngineError):
        engine.teachers.choose("anna", ids)
    assert engine.teachers.chosen("anna") == [BUILT_IN]


def test_several_teachers_answer_and_the_best_is_given(
    engine: Engine, fake: FakeProvider, base: FakeLlamaCpp
) -> None:
    with fake_gemini(texts=("Short.",)) as gemini:
        other = engine.teachers.add(
            "Gemini", "gemini", base_url=gemini.url, model="writer-small", key=KEY
        )
        engine.teachers.choose("anna", [other.id, add(engine, fake).id, BUILT_IN])
        model = engine.teachers.model_for("anna", lambda text: -abs(len(text) - len(TEXT)))
        with model.stream(ASK) as answer:
            assert "".join(answer) == TEXT
        assert answer.model == "Writers · writer-large"
        assert [len(each.requests) for each in (fake, gemini, base)] == [1, 1, 1]


def test_one_provider_is_never_asked_more_at_once_than_it_allows(
    engine: Engine, fake: FakeProvider
) -> None:
    provider = add(engine, fake, concurrency=2)
    fake.script.latency = 0.02
    for user in ("anna", "ben"):
        engine.teachers.choose(user, [provider.id])

    def ask(number: int) -> str:
        model = engine.teachers.model_for("anna" if number % 2 else "ben", len)
        return complete(model, ASK).text

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(ask, range(10))) == {TEXT}
    assert fake.most_at_once <= 2


def test_texts_at_once_and_money_are_those_of_the_team(engine: Engine) -> None:
    cheap = add(engine, concurrency=6, price_in=1.0, price_out=10.0)
    dear = add(engine, concurrency=3, price_out=20.0)
    assert engine.estimate(100, "anna").money == 0.0
    assert engine.teachers.in_flight("anna") == engine.settings.generation_slots
    engine.teachers.choose("anna", [cheap.id])
    assert engine.teachers.in_flight("anna") == 6
    assert engine.estimate(100, "anna").money == pytest.approx(0.312)
    engine.teachers.choose("anna", [cheap.id, dear.id, BUILT_IN])
    assert engine.teachers.in_flight("anna") == 3
    assert engine.estimate(100, "anna").money == pytest.approx(0.912)
    assert engine.estimate(100).money == 0.0


def test_examples_are_stored_under_a_name_that_tells(engine: Engine) -> None:
    gemini = engine.teachers.add("Mine", "gemini", model="gemini-x")
    assert gemini.generator == "Gemini API · gemini-x"
    assert add(engine, name="Ollama", model="llama").generator == "Ollama · llama"


# Local only


def test_with_local_only_nobody_elsewhere_is_asked(
    engine: Engine, fake: FakeProvider, base: FakeLlamaCpp
) -> None:
    away, here = add(engine), add(engine, fake, name="Here")
    engine.teachers.choose("anna", [away.id, here.id])
    assert engine.teachers.sends_to("anna") == "Writers"
    before = engine.teachers.model_for("anna", len)
    engine.teachers.set_local_only(True)
    assert engine.teachers.sends_to("anna") == ""
    assert engine.teachers.team("anna") == [here]
    for ask in (engine.teachers.test, engine.teachers.models):
        with pytest.raises(LocalOnly):
            ask(away.id)
    with before.stream(ASK) as answer:  # also of a team that was handed out before
        assert "".join(answer) == TEXT
    assert isinstance(answer, EnsembleAnswer)
    assert [type(each) for each in answer.failures] == [LocalOnly]
    assert engine.teachers.test(here.id).ok
    engine.teachers.choose("anna", [away.id])
    assert engine.teachers.team("anna") == [None]
    engine.teachers.set_local_only(False)
    assert engine.teachers.team("anna") == [away]


def test_what_waits_while_the_switch_is_turned_is_not_sent(
    engine: Engine, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.domain.provider.is_loopback", lambda url: False)
    answer = engine.teachers._asked(add(engine, fake), "anna").stream(ASK)
    engine.teachers.set_local_only(True)
    with pytest.raises(LocalOnly):
        list(answer)
    assert fake.requests == []
    assert engine.store.ledger.usage("anna").tokens == 0


def test_nor_is_the_second_request_of_an_answer(
    engine: Engine, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.domain.provider.is_loopback", lambda url: False)
    fake.script.always = "think-too-long"
    answer = engine.teachers._asked(add(engine, fake), "anna").stream(ASK)
    turned = property(lambda self: bool(fake.requests))
    monkeypatch.setattr(type(engine.teachers), "local_only", turned)
    with pytest.raises(LocalOnly):
        list(answer)
    assert len(fake.requests) == 1


def test_the_setting_keeps_the_switch_on(engine: Engine, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", local_only=True)
    teachers = open_teachers(settings, engine.store, engine.budget)
    assert teachers.local_only
    assert teachers.is_forced_local
    with pytest.raises(InvalidInput, match="ZEGA_LOCAL_ONLY"):
        teachers.set_local_only(False)
    assert teachers.local_only
