"""Any server that speaks OpenAI's chat protocol: OpenAI itself, Ollama, vLLM, other hosts.

How the model is called is the server's business and comes from it (`list_models`).
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Any

import httpx2
import openai

from models.base import Finish, FinishReason, Message
from models.errors import Blocked, ModelError, Unavailable
from models.remote import (
    CONNECT_SECONDS,
    READ_SECONDS,
    RemoteAnswer,
    retry_seconds,
    status_error,
    too_long,
    turns,
    without_key,
)

# Servers without a key want none; the client wants some.
NO_KEY = "none"
_REFUSALS = ("content_filter", "content_policy_violation")


class OpenAICompatibleModel:
    """One model at `base_url`, which ends as the provider says (often `/v1`).

    `name` is what examples are stored under, `provider` how errors call the server. With `local` no
    proxy of the environment is asked.
    """

    def __init__(
        self,
        name: str,
        model: str,
        key: str,
        *,
        base_url: str,
        provider: str = "The provider",
        local: bool = False,
    ) -> None:
        self.name = name
        self.model = model
        self.provider = provider
        self.base_url = base_url
        self._key = key
        self.client = _client(base_url, key, local)
        # Parameters this model turned out not to take; learned from its errors.
        self.unwanted: set[str] = set()

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float = 0.8,
        top_p: float = 0.95,
        max_tokens: int = 300,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> OpenAICompatibleAnswer:
        """Start an answer; see `LanguageModel.stream`."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in turns(messages)],
            "temperature": temperature,
            "top_p": top_p,
            "stream_options": {"include_usage": True},
        }
        if seed is not None:
            body["seed"] = seed
        if stop:
            body["stop"] = list(stop)
        return OpenAICompatibleAnswer(self, body, max_tokens, self._key)


class OpenAICompatibleAnswer(RemoteAnswer):
    """One streamed answer."""

    def __init__(
        self, model: OpenAICompatibleModel, body: dict[str, Any], max_tokens: int, key: str
    ) -> None:
        super().__init__(model.name, model.provider, (model.base_url, model.model), max_tokens)
        self._of = model
        self._body = body
        self._key = key
        self._stream: Any = None

    def _read(self, max_tokens: int) -> Generator[str, None, FinishReason | None]:
        reason: FinishReason | None = None
        try:
            self._stream = None
            self._stream = self._open(max_tokens)
            for chunk in self._stream:
                if chunk.usage is not None:
                    usage = chunk.usage  # some servers count with null
                    self.used = (usage.prompt_tokens or 0, usage.completion_tokens or 0)
                for choice in (chunk.choices or [])[:1]:
                    if text := self._seen(choice.delta):
                        yield text
                    if choice.finish_reason:
                        reason = _ending(choice.finish_reason)
                if self.visible.full:
                    break
        except openai.OpenAIError as error:
            late = isinstance(error, openai.APITimeoutError)
            cut = isinstance(error, openai.APIConnectionError) and not late
            if cut and self._stream is not None:
                raise self._broke_off() from None
            raise error_of(error, self.provider, self._of.model, self._key) from None
        except (json.JSONDecodeError, ValueError, AttributeError, TypeError):
            raise Unavailable(
                f"{self.provider} sent something that cannot be read.", temporary=True
            ) from None
        return reason

    def _open(self, max_tokens: int) -> Any:
        """Send the request, again without each parameter that the model does not take."""
        create: Any = self._of.client.chat.completions.create
        while True:
            unwanted = set(self._of.unwanted)  # other answers may learn more meanwhile
            length = "max_completion_tokens" if "max_tokens" in unwanted else "max_tokens"
            body = {name: value for name, value in self._body.items() if name not in unwanted}
            try:
                return create(**body, **{length: max_tokens}, stream=True)
            except openai.BadRequestError as error:
                named = error.param if (error.code or "").startswith("unsupported_") else None
                if named not in {"max_tokens", *self._body} - unwanted - {"model", "messages"}:
                    raise
                self._of.unwanted.add(str(named))

    def _seen(self, delta: Any) -> str:
        """The text of a piece that a reader may see. Raises `Blocked` for a refusal."""
        if delta is None:
            return ""
        if getattr(delta, "refusal", None):
            raise Blocked(without_key(str(delta.refusal), self._key))
        if getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None):
            self.visible.thought = True
        return self.visible.feed(delta.content or "")

    def close(self) -> None:
        """Drop the connection; the server stops writing."""
        if self._stream is not None:
            with suppress(httpx2.HTTPError):
                self._stream.close()
        if self.finish is None:
            self.finish = Finish("closed", 0, 0)


open_model = OpenAICompatibleModel


def list_models(
    key: str, *, base_url: str, provider: str = "The provider", local: bool = False
) -> list[str]:
    """Names of the server's models, as it tells them. Raises `ModelError`."""
    try:
        return [str(model.id) for model in _client(base_url, key, local).models.list()]
    except openai.OpenAIError as error:
        raise error_of(error, provider, "", key) from None
    except (ValueError, AttributeError, TypeError):
        raise Unavailable(f"{provider} sent something that cannot be read.") from None


def error_of(error: openai.OpenAIError, provider: str, model: str, key: str) -> ModelError:
    """The typed error of what the client raised. Its own chain is cut: it holds the request."""
    message = without_key(str(getattr(error, "message", error)), key)
    code = str(getattr(error, "code", "") or "")
    if code in _REFUSALS or getattr(error, "type", None) in _REFUSALS:
        return Blocked(message)
    if isinstance(error, openai.APITimeoutError):
        away = isinstance(error.__cause__, httpx2.ConnectTimeout)
        return Unavailable(f"{provider} did not answer in time.", unreachable=away)
    if isinstance(error, openai.APIStatusError):
        after = retry_seconds(error.response.headers.get("retry-after"))
        words = f"{message} {code}" if "context" in code else message
        return status_error(provider, model, error.status_code, words, retry_after=after)
    if isinstance(error, openai.APIConnectionError):
        if isinstance(error.__cause__, httpx2.RemoteProtocolError | httpx2.ReadError):
            return Unavailable(f"{provider} hung up before it answered.", temporary=True)
        return Unavailable(
            f"{provider} cannot be reached. Is it running, and its address right?",
            unreachable=isinstance(error.__cause__, httpx2.ConnectError),
        )
    return too_long(f"{message} {code}") or Unavailable(
        f"{provider} answered with an error: {message}", temporary=True
    )


def _client(base_url: str, key: str, local: bool) -> openai.OpenAI:
    timeout = openai.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    client = openai.OpenAI(
        api_key=key or NO_KEY,
        base_url=base_url,
        max_retries=0,
        timeout=timeout,
        http_client=openai.DefaultHttpxClient(
            timeout=timeout, follow_redirects=False, trust_env=not local
        ),
    )
    # Those of the environment belong to another account than this key's.
    client.organization = client.project = None
    return client


def _ending(reason: str) -> FinishReason:
    """How an answer ended. Raises `Blocked` when a filter ended it."""
    if reason in _REFUSALS:
        raise Blocked("its content filter stopped the answer")
    return "length" if reason == "length" else "stop"
