"""A llama.cpp server in a process of its own, and the handle its parent holds.

Run as `python -m models.llamacpp_server --gguf FILE …`; it prints one JSON line with its address once
it answers, and ends when its stdin closes. Adapters are fixed when it starts, and are loaded at scale
0: a request that names none must get the untouched base.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

import httpx

from models.errors import Unavailable
from models.lifeline import end_with_parent
from models.weights import package_folder


class LlamaCppServer:
    """A running server; leaving the `with` block ends it.

    `gguf` is the model, `adapters` are LoRA files in the order requests number them, `slots` answers
    run at once with `context` tokens each.
    """

    def __init__(
        self,
        gguf: Path,
        *,
        adapters: Sequence[Path] = (),
        slots: int = 9,
        context: int = 2048,
        threads: int = 2,
        embeddings: bool = False,
        log: Path | None = None,
        start_timeout: float = 120.0,
    ) -> None:
        command = [sys.executable, "-m", "models.llamacpp_server", "--gguf", str(gguf)]
        command += [f"--adapter={path}" for path in adapters]
        command += ["--slots", str(slots), "--context", str(context), "--threads", str(threads)]
        command += ["--embeddings"] if embeddings else []
        self._log: IO[bytes] | int = log.open("ab") if log else subprocess.DEVNULL
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=Path(__file__).parent.parent,
        )
        self.pid = self._process.pid
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise Unavailable(f"The model server did not start with {gguf}.")
        self.url = str(json.loads(line)["url"])
        self._wait_until_healthy(start_timeout)

    def _wait_until_healthy(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        with httpx.Client(trust_env=False, timeout=5.0) as client:
            while time.monotonic() < deadline and self.is_alive():
                try:
                    if client.get(f"{self.url}/health").status_code == 200:
                        return
                except httpx.HTTPError as error:
                    self._last_error = error
                time.sleep(0.05)
        self.close()
        raise Unavailable(f"The model server at {self.url} did not become healthy.")

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and wait for it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        if not isinstance(self._log, int):
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def load_openmp() -> None:
    """Load the OpenMP runtime that xllamacpp links to: the system's, or the one inside torch.

    A bare Debian has none, and the wheel brings none.
    """
    try:
        ctypes.CDLL("libgomp.so.1", mode=ctypes.RTLD_GLOBAL)
    except OSError:
        bundled = sorted((package_folder("torch") / "lib").glob("libgomp*.so*"))
        if not bundled:
            raise
        ctypes.CDLL(str(bundled[0]), mode=ctypes.RTLD_GLOBAL)


def serve(arguments: argparse.Namespace) -> None:
    """Load the model, print the address, answer until the parent goes."""
    load_openmp()
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = arguments.gguf
    params.n_parallel = arguments.slots
    params.n_ctx = arguments.slots * arguments.context
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.use_jinja = True
    params.verbosity = 0
    params.cpuparams.n_threads = arguments.threads
    params.cpuparams_batch.n_threads = arguments.threads
    # Prompts are never reused (models/llamacpp.py says why). By default their states are kept all the
    # same, up to 8 GB of them.
    params.cache_prompt = params.cache_idle_slots = False
    params.cache_ram_mib = params.n_ctx_checkpoints = 0
    if arguments.embeddings:
        params.embedding = True
        params.n_batch = params.n_ubatch = arguments.context
    # Waiting by polling starves whatever shares the cores (a training, a second server): sleep instead.
    params.cpuparams.poll = params.cpuparams_batch.poll = 0
    params.lora_adapters = [
        xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in arguments.adapter
    ]
    server = xllamacpp.Server(params)
    print(json.dumps({"url": server.listening_address}), flush=True)
    while True:
        time.sleep(3600)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--adapter", action="append", default=[])
    parser.add_argument("--slots", type=int, default=9)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--embeddings", action="store_true")
    arguments = parser.parse_args()
    end_with_parent()
    serve(arguments)


if __name__ == "__main__":
    main()
