"""A server that speaks Gemini's REST protocol as the SDK asks for it: a stream is one JSON list, enums
are numbers. `python -m tests.fake_gemini --port 9001 --latency 3` leaves one running."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from tests.fake_openai import THOUGHT, main
from tests.fake_provider import FakeProvider, Handler, running

STOP, MAX_TOKENS, SAFETY = 1, 2, 3

ERRORS: dict[str, tuple[int, str, str]] = {
    "429": (429, "Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED"),
    "500": (500, "An internal error has occurred.", "INTERNAL"),
    "503": (503, "The model is overloaded.", "UNAVAILABLE"),
    "400": (400, "Request contains an invalid argument.", "INVALID_ARGUMENT"),
    "too-long": (
        400,
        "The input token count (5000) exceeds the maximum number of tokens allowed (2048).",
        "INVALID_ARGUMENT",
    ),
}
# Faults that come in the middle of an answer.
HALVES = ("cut", "stall", "early", "malformed", "filter")
BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}


class Gemini(Handler):
    """`/v1beta/models` and `/v1beta/models/NAME:streamGenerateContent`."""

    def answer(self, body: dict[str, Any], fault: str, text: str) -> None:
        script = self.fake.script
        sent = self.headers.get("X-Goog-Api-Key", "")
        if fault == "redirect":
            self.json(307, {}, Location="http://127.0.0.1:9/v1beta/models")
        elif fault == "bad-key" or (script.key and sent != script.key):
            message = f"API key not valid. Please pass a valid API key. ({sent})"
            self.error(400, message, "INVALID_ARGUMENT", [BAD_KEY])
        elif self.command == "GET":
            self.json(200, {"models": [*map(listed, script.models), EMBEDDER]})
        elif self.model() not in script.models:
            self.error(
                404, f"models/{self.model()} is not found for API version v1beta", "NOT_FOUND"
            )
        elif fault in ERRORS:
            self.error(*ERRORS[fault])
        elif fault == "429-later":
            delay = {
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": f"{script.retry_after}s",
            }
            self.error(*ERRORS["429"], [delay])
        else:
            self.stream("application/json", self.events(body, fault, text), fault=fault)

    def model(self) -> str:
        return self.path.partition("/models/")[2].partition(":")[0]

    def error(
        self, status: int, message: str, name: str, details: list[dict[str, str]] | None = None
    ) -> None:
        error = {"code": status, "message": message, "status": name, "details": details or []}
        self.json(status, [{"error": error}] if self.command == "POST" else {"error": error})

    def events(self, body: dict[str, Any], fault: str, text: str) -> Iterator[str]:
        room = body["generationConfig"]["maxOutputTokens"]
        if fault == "only-thinks" or (fault == "think-too-long" and room < 1000):
            yield (
                "["
                + event([], MAX_TOKENS, {"promptTokenCount": 50, "thoughtsTokenCount": room})
                + "]"
            )
            return
        if fault == "block-prompt":
            yield json.dumps([{"promptFeedback": {"blockReason": 1}}])
            return
        yield "["
        if fault in ("reasoning", "think"):
            yield event([{"text": THOUGHT, "thought": True}]) + ",\n"
        for piece in self.pieces(text, half=fault in HALVES):
            yield event([{"text": piece}]) + ",\n"
        if fault == "malformed":
            yield "{this is no JSON}]"
        if fault in ("cut", "stall", "malformed"):
            return
        if fault == "early":
            yield "{}]"
            return
        used = {"promptTokenCount": 50, "candidatesTokenCount": len(text.split())}
        if fault == "uncounted":
            used = dict.fromkeys([*used, "thoughtsTokenCount"])
        yield event([], SAFETY if fault == "filter" else STOP, used) + "]\n"


def event(parts: list[dict[str, Any]], ending: int = 0, used: dict[str, int] | None = None) -> str:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if ending:
        candidate["finishReason"] = ending
    return json.dumps({"candidates": [candidate], "usageMetadata": used or {}}, indent=1)


def listed(name: str) -> dict[str, Any]:
    return {"name": f"models/{name}", "supportedGenerationMethods": ["generateContent"]}


EMBEDDER = {"name": "models/embedder", "supportedGenerationMethods": ["embedContent"]}


def fake_gemini(**script: Any) -> AbstractContextManager[FakeProvider]:
    """A running server with this `Script`."""
    return running(Gemini, **script)


if __name__ == "__main__":
    main(Gemini, "")
