"""The memory's process when its files are removed under it."""

from __future__ import annotations

import shutil

from engine.memory.address import address_file
from engine.memory.views import MemoryState
from tests.memory_servers import fake_embeddings
from tests.processes import Home, wait_for

MODULE = "engine.memory.process"
KEY = "Mara hid the brass key under the third stair."


def test_a_folder_removed_under_it_ends_it_and_the_next_one_has_everything(home: Home) -> None:
    memory = home.engine.memory
    with fake_embeddings() as embeddings:
        home.engine.store.serving.publish("http://127.0.0.1:1", "tiny", "0", {}, embeddings.url)
        memory.remember("anna", KEY)
        process = home.start(MODULE)
        wait_for("the index", lambda: memory.state("anna") == MemoryState(1, 0, ""))
        shutil.rmtree(home.folder / "memory")
        wait_for("its end", lambda: process.poll() is not None)
        assert process.returncode == 1
        assert not address_file(home.folder).exists()
        home.start(MODULE)
        wait_for("the new index", lambda: memory.state("anna") == MemoryState(1, 0, ""))
        (found,) = memory.recall("anna", "Where is the brass key?", k=1)
        assert found.passage.text == KEY
