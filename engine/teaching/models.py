"""From a provider to a model that can be asked. Each SDK is imported when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Protocol, cast

from engine.domain.provider import Provider
from engine.errors import InvalidInput, LocalOnly
from models.base import Answer, LanguageModel, Message
from models.remote import RemoteAnswer

# The protocols that teachers speak: each kind's module, imported when it is first asked.
MODULES = {
    "gemini": "models.gemini",
    "openai": "models.openai_compatible",
}


@dataclass(frozen=True)
class Trial:
    """What came of asking a provider for a sentence: its first words, or the error and its code."""

    ms: int
    words: str
    error: str = ""
    code: str = ""

    @property
    def ok(self) -> bool:
        return not self.code


class ProviderModule(Protocol):
    """What each of `MODULES` has. `provider` is how its errors call the server."""

    def open_model(
        self, name: str, model: str, key: str, *, base_url: str, provider: str, local: bool
    ) -> LanguageModel:
        """One model, with a client of its own; examples are stored under `name`."""

    def list_models(self, key: str, *, base_url: str, provider: str, local: bool) -> list[str]:
        """Names of the models it has. Raises `ModelError`."""


def open_model(provider: Provider, key: str) -> LanguageModel:
    """The provider's model, with its own client."""
    return _module_of(provider).open_model(
        provider.generator,
        provider.model,
        key,
        base_url=provider.base_url,
        provider=provider.name,
        local=provider.local,
    )


def list_models(provider: Provider, key: str) -> list[str]:
    """Names of the provider's models, as it tells them. Raises `ModelError`."""
    return _module_of(provider).list_models(
        key, base_url=provider.base_url, provider=provider.name, local=provider.local
    )


def _module_of(provider: Provider) -> ProviderModule:
    return cast(ProviderModule, import_module(MODULES[provider.kind]))


class ProviderModel:
    """A provider's model, checked against the local-only switch at every request, right before it is
    sent.

    A job that runs for an hour must not go on elsewhere once the switch was turned, nor an answer
    that waited for its place or for room in the budget meanwhile.
    """

    def __init__(
        self, provider: Provider, key: Callable[[], str], local_only: Callable[[], bool]
    ) -> None:
        self.name = provider.generator
        self._provider = provider
        self._key = key
        self._local_only = local_only

    @cached_property
    def _model(self) -> LanguageModel:
        return open_model(self._provider, self._key())

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float = 0.8,
        top_p: float = 0.95,
        max_tokens: int = 300,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> Answer:
        """Start an answer. Raises `LocalOnly` (reading it does, too), `InvalidInput` without a model,
        `InvalidKey`."""
        self._check()
        if not self._provider.model:
            raise InvalidInput("model", f"of {self._provider.name} is not chosen yet, see Settings")
        answer = self._model.stream(
            messages,
            temperature=temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            seed=seed,
            stop=stop,
        )
        if isinstance(answer, RemoteAnswer):
            answer.check = self._check
        return answer

    def _check(self) -> None:
        check_allowed(self._provider, local_only=self._local_only())


def check_allowed(provider: Provider, *, local_only: bool) -> None:
    """Raise `LocalOnly` for a provider elsewhere while nothing may leave this machine."""
    if local_only and not provider.local:
        raise LocalOnly(provider.name)
