"""Child processes that end when their parent does, however it dies.

The parent starts the child with `stdin=PIPE` and keeps the pipe open. When the parent goes, even by
kill -9, the kernel closes the pipe, the child reads end-of-file and ends itself. Somebody else's script
gets the same by `python -m models.lifeline SCRIPT ARGUMENT …`.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
from collections.abc import Callable
from pathlib import Path

STDIN = 0


def end_with_parent(
    before: Callable[[], None] | None = None, *, hear: Callable[[str], object] | None = None
) -> None:
    """Watch stdin in a thread; on end-of-file call `before` and leave the process at once.

    `hear` is told each line that the parent writes.
    """

    def watch() -> None:
        rest = b""
        # Not sys.stdin: its lock, held by a blocked read, would abort the process when it exits.
        while data := os.read(STDIN, 4096):
            *lines, rest = (rest + data).split(b"\n")
            if hear is not None:
                for line in lines:
                    hear(line.decode())
        try:
            if before is not None:
                before()
        finally:
            os._exit(0)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def main() -> None:
    """Run the script named by the first argument as if it had been started itself."""
    end_with_parent()
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(Path(sys.argv[0]).parent))
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
