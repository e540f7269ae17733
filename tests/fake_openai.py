"""A server that speaks OpenAI's chat protocol; `python -m tests.fake_openai --port 9000 --latency 3`
leaves one running."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from tests.fake_provider import FakeProvider, Handler, running

THOUGHT = "The user wants a story. I must not tell anyone this."

ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "429": (
        429,
        {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"},
    ),
    "500": (500, {"message": "The server had an error", "type": "server_error"}),
    "503": (503, {"message": "The engine is overloaded", "type": "server_error"}),
    "400": (400, {"message": "Invalid request", "type": "invalid_request_error"}),
    "too-long": (
        400,
        {
            "message": "This model's maximum context length is 2048 tokens. However, your messages "
            "resulted in 5000 tokens.",
            "type": "invalid_request_error",
            "code": "context_length_exceeded",
        },
    ),
    "block-prompt": (
        400,
        {
            "message": "Your prompt was filtered",
            "type": "invalid_request_error",
            "code": "content_filter",
        },
    ),
}


class OpenAI(Handler):
    """`/v1/models` and `/v1/chat/completions`."""

    def answer(self, body: dict[str, Any], fault: str, text: str) -> None:
        script = self.fake.script
        sent = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if fault == "redirect":
            self.json(307, {}, Location="http://127.0.0.1:9/v1/chat/completions")
        elif fault == "bad-key" or (script.key and sent != script.key):
            message = f"Incorrect API key provided: {sent}."
            self.error(401, {"message": message, "code": "invalid_api_key"})
        elif self.command == "GET":
            data = [
                {"id": name, "object": "model", "created": 0, "owned_by": "x"}
                for name in script.models
            ]
            self.json(200, {"object": "list", "data": data})
        elif body["model"] not in script.models:
            message = f"The model `{body['model']}` does not exist"
            self.error(404, {"message": message, "code": "model_not_found"})
        elif fault in ERRORS:
            self.error(*ERRORS[fault])
        elif fault == "429-later":
            self.error(*ERRORS["429"], Retry_After=script.retry_after)
        elif fault == "reasoning-model" and "max_tokens" in body:
            error = {
                "message": "Unsupported parameter: use max_completion_tokens",
                "param": "max_tokens",
            }
            self.error(400, {**error, "code": "unsupported_parameter"})
        else:
            self.stream("text/event-stream", self.events(body, fault, text), fault=fault)

    def error(self, status: int, error: dict[str, Any], **headers: str) -> None:
        self.json(status, {"error": error}, **headers)

    def events(self, body: dict[str, Any], fault: str, text: str) -> Iterator[str]:
        if fault == "only-thinks" or (fault == "think-too-long" and body["max_tokens"] < 1000):
            yield event(delta={"reasoning_content": THOUGHT})
            yield event(delta={}, finish_reason="length")
            return
        if fault == "refusal":
            yield event(delta={"refusal": "I cannot help with that."})
        if fault == "reasoning":
            yield event(delta={"reasoning_content": THOUGHT})
        if fault in ("think", "think-unopened"):
            begin = ("<thi", "nk>") if fault == "think" else ()
            for piece in (*begin, THOUGHT, "</th", "ink>\n\n"):
                yield event(delta={"content": piece})
        asked, room = 50, 0
        if self.fake.script.metered:
            asked = tokens_of(body["messages"])
            room = body.get("max_tokens") or body["max_completion_tokens"]
            self.count(read=asked)
        words = re.findall(r"\S+\s*", text)
        text = "".join(words[: room or None])
        for piece in self.pieces(
            text, half=fault in ("cut", "stall", "early", "malformed", "error", "filter")
        ):
            yield event(delta={"content": piece})
        if fault == "malformed":
            yield "data: {this is no JSON\n\n"
        if fault == "error":
            yield 'data: {"error": {"message": "overloaded", "code": "overloaded"}}\n\n'
        if fault in ("cut", "stall", "early"):
            return
        ending = "length" if room and len(words) > room else "stop"
        yield event(delta={}, finish_reason="content_filter" if fault == "filter" else ending)
        usage = {"prompt_tokens": asked, "completion_tokens": len(text.split()), "total_tokens": 99}
        if fault == "uncounted":
            usage = dict.fromkeys(usage)
        yield f"data: {json.dumps({**FRAME, 'choices': [], 'usage': usage})}\n\n"
        yield "data: [DONE]\n\n"


FRAME = {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "writer-large"}


def event(**choice: Any) -> str:
    return f"data: {json.dumps({**FRAME, 'choices': [{'index': 0, **choice}]})}\n\n"


def tokens_of(messages: list[dict[str, str]]) -> int:
    """What a metered server counts for what it reads: words and signs, and four a message."""
    said = [re.findall(r"\w+|[^\w\s]", message["content"]) for message in messages]
    return sum(len(tokens) + 4 for tokens in said)


def fake_openai(**script: Any) -> AbstractContextManager[FakeProvider]:
    """A running server with this `Script`; clients add `/v1` to its `url`."""
    return running(OpenAI, **script)


def main(handler: type[Handler], suffix: str) -> None:
    """Run a fake until it is stopped; prints its address."""
    parser = argparse.ArgumentParser(description="A fake provider on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--key", default="", help="the only key that is accepted; empty = any")
    options = parser.parse_args()
    server = FakeProvider(handler, options.port, latency=options.latency, key=options.key)
    print(f"{server.url}{suffix}", flush=True)
    server.wait()


if __name__ == "__main__":
    main(OpenAI, "/v1")
