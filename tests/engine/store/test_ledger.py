"""The ledger: what is reserved counts until it is settled, and no cap is passed by one token."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.domain.budget import Cost, Limit, Refusal, Usage
from engine.errors import NotFound
from engine.store import Store
from tests.engine.store.test_database import start

HERE: dict[str, Any] = {"generator": "Writers · large", "owner": "here 1 1.00"}
MONTH = Limit("month", 1000, None, datetime(2020, 1, 1, tzinfo=UTC))


def reserve(store: Store, tokens: int, *limits: Limit, **values: Any) -> str | Refusal:
    return store.ledger.reserve("anna", Cost(0, tokens, 3 * tokens), limits, **(HERE | values))


def test_what_is_reserved_counts_until_the_real_figure_takes_its_place(store: Store) -> None:
    charge = reserve(store, 400)
    assert isinstance(charge, str)
    assert store.ledger.usage("anna") == Usage(1, 0, 400, 1200, bounded=400)
    store.ledger.settle(charge, Cost(30, 70, 90))
    store.ledger.settle(charge, Cost(1, 1, 1))  # a second time changes nothing
    assert store.ledger.usage("anna") == Usage(1, 30, 70, 90, bounded=0)


def test_a_call_nobody_can_tell_of_stays_charged_with_the_most(store: Store) -> None:
    charge = reserve(store, 400)
    assert isinstance(charge, str)
    store.ledger.settle(charge, None)
    assert store.ledger.usage("anna") == Usage(1, 0, 400, 1200, bounded=400)


def test_a_cap_is_reached_to_the_token_and_not_passed(store: Store) -> None:
    assert isinstance(reserve(store, 999, MONTH), str)
    assert isinstance(reserve(store, 1, MONTH), str)
    refused = reserve(store, 1, MONTH)
    assert refused == Refusal("month", "tokens", used=0, cap=1000, may_pass=True)
    assert store.ledger.usage("anna").calls == 2


def test_money_is_capped_as_tokens_are(store: Store) -> None:
    limit = Limit("day", None, 3000, datetime(2020, 1, 1, tzinfo=UTC))
    first = reserve(store, 1000, limit)
    assert isinstance(first, str)
    store.ledger.settle(first, None)
    assert reserve(store, 1, limit) == Refusal("day", "money", used=3000, cap=3000, may_pass=False)


def test_a_job_has_a_cap_of_its_own_and_a_day_begins_anew(store: Store, make: Any) -> None:
    first, second = make.job().id, make.job().id
    for job, fits in ((first, True), (first, False), (second, True)):
        found = reserve(store, 80, Limit("job", 100, None, job_id=job), job_id=job)
        assert isinstance(found, str) is fits
    assert store.ledger.usage("anna", job_id=first).tokens == 80
    tomorrow = Limit("day", 100, None, datetime.now(UTC) + timedelta(hours=1))
    assert isinstance(reserve(store, 100, tomorrow), str)


def test_who_wrote_is_told_apart_the_dearest_first(store: Store) -> None:
    reserve(store, 10, generator="a")
    reserve(store, 20, generator="b")
    found = store.ledger.by_generator("anna", datetime(2020, 1, 1, tzinfo=UTC))
    assert [(name, usage.tokens) for name, usage in found.items()] == [("b", 20), ("a", 10)]


def test_what_a_dead_process_reserved_is_settled_as_it_was_reserved(store: Store) -> None:
    reserve(store, 300, MONTH)
    living = reserve(store, 100, owner="here 2 2.00")
    assert sorted(store.ledger.owners()) == ["here 1 1.00", "here 2 2.00"]
    assert store.ledger.settle_all_of("here 1 1.00") == 1
    assert store.ledger.owners() == ["here 2 2.00"]
    assert store.ledger.usage("anna").tokens == 400
    refused = reserve(store, 900, MONTH)
    assert isinstance(refused, Refusal)
    assert not refused.may_pass  # 300 of the dead never come back
    assert isinstance(living, str)


def test_another_users_job_pays_for_nothing(store: Store, make: Any) -> None:
    job = make.job().id
    with pytest.raises(NotFound):
        store.ledger.reserve("ben", Cost(1, 1, 1), **HERE, job_id=job)
    with pytest.raises(NotFound):
        store.ledger.reserve("nobody", Cost(1, 1, 1), **HERE)


def test_threads_that_reserve_at_once_fill_a_cap_exactly(store: Store) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: reserve(store, 33, MONTH), range(64)))
    assert sum(isinstance(each, str) for each in found) == 30
    assert store.ledger.usage("anna").tokens == 990


def test_processes_that_reserve_at_once_fill_a_cap_exactly(store: Store, store_url: str) -> None:
    script = """
import sys
from datetime import UTC, datetime
from engine.domain.budget import Cost, Limit
from engine.store import open_store
store = open_store(sys.argv[1])
limit = Limit("month", 1000, None, datetime(2020, 1, 1, tzinfo=UTC))
sys.stdin.readline()
found = [
    store.ledger.reserve("anna", Cost(0, 33, 0), [limit], generator="g", owner="o")
    for _ in range(16)
]
print(sum(isinstance(each, str) for each in found))
"""
    processes = [start(script, store_url) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    granted = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(granted) == 30
    assert store.ledger.usage("anna").tokens == 990
