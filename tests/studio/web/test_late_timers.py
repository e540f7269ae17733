"""Which timers come too late, told from the messages to and from the browser."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from studio.web.late_timers import MOST_BYTES, LateTimers, OpenPage


def request(page: str, *, timer: bool = False) -> bytes:
    message = BackMsg()
    message.rerun_script.page_script_hash = page
    message.rerun_script.is_auto_rerun = timer
    message.rerun_script.fragment_id = "chips" if timer else ""
    return bytes(message.SerializeToString())


def begun(page: str) -> bytes:
    message = ForwardMsg()
    message.new_session.page_script_hash = page
    return bytes(message.SerializeToString())


def shown(page: str) -> bytes:
    message = ForwardMsg()
    message.navigation.page_script_hash = page
    return bytes(message.SerializeToString())


def timer(page: str) -> bytes:
    return request(page, timer=True)


@pytest.fixture
def browser() -> OpenPage:
    """A browser that has `write` open."""
    page = OpenPage()
    page.is_late(request(""))
    page.note(begun("write"))
    page.note(shown("write"))
    return page


def answer(browser: OpenPage, page: str, *, given: str = "") -> None:
    browser.note(begun(page))
    browser.note(shown(given or page))


def test_a_timer_between_a_click_and_its_answer_is_late(browser: OpenPage) -> None:
    assert not browser.is_late(timer("write"))
    assert not browser.is_late(request("memory"))
    assert browser.is_late(timer("write"))


def test_after_the_answer_only_timers_of_the_new_page_count(browser: OpenPage) -> None:
    browser.is_late(request("memory"))
    answer(browser, "memory")
    assert browser.is_late(timer("write"))
    assert not browser.is_late(timer("memory"))


def test_a_run_that_was_under_way_is_not_the_answer(browser: OpenPage) -> None:
    browser.note(begun("write"))
    browser.is_late(request("memory"))
    browser.note(shown("write"))
    assert browser.is_late(timer("write"))


def test_a_page_that_leads_on_is_followed(browser: OpenPage) -> None:
    browser.is_late(request("write"))
    answer(browser, "write")
    answer(browser, "auto_train")
    assert browser.is_late(timer("write"))
    assert not browser.is_late(timer("auto_train"))


def test_where_a_page_is_not_to_be_had_the_one_that_is_given_counts(browser: OpenPage) -> None:
    browser.is_late(request("hidden"))
    answer(browser, "hidden", given="write")
    assert not browser.is_late(timer("write"))


def test_what_people_do_is_never_late(browser: OpenPage) -> None:
    browser.is_late(request("memory"))
    assert not browser.is_late(request("write"))


def test_other_messages_are_never_late(browser: OpenPage) -> None:
    assert not browser.is_late(BackMsg(stop_script=True).SerializeToString())
    assert not browser.is_late(b"\xff no message")
    browser.note(b"0" * (MOST_BYTES + 1))


def test_the_server_hears_everything_but_late_timers() -> None:
    said = [request(""), timer("write"), request("memory"), timer("write"), request("memory")]
    heard: list[bytes] = []

    async def browser() -> Message:
        return {"type": "websocket.receive", "bytes": said.pop(0)}

    async def studio(scope: Scope, receive: Receive, send: Send) -> None:
        for page in ("write", "memory"):
            heard.append((await receive())["bytes"])
            await send({"type": "websocket.send", "bytes": begun("")})
            await send({"type": "websocket.send", "bytes": shown(page)})
            heard.append((await receive())["bytes"])

    async def nobody(message: Message) -> None:
        assert message["type"] == "websocket.send"

    asyncio.run(LateTimers(studio)({"type": "websocket"}, browser, nobody))
    assert heard == [request(""), timer("write"), request("memory"), request("memory")]
