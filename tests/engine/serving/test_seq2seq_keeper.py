"""What may go wrong with a T5's process: a start that hangs, a lost address, an answer that breaks off."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from engine.domain.job import JobKind
from engine.serving import seq2seq
from engine.serving.model_server import ModelServer
from engine.serving.seq2seq import Seq2SeqKeeper
from engine.serving.seq2seq_process import Seq2SeqServer
from engine.store import Store, open_store
from engine.store.tables import releases
from tests.processes import wait_for

ANSWERS = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps([{"is_processing": BUSY}]).encode())
    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(json.dumps({"url": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
import threading
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
"""
HANGS = "import time; time.sleep(600)"
TALKS = "print('warming up', flush=True); import sys; sys.stdin.read()"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    opened.users.ensure("anna")
    yield opened
    opened.database.dispose()


@pytest.fixture
def keeper(store: Store, tmp_path: Path) -> Iterator[Seq2SeqKeeper]:
    kept = Seq2SeqKeeper(store, home=tmp_path)
    yield kept
    kept.close()


def run_instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(seq2seq, "COMMAND", [sys.executable, "-c", program])


def tended(keeper: Seq2SeqKeeper, store: Store) -> str:
    keeper.tend()
    return store.seq2seq.current().url


@pytest.mark.parametrize("program", [HANGS, TALKS])
def test_a_start_that_brings_no_address_ends_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, keeper: Seq2SeqKeeper, store: Store, program: str
) -> None:
    run_instead(monkeypatch, program)
    monkeypatch.setattr(seq2seq, "START_SECONDS", 0.5)
    store.seq2seq.want()
    keeper.tend()
    wait_for("the reason", lambda: store.seq2seq.current().problem != "")
    assert "did not start" in store.seq2seq.current().problem
    wait_for("nothing to be left", lambda: tended(keeper, store) == "" and not keeper._starting)
    assert not keeper.is_in_memory()


def test_a_lost_address_is_published_again(
    monkeypatch: pytest.MonkeyPatch, keeper: Seq2SeqKeeper, store: Store
) -> None:
    run_instead(monkeypatch, ANSWERS.replace("BUSY", "False"))
    store.seq2seq.want()
    wait_for("the address", lambda: tended(keeper, store) != "")
    url = store.seq2seq.current().url
    store.seq2seq.publish("")
    keeper.tend()
    assert store.seq2seq.current().url == url


def test_a_training_has_its_room_once_the_t5_is_gone(
    monkeypatch: pytest.MonkeyPatch,
    keeper: Seq2SeqKeeper,
    store: Store,
    tmp_path: Path,
    tiny_gguf: Path,
) -> None:
    run_instead(monkeypatch, ANSWERS.replace("BUSY", "True"))
    server = ModelServer(
        store,
        tmp_path,
        base_model="tiny",
        gguf=tiny_gguf,
        slots=1,
        context=512,
        threads=1,
        hot_adapters=2,
        others_in_memory=keeper.is_in_memory,
    )
    store.seq2seq.want()
    wait_for("the T5", lambda: tended(keeper, store) != "")
    job = store.jobs.create("anna", JobKind.TRAINING, {})
    store.jobs.start(job.id)
    store.releases.ask(job.id)
    keeper.tend()
    server.refresh()
    assert store.releases.standing()[0].done_at is None, "it is in the middle of an answer"
    waits_since = store.releases.standing()[0].asked_at - seq2seq.DRAIN
    with store.database.write() as connection:
        connection.execute(update(releases).values(asked_at=waits_since))
    keeper.tend()
    assert not keeper.is_in_memory()
    server.refresh()
    assert store.releases.standing()[0].done_at is not None


def test_who_wants_it_and_who_publishes_it_change_their_own_column_only(store: Store) -> None:
    first = store.seq2seq.want()
    store.seq2seq.publish("http://127.0.0.1:1", "")
    again = store.seq2seq.want()
    assert (again.url, again.wanted_at > first.wanted_at) == ("http://127.0.0.1:1", True)
    store.seq2seq.publish("", "It does not fit.")
    assert store.seq2seq.current().wanted_at == again.wanted_at


class Broken:
    """Models whose one model does not get through an answer."""

    def get(self, version_id: str) -> Broken:
        return self

    def write(self, source: str, on_text: Any, **settings: Any) -> None:
        if settings["seed"] == 1:
            on_text("Once ")
        raise RuntimeError("not enough memory: you tried to allocate 9 GB")


@pytest.fixture
def broken() -> Iterator[str]:
    server = Seq2SeqServer(Broken())  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"{server.url}/versions/v/v1/chat/completions"
    server.shutdown()
    server.server_close()


def ask(url: str, **body: Any) -> httpx.Response:
    return httpx.post(url, json=body, trust_env=False)


def test_an_answer_that_breaks_off_says_so(broken: str) -> None:
    messages = [{"role": "user", "content": "A fox."}]
    for seed, said in ((1, '"content": "Once "'), (2, "data:")):
        answered = ask(broken, messages=messages, seed=seed)
        assert said in answered.text
        assert '"code": 500' in answered.text
        assert "its log is seq2seq.log" in answered.text
    assert httpx.get(
        broken.replace("/versions/v/v1/chat/completions", "/slots"), trust_env=False
    ).json() == [{"is_processing": False}]


@pytest.mark.parametrize("messages", [None, [], "x", ["x"], [{"role": "user"}]])
def test_what_is_no_request_is_refused_with_a_reason(broken: str, messages: Any) -> None:
    refused = ask(broken, messages=messages)
    assert refused.status_code == 400
    assert "has" in refused.json()["error"]["message"]
