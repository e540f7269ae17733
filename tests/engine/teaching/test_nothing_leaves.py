"""With local only on, no socket of the process reaches past this machine, whatever is chosen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fake_llamacpp import fake_llamacpp
from tests.processes import ROOT

SCRIPT = """
import ipaddress, sys

asked = []

def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        asked.append(host)
        raise OSError(f"{host} is elsewhere")

def watched(event, arguments):
    try:
        watch(event, arguments)
    except ValueError:
        asked.append(str(arguments[0]))
        raise OSError("a name was looked up")

sys.addaudithook(watched)

from pathlib import Path
from engine.bootstrap import open_engine
from engine.domain.job import JobKind
from engine.errors import LocalOnly
from engine.jobs.work import Runner
from engine.settings import load_settings

local_only, base, home = sys.argv[1] == "on", sys.argv[2], Path(sys.argv[3])
engine = open_engine(load_settings(home=home, train_at=0))
engine.ensure_user("anna")
engine.store.serving.publish(base, "base", "0" * 64, {}, "")
ids = [
    engine.teachers.add("Gemini", "gemini", model="gemini-x", key="k" * 20).id,
    engine.teachers.add("Far", "openai", base_url="https://198.51.100.7/v1", model="m").id,
]
engine.teachers.choose("anna", ids)
engine.teachers.set_local_only(local_only)
for each in ids:
    for ask in (engine.teachers.test, engine.teachers.models):
        try:
            ask(each)
        except Exception as error:
            assert isinstance(error, LocalOnly) == local_only, error
story = engine.start_story("anna", "A fox in the snow.")
writing = engine.write("anna", story.id)
assert "".join(writing)
request = {"num_examples": 2, "mix": {}, "seed": 1, "store_in_memory": False}
if local_only:
    job = engine.store.jobs.create("anna", JobKind.AUTO_TRAIN, request)
    Runner(engine).run(job.id)
    assert engine.store.jobs.get(job.id).result["successful"] == 2
print("asked:", sorted(set(asked)))
"""


def run(home: Path, switch: str) -> str:
    with fake_llamacpp() as base:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, switch, base.url, str(home)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_socket_leaves_this_machine(tmp_path: Path) -> None:
    assert run(tmp_path / "home", "on") == "asked: []"


def test_the_same_choice_does_leave_it_with_the_switch_off(tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing."""
    heard = run(tmp_path / "home", "off")
    assert "generativelanguage.googleapis.com" in heard
    assert "198.51.100.7" in heard
