"""Who holds a reservation: a process of a machine, told apart from a later one of the same number."""

from __future__ import annotations

import platform
from functools import cache

import psutil

from engine.store.ledger import Ledger


@cache
def this_process() -> str:
    """The name under which this process reserves; another one after a fork would be the same."""
    me = psutil.Process()
    return f"{platform.node()} {me.pid} {me.create_time():.2f}"


def is_gone(owner: str) -> bool:
    """Whether that process has ended. Of another machine's nothing is known: it may live."""
    machine, pid, started = owner.rsplit(" ", 2)
    if machine != platform.node():
        return False
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" != started
    except psutil.NoSuchProcess:
        return True


def settle_left(ledger: Ledger) -> int:
    """Settle the calls of processes that are gone, each with the most it may have cost; how many."""
    return sum(ledger.settle_all_of(owner) for owner in ledger.owners() if is_gone(owner))
