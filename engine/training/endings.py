"""How a training process ends: asked to by a file, told by its exit code, and which errors mean what."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

# In the run folder: a person wants the best weights so far, now.
STOP_FILE = "stop"
# There, too: it is trained, and being measured, which takes what memory it takes whatever the batch.
MEASURING = "measuring"
OUT_OF_MEMORY = 77
REFUSED = 78
DISK_FULL = 74
TAKEN_OVER = 75
TOO_FEW_ROWS = 79
IDLE = 76
"""It was kept for a next training, and none came in time."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# As SQLite, safetensors and torch's writer say it; they raise errors without a number.
_FULL_WORDS = (
    "no space left",
    "disk is full",
    "disk quota exceeded",
    "file too large",
    "pytorchstreamwriter failed writing",
    "inline_container.cc",
)
_MEMORY_WORDS = ("out of memory", "can't allocate memory", "cannot allocate memory")


def is_stop_asked(folder: Path) -> bool:
    """Whether a person asked to stop this run and keep its best weights."""
    return (folder / STOP_FILE).exists()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error, or what it came from, says that memory ran out (Python, the system, torch's
    allocators)."""
    return any(
        isinstance(each, MemoryError)
        or (isinstance(each, OSError) and each.errno == errno.ENOMEM)
        or (
            isinstance(each, RuntimeError)
            and any(words in str(each).lower() for words in _MEMORY_WORDS)
        )
        for each in chain(error)
    )


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or what it came from, says that a file could not grow."""
    return any(
        (isinstance(each, OSError) and each.errno in _FULL)
        or any(words in str(each).lower() for words in _FULL_WORDS)
        for each in chain(error)
    )


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def kernel_kills() -> int | None:
    """How many processes the kernel has killed for want of memory since the machine started; None
    where it does not tell."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    counts = dict(line.split() for line in lines)
    return int(counts["oom_kill"]) if "oom_kill" in counts else None
