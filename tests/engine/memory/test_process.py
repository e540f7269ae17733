"""The memory's process: published, killed, started again, ended with its parent."""

from __future__ import annotations

import os
import signal
import stat

import pytest

from engine.errors import AlreadyRunning
from engine.lock import hold_lock
from engine.memory.address import address, address_file
from rag.errors import IndexUnavailable
from rag.server import answers
from tests.memory_servers import fake_embeddings
from tests.processes import Home, kill, wait_for

MODULE = "engine.memory.process"
KEY = "Mara hid the brass key under the third stair."


def is_up(home: Home) -> bool:
    try:
        return answers(address(home.folder))
    except IndexUnavailable:
        return False


def test_it_indexes_what_waits_and_comes_back_after_a_kill(home: Home) -> None:
    memory = home.engine.memory
    assert "not running" in memory.state("anna").problem
    assert memory.remember("anna", KEY).waiting == 1
    with fake_embeddings() as embeddings:
        home.engine.store.serving.publish("http://127.0.0.1:1", "tiny", "0", {}, embeddings.url)
        process = home.start(MODULE)
        wait_for("the memory", lambda: is_up(home))
        # Nobody recalls anything: the process itself takes up what waits.
        wait_for("the index", lambda: memory.state("anna").waiting == 0)
        first = address(home.folder)
        with pytest.raises(AlreadyRunning):
            hold_lock(home.folder / "memory.lock", "Another")

        kill(process)
        assert memory.remember("anna", "The ferry leaves at dawn.").waiting == 1
        with pytest.raises(IndexUnavailable, match="safe"):
            memory.recall("anna", "Where is the key?")
        home.start(MODULE)
        wait_for("a new address", lambda: is_up(home) and address(home.folder) != first)
        (found,) = memory.recall("anna", "Where is the brass key?", k=1)
        assert found.passage.text == KEY
        wait_for("the rest", lambda: memory.state("anna").waiting == 0)


def test_a_lost_folder_is_indexed_again_without_being_asked(home: Home) -> None:
    memory = home.engine.memory
    with fake_embeddings() as embeddings:
        home.engine.store.serving.publish("http://127.0.0.1:1", "tiny", "0", {}, embeddings.url)
        memory.remember("anna", KEY)
        process = home.start(MODULE)
        wait_for("the index", lambda: is_up(home) and memory.state("anna").waiting == 0)
        kill(process)
        for path in sorted((home.folder / "memory").rglob("*"), reverse=True):
            path.rmdir() if stat.S_ISDIR(path.stat().st_mode) else path.unlink()
        asked = len(embeddings.texts)
        home.start(MODULE)
        wait_for("the passage to be embedded again", lambda: KEY in embeddings.texts[asked:])


@pytest.mark.parametrize("how", ["sigterm", "the parent's end"])
def test_it_ends_and_withdraws_its_address(home: Home, how: str) -> None:
    process = home.start(MODULE)
    wait_for("the memory", lambda: is_up(home))
    if how == "sigterm":
        os.kill(process.pid, signal.SIGTERM)
    else:
        assert process.stdin is not None
        process.stdin.close()
    assert process.wait(60) == 0
    assert not address_file(home.folder).exists()
