"""The model server: what it loads and refuses, and that a change cuts nobody's answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.evaluation import LossGain
from engine.domain.example import Author, Source
from engine.domain.job import JobKind
from engine.domain.quality import Quality
from engine.domain.snapshot import Split
from engine.domain.version import AdapterIdentity, Version
from engine.errors import Quarantined
from engine.serving.adapters import loadable
from engine.serving.model_server import ModelServer
from engine.serving.resolve import student, teacher
from engine.store import Store, open_store
from engine.store.examples import NewExample
from models.base import Message, complete
from models.errors import Unavailable
from models.gguf import identity
from models.weights import sha256_of
from tests.tiny import make_tiny_lora

ASK = [Message("user", "A story about a fox.")]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    store.users.ensure("anna")
    return store


@pytest.fixture
def server(store: Store, tmp_path: Path, tiny_gguf: Path) -> Iterator[ModelServer]:
    server = ModelServer(
        store,
        tmp_path,
        base_model="tiny",
        gguf=tiny_gguf,
        slots=1,
        context=512,
        threads=1,
        hot_adapters=4,
    )
    yield server
    server.close()


def add_version(
    store: Store,
    home: Path,
    base: Path,
    *,
    seed: int = 1,
    user: str = "anna",
    content: bytes | None = None,
    rows: Sequence[tuple[str, Split]] = (),
) -> Version:
    """A version whose file is a random adapter, or has this content."""
    job = store.jobs.create(user, JobKind.TRAINING, {})
    snapshot = store.snapshots.create(user, list(rows), "hash")
    store.runs.create(
        job.id, user, snapshot.id, recipe="quick", base_model="tiny", folder="f", batch_size=1
    )
    path = make_tiny_lora(home / f"adapter-{seed}.gguf", seed=seed)
    if content is not None:
        path.write_bytes(content)
    found = identity(base)
    return store.versions.add(
        user_id=user,
        run_id=job.id,
        snapshot_id=snapshot.id,
        base_model="tiny",
        recipe="quick",
        adapter_path="a",
        adapter_sha256="a",
        gguf_path=path.name,
        gguf_sha256=sha256_of(path),
        identity=AdapterIdentity(found.sha256, found.template_sha256, "test"),
        gain=LossGain(2.0, 1.0, 1.0, 0.5, 1.5, 8),
        gain_over_active=None,
        verdict="Better.",
    )


def test_nothing_answers_before_the_server_is_up(store: Store) -> None:
    with pytest.raises(Unavailable, match="starting"):
        teacher(store)


def test_a_new_version_is_served_without_a_restart_and_rolled_back(
    store: Store, server: ModelServer, tmp_path: Path, tiny_gguf: Path
) -> None:
    assert server.refresh()
    base = complete(teacher(store), ASK, max_tokens=20, seed=1).text
    version = add_version(store, tmp_path, tiny_gguf)
    with pytest.raises(Unavailable, match="not loaded"):
        student(store, version)
    assert server.refresh()
    assert not server.refresh(), "nothing changed"
    assert complete(teacher(store), ASK, max_tokens=20, seed=1).text == base
    assert complete(student(store, version), ASK, max_tokens=20, seed=1).text != base
    assert student(store, version).name == "zega-anna v1"
    # Not the same slot's memory either: the student's prompt must not linger in the teacher's.
    assert complete(teacher(store), ASK, max_tokens=20, seed=1).text == base


def test_a_version_that_learned_an_erased_text_answers_from_that_moment_on_nobody(
    store: Store, server: ModelServer, tmp_path: Path, tiny_gguf: Path
) -> None:
    text = NewExample(
        user_id="anna",
        kind="stories",
        genre=None,
        style=None,
        seed_prompt="p",
        prompt="p",
        completion="A secret.",
        source=Source.WRITE,
        author=Author.PERSON,
        generator="anna",
        quality=Quality(8.0),
    )
    secret = store.examples.add(text).id
    rows = [(secret, Split.TRAIN)]
    clean = add_version(store, tmp_path, tiny_gguf, seed=1)
    version = add_version(store, tmp_path, tiny_gguf, seed=2, rows=rows)
    store.versions.activate("anna", clean.id)
    store.versions.activate("anna", version.id)
    assert server.refresh()
    before = complete(student(store, version), ASK, max_tokens=20, seed=1).text
    reached = {"example": [secret], "snapshot": [version.snapshot_id]}
    store.erasures.erase("0" * 32, "anna", "1 example", reached)
    with pytest.raises(Quarantined):  # still loaded, and refused
        student(store, version)
    assert server.refresh()
    generation = store.serving.current()
    assert generation is not None
    assert list(generation.adapters) == [clean.id]
    active = store.versions.active("anna")
    assert active is not None
    assert active.id == clean.id
    assert complete(student(store, active), ASK, max_tokens=20, seed=1).text != before
    with pytest.raises(Quarantined):
        student(store, version)


def test_an_answer_in_the_middle_is_not_cut_by_a_new_generation(
    store: Store, server: ModelServer, tmp_path: Path, tiny_gguf: Path
) -> None:
    server.refresh()
    asked = teacher(store)
    started, texts = threading.Event(), []

    def read() -> None:
        pieces = []
        with asked.stream(ASK, max_tokens=450, seed=2) as answer:
            for piece in answer:
                pieces.append(piece)
                started.set()
        texts.append(("".join(pieces), answer.finish))

    reader = threading.Thread(target=read)
    reader.start()
    assert started.wait(60)
    add_version(store, tmp_path, tiny_gguf)
    assert server.refresh()
    server.refresh()
    reader.join(60)
    assert texts[0][1].reason in ("length", "stop")
    assert texts[0][1].completion_tokens > 100


def test_a_dead_server_is_replaced(store: Store, server: ModelServer) -> None:
    server.refresh()
    first = store.serving.current()
    assert server._server is not None
    server._server.close()
    assert server.refresh()
    second = store.serving.current()
    assert first is not None
    assert second is not None
    assert second.id > first.id
    assert complete(teacher(store), ASK, max_tokens=5).finish.completion_tokens == 5


def test_a_file_that_changed_is_never_loaded(
    store: Store, server: ModelServer, tmp_path: Path, tiny_gguf: Path
) -> None:
    version = add_version(store, tmp_path, tiny_gguf)
    path = tmp_path / version.gguf_path
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    wanted = server.wanted()
    assert wanted.versions == ()
    assert "SHA-256" in wanted.refused[version.id]
    path.unlink()
    assert "missing" in server.wanted().refused[version.id]


def test_an_adapter_llama_cpp_refuses_stops_nobody_else(
    store: Store,
    server: ModelServer,
    tmp_path: Path,
    tiny_gguf: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store.users.ensure("ben")
    good = add_version(store, tmp_path, tiny_gguf)
    bad = add_version(store, tmp_path, tiny_gguf, seed=2, user="ben", content=b"GGUF, and no more")
    assert server.refresh()
    assert not server.refresh(), "it is not tried again and again"
    assert student(store, good).name == "zega-anna v1"
    assert complete(student(store, good), ASK, max_tokens=5).finish.completion_tokens == 5
    with pytest.raises(Unavailable, match="not loaded"):
        student(store, bad)
    assert "zega-ben v1" in caplog.text
    verdict = store.versions.get("ben", 1).verdict
    assert verdict.startswith("Not served")
    assert verdict.endswith("Better.")
    assert store.versions.get("anna", 1).verdict == "Better."


def test_without_a_base_no_adapter_is_blamed(
    store: Store, server: ModelServer, tmp_path: Path, tiny_gguf: Path
) -> None:
    add_version(store, tmp_path, tiny_gguf)
    base = tmp_path / "base.gguf"
    base.write_bytes(b"GGUF, and no more")
    server._gguf = base
    with pytest.raises(Unavailable):
        server.refresh()
    assert store.versions.get("anna", 1).verdict == "Better."


@pytest.mark.parametrize("field", ["base_sha256", "template_sha256"])
def test_an_adapter_of_another_base_or_template_is_refused(
    store: Store, tmp_path: Path, tiny_gguf: Path, field: str
) -> None:
    version = add_version(store, tmp_path, tiny_gguf)
    other = replace(version, identity=replace(version.identity, **{field: "other"}))
    found = identity(tiny_gguf)
    wanted = loadable(
        [version, other],
        tmp_path,
        base_sha256=found.sha256,
        template_sha256=found.template_sha256,
    )
    assert wanted.versions == (version,)
    assert "Train" in wanted.refused[other.id] or "train" in wanted.refused[other.id]
