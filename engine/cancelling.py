"""Obeying a cancel at once, whatever the work is doing: it is not waited for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from engine.errors import Cancelled

T = TypeVar("T")

ASK_SECONDS = 0.3


def unless_cancelled(
    work: Callable[[], T], cancelled: Callable[[], bool], what: str = "The training"
) -> T:
    """What the work gives. Raises `Cancelled`, naming `what`, as soon as that is asked for: the work, which
    must ask itself where it goes on for long or be of use whoever waits, then ends in the background."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    while not wait([future], ASK_SECONDS).done:
        if cancelled():
            raise Cancelled(what)
    return future.result()
