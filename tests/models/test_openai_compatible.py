"""What only servers of OpenAI's protocol do: parameters a model does not take, and their marks."""

from __future__ import annotations

from typing import Any

import pytest

from models.base import complete
from models.errors import Blocked, ThoughtsShown, Unavailable
from models.openai_compatible import OpenAICompatibleModel
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY
from tests.models.test_providers import ASK, TEXT


def test_thoughts_that_nothing_begins_are_told_of_once_and_held_back_from_then_on() -> None:
    with fake_openai(texts=(TEXT,), always="think-unopened") as fake:
        model = OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1")
        with pytest.raises(ThoughtsShown):
            complete(model, ASK)
        assert complete(model, ASK).text == TEXT
        fake.script.always = "reasoning"  # its server was told to mark them
        complete(model, ASK)
        assert complete(model, ASK).text == TEXT


def test_a_text_that_speaks_of_thoughts_is_one() -> None:
    text = "He wrote <think> on the wall, and </think> below it."
    with fake_openai(texts=(text,), always="reasoning") as fake:
        model = OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1")
        assert complete(model, ASK).text == text


def test_a_hosted_model_gets_the_parameters_it_takes() -> None:
    with fake_openai(texts=(TEXT,), always="reasoning-model") as fake:
        model = OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1")
        assert complete(model, ASK, max_tokens=77, seed=3).text == TEXT
        complete(model, ASK, max_tokens=77)
    assert [request.body.get("max_completion_tokens") for request in fake.requests] == [
        None,
        77,
        77,
    ]
    assert "max_tokens" not in fake.requests[1].body
    assert fake.requests[1].body["seed"] == 3


def test_many_who_learn_at_once_what_a_model_does_not_take_all_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with fake_openai(texts=(TEXT,), always="reasoning-model") as fake:
        model = OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1")
        completions = model.client.chat.completions
        create = completions.create

        def create_while_another_learns(**body: Any) -> Any:
            try:
                return create(**body)
            finally:
                model.unwanted.add("max_tokens")

        monkeypatch.setattr(completions, "create", create_while_another_learns)
        assert complete(model, ASK, max_tokens=77).text == TEXT


@pytest.mark.parametrize("fault", ["error", "refusal"])
def test_what_a_stream_says_in_the_middle_counts(fault: str) -> None:
    with fake_openai(texts=(TEXT,), faults=[fault]) as fake:
        model = OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1")
        with pytest.raises(Blocked if fault == "refusal" else Unavailable):
            complete(model, ASK)


def test_the_environment_of_another_account_is_not_sent(monkeypatch: Any) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-other")
    with fake_openai(texts=(TEXT,)) as fake:
        model = OpenAICompatibleModel("O", "writer-large", KEY, base_url=f"{fake.url}/v1")
        complete(model, ASK)
    assert "org-other" not in str(fake.requests[0].headers)
