"""Every request is reserved before it is sent: no cap is passed by one token, whatever goes wrong.

The provider is a real server on loopback that counts what it reads and writes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

import engine as package
from engine.budget import open_budget
from engine.budget.errors import BudgetUsedUp, PriceUnknown
from engine.budget.metered import most_tokens
from engine.domain.provider import Provider
from engine.engine import Engine
from models.base import Message, complete
from models.errors import ModelError
from tests.fake_provider import FakeProvider
from tests.processes import wait_for

ASK = [Message("user", "Tell me of the fox. ¿Qué hace en la nieve?")]
MOST = most_tokens(ASK)
ROOT = Path(package.__file__).parents[1]

CALLS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from engine.bootstrap import open_engine
from engine.budget.errors import BudgetUsedUp
from engine.settings import load_settings
from models.base import Message, complete
engine = open_engine(load_settings(home=Path(sys.argv[1])))
model = engine.teachers.model_for("anna", len)
def ask(number):
    try:
        complete(model, [Message("user", "Tell me of the fox.")], max_tokens=40)
    except BudgetUsedUp:
        return "used up"
    return "answered"
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(16) as pool:
    print(list(pool.map(ask, range(int(sys.argv[2])))).count("answered"))
"""


def calls(engine: Engine, count: int) -> subprocess.Popen[str]:
    """Another process that asks so many times once it is told to, sixteen at once."""
    process = subprocess.Popen(
        [sys.executable, "-c", CALLS, str(engine.settings.home), str(count)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def came(fake: FakeProvider, words: int) -> bool:
    return fake.written > words


def ask(engine: Engine, max_tokens: int = 40) -> str:
    try:
        return complete(engine.teachers.model_for("anna", len), ASK, max_tokens=max_tokens).text
    except BudgetUsedUp as error:
        return error.code


def test_the_ledger_holds_what_the_provider_counted(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    ask(engine)
    used = engine.store.ledger.usage("anna")
    assert (used.tokens_read, used.tokens_written) == (fake.read, fake.written)
    assert used.millionths == fake.read + 4 * fake.written
    assert (used.calls, used.bounded) == (1, 0)
    assert fake.read <= MOST


@pytest.mark.parametrize("unit", ["tokens", "money"])
def test_sixty_four_calls_at_once_never_pass_a_cap(
    engine: Engine, provider: Provider, fake: FakeProvider, unit: str
) -> None:
    fake.script.delay = 0.001
    cap = 1000
    engine.budget.set_caps("anna", month_tokens=cap)
    if unit == "money":
        engine.budget.set_caps("anna", month_tokens=None, month_money=cap / 1_000_000)
    with ThreadPoolExecutor(64) as pool:
        found = list(pool.map(lambda _: ask(engine), range(64)))
    given = fake.read + (fake.written if unit == "tokens" else 4 * fake.written)
    used = engine.store.ledger.usage("anna")
    assert given == (used.tokens if unit == "tokens" else used.millionths) <= cap
    assert given > cap - (MOST + 4 * 40)  # and not one call less than there was room for
    assert found.count("budget_used_up") == 64 - len(fake.requests)
    assert 0 < len(fake.requests) < 64


def test_several_processes_on_one_file_never_pass_a_cap(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    engine.budget.set_caps("anna", day_tokens=1500)
    others = [calls(engine, 16) for _ in range(4)]
    for each in others:
        go(each)
    answered = sum(int(each.communicate(timeout=120)[0]) for each in others)
    used = engine.store.ledger.usage("anna")
    assert fake.read + fake.written == used.tokens <= 1500
    assert answered == len(fake.requests) == used.calls
    assert 0 < answered < 64


def test_a_killed_process_leaves_nothing_uncounted_and_no_cap_passed(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    fake.script.delay = 0.02
    cap = 8000
    engine.budget.set_caps("anna", month_tokens=cap)
    for _ in range(2):
        victim = calls(engine, 64)
        enough = fake.written + 20
        go(victim)
        wait_for("words have come", partial(came, fake, enough))
        os.kill(victim.pid, signal.SIGKILL)
        victim.communicate()
    wait_for("nobody is answered any more", lambda: fake.running == 0)
    used = engine.store.ledger.usage("anna")
    assert fake.read + fake.written <= used.tokens <= cap
    assert engine.store.ledger.owners()
    open_budget(engine.settings.home, engine.store)  # the next start
    assert engine.store.ledger.owners() == []
    assert engine.store.ledger.usage("anna").tokens == used.tokens
    fake.script.delay = 0.0
    while ask(engine) != "budget_used_up":
        pass
    used = engine.store.ledger.usage("anna")
    assert fake.read + fake.written <= used.tokens <= cap


@pytest.mark.parametrize(
    ("fault", "charged"),
    [
        ("429", 0), ("500", 0), ("bad-key", 0), ("too-long", 0),
        ("cut", MOST + 40), ("early", MOST + 40), ("malformed", MOST + 40), ("error", MOST + 40),
        ("hang-up", MOST + 40), ("filter", MOST + 40),
    ],
)  # fmt: skip
def test_a_call_that_fails_costs_nothing_or_the_most_it_may_have(
    engine: Engine, provider: Provider, fake: FakeProvider, fault: str, charged: int
) -> None:
    fake.script.always = fault
    model = engine.teachers._asked(provider, "anna")
    with pytest.raises(ModelError):
        complete(model, ASK, max_tokens=40)
    used = engine.store.ledger.usage("anna")
    assert (used.tokens, used.bounded) == (charged, charged)
    assert fake.read + fake.written <= charged
    assert engine.store.ledger.owners() == []


def test_a_server_that_is_not_there_costs_nothing(engine: Engine, provider: Provider) -> None:
    away = engine.teachers.update(provider.id, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelError):
        complete(engine.teachers._asked(away, "anna"), ASK, max_tokens=40)
    assert engine.store.ledger.usage("anna").tokens == 0


def test_an_answer_that_is_cut_short_is_charged_with_the_most(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    fake.script.delay = 0.01
    with engine.teachers.model_for("anna", len).stream(ASK, max_tokens=40) as answer:
        next(iter(answer))
    used = engine.store.ledger.usage("anna")
    assert (used.tokens_read, used.tokens_written, used.bounded) == (MOST, 40, MOST + 40)


def test_thoughts_count_as_written_and_a_second_request_is_reserved_too(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    fake.script.always = "think-too-long"
    ask(engine)
    assert len(fake.requests) == 2
    rooms = [request.body["max_tokens"] for request in fake.requests]
    used = engine.store.ledger.usage("anna")
    assert used.calls == 2
    assert used.tokens_written >= rooms[0] + fake.written
    fake.script.always = ""
    engine.budget.set_caps("anna", month_tokens=used.tokens + MOST + 40)
    assert ask(engine) == "budget_used_up"  # from now on it needs room for thoughts
    assert len(fake.requests) == 2


def test_a_call_waits_for_what_another_may_give_back(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    fake.script.delay = 0.01
    engine.budget.set_caps("anna", month_tokens=MOST + 40 + 60)
    model = engine.teachers.model_for("anna", len)
    with ThreadPoolExecutor(1) as pool, model.stream(ASK, max_tokens=40) as first:
        pieces = iter(first)
        next(pieces)
        second = pool.submit(ask, engine, 10)
        assert len(fake.requests) == 1
        list(pieces)
        assert second.result(timeout=30) not in ("", "budget_used_up")
    assert len(fake.requests) == 2


def test_without_a_price_a_cap_on_money_asks_nobody(
    engine: Engine, provider: Provider, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.teachers.update(provider.id, price_in=0.0, price_out=0.0)
    monkeypatch.setattr("engine.domain.provider.is_loopback", lambda url: False)
    engine.budget.set_caps("anna", month_money=5.0)
    with pytest.raises(PriceUnknown, match="Writers"):
        ask(engine)
    assert fake.requests == []
    engine.budget.set_caps("anna", month_money=None, month_tokens=10_000)
    assert ask(engine).startswith("The fox")
