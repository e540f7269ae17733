"""llama.cpp over HTTP: the embedded base, a user's adapter beside it, and sentence embeddings.

The server process is started by llamacpp_server.py. This file is only its client and imports
nothing heavy, so that pages may use it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import httpx

from models.base import Answer, Finish, FinishReason, Message
from models.errors import Blocked, ContextTooLong, InvalidKey, ModelError, RateLimited, Unavailable

# Connecting is instant on loopback; a first token may wait for a slot behind other requests.
TIMEOUT = httpx.Timeout(connect=5.0, read=120.0, write=30.0, pool=60.0)
# Where somebody waits for an answer that is only to show whether there is one.
IMPATIENT = httpx.Timeout(20.0, connect=5.0)

TOO_LARGE = re.compile(r"\((\d+) tokens\) is too large .*size: (\d+)\)")

# Small models fall into loops. DRY sampling and a light repeat penalty (both llama.cpp's own) make
# loops rare without forbidding names and dialogue to recur.
ANTI_LOOP = {"repeat_penalty": 1.1, "repeat_last_n": 128, "dry_multiplier": 0.8}


class LlamaCppModel:
    """One model on a llama.cpp server: the base, or the base with the adapter loaded at `lora`.

    `lora` is a position in that server's list of adapters, so it is only valid together with
    `url`: both come from one read of the published generation.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        lora: int | None = None,
        lora_scale: float = 1.0,
        client: httpx.Client | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self.name = name
        self.url = url
        self._lora = [] if lora is None else [{"id": lora, "scale": lora_scale}]
        self._client = client or httpx.Client(timeout=TIMEOUT, trust_env=False)
        self._timeout = timeout

    def without_adapter(self) -> LlamaCppModel | None:
        """The base on the same server, asked with little patience; None for a model without an adapter."""
        if not self._lora:
            return None
        return LlamaCppModel("base", self.url, client=self._client, timeout=IMPATIENT)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float = 0.8,
        top_p: float = 0.95,
        max_tokens: int = 300,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> LlamaCppAnswer:
        """Start an answer; see `LanguageModel.stream`."""
        body: dict[str, Any] = {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "temperature": temperature,
            "top_p": top_p,
            "max_tokens": max_tokens,
            "stop": list(stop),
            "lora": self._lora,
            # A slot's cached prompt is reused even when the adapter differs: with it, a student's
            # attention would leak into the teacher's next answer.
            "cache_prompt": False,
            "stream": True,
            "stream_options": {"include_usage": True},
            **ANTI_LOOP,
        }
        if seed is not None:
            body["seed"] = seed
        request = self._client.build_request(
            "POST", f"{self.url}/v1/chat/completions", json=body, timeout=self._timeout
        )
        return LlamaCppAnswer(self.name, self._client, request)


class LlamaCppAnswer(Answer):
    """Server-sent events of one chat completion. The request is sent on the first iteration."""

    def __init__(self, model: str, client: httpx.Client, request: httpx.Request) -> None:
        self.model = model
        self._client = client
        self._request = request
        self._response: httpx.Response | None = None
        self._pieces = 0
        self.finish: Finish | None = None

    def __iter__(self) -> Iterator[str]:
        reason: FinishReason | None = None
        prompt_tokens, completion_tokens = 0, 0
        try:
            self._response = self._client.send(self._request, stream=True)
            raise_for_status(self._response)
            for event in events(self._response):
                if event.get("error"):
                    raise error_of(event["error"])
                for choice in event.get("choices") or ():
                    text = (choice.get("delta") or {}).get("content") or ""
                    if choice.get("finish_reason"):
                        reason = "length" if choice["finish_reason"] == "length" else "stop"
                    if text:
                        self._pieces += 1
                        yield text
                usage = event.get("usage") or {}
                prompt_tokens = usage.get("prompt_tokens") or prompt_tokens
                completion_tokens = usage.get("completion_tokens") or completion_tokens
        except httpx.HTTPError as error:
            away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise Unavailable(
                f"The model server at {self._request.url.host} does not answer ({error}).",
                temporary=not away,
                unreachable=away,
            ) from error
        finally:
            self.close()
        if reason is None:
            raise Unavailable(
                "The model server broke off in the middle of an answer.", temporary=True
            )
        self.finish = Finish(reason, prompt_tokens, completion_tokens)

    def close(self) -> None:
        """Drop the connection; the server notices and frees the slot."""
        if self._response is not None:
            with suppress(httpx.HTTPError):
                self._response.close()
        if self.finish is None:
            self.finish = Finish("closed", 0, self._pieces)


class LlamaCppEmbedder:
    """Sentence embeddings from a llama.cpp server started with an embedding model."""

    def __init__(self, url: str, *, client: httpx.Client | None = None) -> None:
        self.url = url
        self._client = client or httpx.Client(timeout=TIMEOUT, trust_env=False)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors, one a text, in order."""
        try:
            response = self._client.post(f"{self.url}/v1/embeddings", json={"input": list(texts)})
        except httpx.HTTPError as error:
            raise Unavailable(f"The embedding server does not answer ({error}).") from error
        raise_for_status(response)
        rows = sorted(response.json()["data"], key=lambda row: row["index"])
        return [row["embedding"] for row in rows]


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """The JSON payloads of a server-sent event stream, up to `[DONE]`."""
    for line in response.iter_lines():
        if not line.startswith("data:"):
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            return
        try:
            event = json.loads(data)
        except json.JSONDecodeError as error:
            raise Unavailable(
                "The model server sent something that is not JSON.", temporary=True
            ) from error
        if not isinstance(event, dict):
            raise Unavailable(
                "The model server sent an event that is not an object.", temporary=True
            )
        yield event


def raise_for_status(response: httpx.Response) -> None:
    """Turn an HTTP error into the matching `ModelError`."""
    if response.status_code < 400:
        return
    response.read()
    try:
        payload = response.json().get("error") or {}
    except (json.JSONDecodeError, AttributeError):
        payload = {}
    if not isinstance(payload, dict):
        payload = {"message": str(payload)}
    payload.setdefault("code", response.status_code)
    payload.setdefault("message", f"HTTP {response.status_code}")
    retry_after = response.headers.get("retry-after", "")
    if retry_after.replace(".", "", 1).isdigit():
        payload["retry_after"] = float(retry_after)
    raise error_of(payload)


def error_of(payload: dict[str, Any]) -> ModelError:
    """The typed error of an OpenAI-shaped error object."""
    code, message = payload.get("code"), str(payload.get("message", ""))
    kind = str(payload.get("type", ""))
    if kind == "exceed_context_size_error":
        return ContextTooLong(int(payload.get("n_prompt_tokens", 0)), int(payload.get("n_ctx", 0)))
    if too_large := TOO_LARGE.search(message):  # what an embedding model says
        return ContextTooLong(int(too_large[1]), int(too_large[2]))
    if kind == "content_filter":
        return Blocked(message)
    if code in (401, 403):
        return InvalidKey(f"The model server refused the key: {message}")
    if code == 429:
        return RateLimited(f"The model server is busy: {message}", payload.get("retry_after"))
    return Unavailable(
        f"The model server answered with an error: {message}",
        temporary=isinstance(code, int) and code >= 500,
    )
