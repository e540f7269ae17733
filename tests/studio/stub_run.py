"""`zega run` with the stub page: the real supervisor, worker and model server."""

from __future__ import annotations

from engine.settings import load_settings
from studio.processes import Child
from studio.supervisor import CHILDREN, supervise

if __name__ == "__main__":
    stub = Child("web", "tests.studio.stub_web")
    supervise(load_settings(), [stub if child.name == "web" else child for child in CHILDREN])
