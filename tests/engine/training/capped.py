"""The training process under a real limit of the kernel, by its name, in megabytes, on a run folder.

RLIMIT_AS limits memory beyond what the libraries take, RLIMIT_FSIZE how large a file may get.
"""

from __future__ import annotations

import resource
import sys

from engine.training import child


def main() -> None:
    limit, megabytes = getattr(resource, sys.argv[1]), float(sys.argv[2])
    # Torch and all it loads first: what is limited is what the training itself takes.
    import engine.training.lora_sft  # noqa: F401

    most = round(megabytes * 2**20)
    if sys.argv[1] == "RLIMIT_AS":
        most += address_space()
    resource.setrlimit(limit, (most, most))
    del sys.argv[1:3]
    child.main()


def address_space() -> int:
    """Bytes of address space that this process has now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main()
