"""A cancel is obeyed while the work goes on, and what the work gives or raises is passed on."""

from __future__ import annotations

import threading

import pytest

from engine.cancelling import unless_cancelled
from engine.errors import Cancelled


def test_a_cancel_does_not_wait_for_the_work() -> None:
    finish = threading.Event()
    with pytest.raises(Cancelled, match="The comparison was cancelled"):
        unless_cancelled(finish.wait, lambda: True, "The comparison")
    finish.set()


def test_work_that_nobody_cancels_gives_what_it_makes() -> None:
    assert unless_cancelled(lambda: 7, lambda: False) == 7
    with pytest.raises(ZeroDivisionError):
        unless_cancelled(lambda: 1 // 0, lambda: False)
