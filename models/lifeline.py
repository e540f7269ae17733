"""Child processes that end when their parent does, however it dies.

The parent starts the child with `stdin=PIPE` and keeps the pipe open. When the parent goes, even by
kill -9, the kernel closes the pipe, the child reads end-of-file and ends itself.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

STDIN = 0


def end_with_parent(before: Callable[[], None] | None = None) -> None:
    """Watch stdin in a thread; on end-of-file call `before` and leave the process at once."""

    def watch() -> None:
        # Not sys.stdin: its lock, held by a blocked read, would abort the process when it exits.
        while os.read(STDIN, 4096):
            continue
        try:
            if before is not None:
                before()
        finally:
            os._exit(0)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
