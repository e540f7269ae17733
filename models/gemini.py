"""Gemini through google-generativeai, over REST. The SDK is no longer cared for: this file is all
that knows it, so that google-genai can take its place.

Four habits of the SDK are worked around here. Its `configure` is global, so each model has a client
of its own. Its messages know no `thought`, so thoughts would pass as text: events are read as plain
JSON. It stumbles over the list in which a stream's error comes, and it follows redirects with the
key: `_session_of` looks at every response first.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import requests
from google.api_core.exceptions import GoogleAPICallError
from google.api_core.rest_streaming import ResponseIterator
from google.auth.api_key import Credentials
from google.protobuf.json_format import MessageToDict, ParseError
from google.protobuf.struct_pb2 import Struct
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, ProtocolError, ReadTimeoutError

from models.base import Finish, FinishReason, Message
from models.errors import Blocked, InvalidKey, ModelError, Unavailable
from models.remote import (
    CONNECT_SECONDS,
    READ_SECONDS,
    RemoteAnswer,
    retry_seconds,
    status_error,
    turns,
    without_key,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # it says that its support has ended
    import google.generativeai as genai
    from google.ai import generativelanguage_v1beta as service

ENDPOINT = "https://generativelanguage.googleapis.com"
NAME = "Gemini"

# The SDK asks for numbers; other servers of this protocol send names all the same.
_ENDINGS: dict[object, FinishReason] = {
    1: "stop", "STOP": "stop", 2: "length", "MAX_TOKENS": "length",
}  # fmt: skip
_PROMPT_BLOCK = genai.protos.GenerateContentResponse.PromptFeedback.BlockReason
_ANSWER_BLOCK = genai.protos.Candidate.FinishReason
_BROKEN = (requests.RequestException, ParseError, ValueError, AttributeError, TypeError)


class GeminiModel:
    """One model of the Gemini API at `base_url`, empty for Google's own.

    `name` is what examples are stored under, `provider` how errors call the server. With `local` no
    proxy of the environment is asked. The SDK knows no seed: it is not sent.
    """

    def __init__(
        self,
        name: str,
        model: str,
        key: str,
        *,
        base_url: str = "",
        provider: str = NAME,
        local: bool = False,
    ) -> None:
        self.name = name
        self.model = model.removeprefix("models/")
        self.provider = provider
        self.base_url = base_url or ENDPOINT
        self._key = key
        kind = service.GenerativeServiceClient.get_transport_class("rest")
        transport = _transport(kind, self.base_url, key, self.model, provider, local)
        self.client: Any = service.GenerativeServiceClient(transport=transport)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float = 0.8,
        top_p: float = 0.95,
        max_tokens: int = 300,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> GeminiAnswer:
        """Start an answer; see `LanguageModel.stream`."""
        system = [{"text": m.content} for m in messages if m.role == "system"]
        said = [
            {"role": "model" if m.role == "assistant" else "user", "parts": [{"text": m.content}]}
            for m in turns(messages)
            if m.role != "system"
        ]
        request = genai.protos.GenerateContentRequest(
            model=f"models/{self.model}",
            system_instruction={"parts": system} if system else None,
            contents=said,
            generation_config={
                "temperature": temperature,
                "top_p": top_p,
                "stop_sequences": list(stop),
            },
        )
        return GeminiAnswer(self, request, max_tokens, self._key)


class GeminiAnswer(RemoteAnswer):
    """One streamed answer."""

    def __init__(self, model: GeminiModel, request: Any, max_tokens: int, key: str) -> None:
        super().__init__(model.name, model.provider, (model.base_url, model.model), max_tokens)
        self._client = model.client
        self._request = request
        self._key = key
        self._stream: Any = None

    def _read(self, max_tokens: int) -> Generator[str, None, FinishReason | None]:
        self._request.generation_config.max_output_tokens = max_tokens
        reason: FinishReason | None = None
        try:
            for event in self._events():
                self._count(event.get("usageMetadata") or {})
                if refusal := event.get("promptFeedback", {}).get("blockReason"):
                    raise Blocked(_name_of(refusal, _PROMPT_BLOCK))
                for candidate in event.get("candidates", ())[:1]:
                    for part in candidate.get("content", {}).get("parts", ()):
                        if text := self._seen(part):
                            yield text
                    if ending := candidate.get("finishReason"):
                        reason = _ENDINGS.get(ending)
                        if reason is None:
                            raise Blocked(_name_of(ending, _ANSWER_BLOCK))
                if self.visible.full:
                    break
        except _BROKEN as error:
            if reason is None:  # whatever comes after the end does not matter
                raise _broken(error, self.provider, self._key) from None
        except GoogleAPICallError as error:
            raise Unavailable(without_key(str(error), self._key), temporary=True) from None
        return reason

    def _events(self) -> Iterator[dict[str, Any]]:
        stream = self._client.stream_generate_content(
            self._request, retry=None, timeout=READ_SECONDS
        )
        self._stream = ResponseIterator(stream._response, Struct)
        return map(MessageToDict, self._stream)

    def _seen(self, part: dict[str, Any]) -> str:
        """The text of a part that a reader may see."""
        if part.get("thought"):
            self.visible.thought = True
            return ""
        return self.visible.feed(part.get("text", ""))

    def _count(self, usage: dict[str, Any]) -> None:
        """Each event that counts tokens counts all so far; thoughts are written, too."""
        prompt, answer, thoughts = (
            int(usage.get(f"{name}TokenCount") or 0)
            for name in ("prompt", "candidates", "thoughts")
        )
        if usage:
            self.used = (prompt, answer + thoughts)
        if thoughts > 0:
            self.visible.thought = True

    def close(self) -> None:
        """Drop the connection; the server stops writing."""
        if self._stream is not None:
            self._stream.cancel()
        if self.finish is None:
            self.finish = Finish("closed", 0, 0)


open_model = GeminiModel


def list_models(
    key: str, *, base_url: str = "", provider: str = NAME, local: bool = False
) -> list[str]:
    """Names of the models that can write, as the provider tells them. Raises `ModelError`."""
    kind = service.ModelServiceClient.get_transport_class("rest")
    transport = _transport(kind, base_url or ENDPOINT, key, "", provider, local)
    client = service.ModelServiceClient(transport=transport)
    options: Any = {"retry": None, "timeout": READ_SECONDS}
    try:
        models = list(genai.list_models(client=client, request_options=options))
    except _BROKEN as error:
        raise _broken(error, provider, key) from None
    return [
        model.name.removeprefix("models/")
        for model in models
        if "generateContent" in model.supported_generation_methods
    ]


class _Patience(HTTPAdapter):
    """Connecting gives up sooner than reading."""

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().send(*args, **{**kwargs, "timeout": (CONNECT_SECONDS, READ_SECONDS)})


def _transport(kind: Any, address: str, key: str, model: str, provider: str, local: bool) -> Any:
    """A transport that raises our errors, follows no redirect and does not wait for ever."""
    transport = kind(host=address, credentials=Credentials(key or "none"))

    def look(response: requests.Response, *_: Any, **__: Any) -> None:
        if response.status_code >= 300:
            raise _error_of(response, provider, model, key)

    session: requests.Session = transport._session
    session.hooks["response"].append(look)
    session.mount("https://", _Patience())
    session.mount("http://", _Patience())
    session.trust_env = not local
    return transport


def _error_of(response: requests.Response, provider: str, model: str, key: str) -> ModelError:
    """The typed error of a refused request; a stream's error comes inside a list."""
    try:
        payload = response.json()
        error = (payload[0] if isinstance(payload, list) else payload)["error"]
        message, details = str(error.get("message", "")), str(error.get("details", ""))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        message, details = f"HTTP {response.status_code}", ""
    message = without_key(message, key)
    if "API_KEY_INVALID" in details or "API key not valid" in message:
        return InvalidKey(f"{provider} refused the key: {message}. Check the key in Settings.")
    delay = re.search(r"retryDelay\W+(\d+(?:\.\d+)?)s", details)
    after = retry_seconds(response.headers.get("retry-after"))
    if after is None and delay:
        after = float(delay[1])
    return status_error(provider, model, response.status_code, message, retry_after=after)


def _broken(error: Exception, provider: str, key: str) -> Unavailable:
    """A connection that failed, or a stream that is no stream of ours."""
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return Unavailable(f"{provider} broke off in the middle of an answer.", temporary=True)
    if isinstance(error, requests.ConnectionError):
        if isinstance(error.args[0], ProtocolError):
            return Unavailable(f"{provider} hung up before it answered.", temporary=True)
        if not isinstance(error.args[0], ReadTimeoutError):
            away = isinstance(error.args[0], MaxRetryError)
            words = f"{provider} cannot be reached. Is this machine online?"
            return Unavailable(words, unreachable=away)
    if isinstance(error, requests.Timeout | requests.ConnectionError):
        return Unavailable(f"{provider} did not answer in time.")
    words = without_key(str(error), key)
    return Unavailable(f"{provider} sent something that cannot be read: {words}", temporary=True)


def _name_of(reason: Any, names: Any) -> str:
    """A reason as a word, e.g. `SAFETY`; a number that the SDK does not know stays one."""
    if isinstance(reason, str):
        return reason
    known = {int(each): str(each.name) for each in names}
    return known.get(int(reason), f"reason {reason:.0f}")
