"""Which page a timer means, told from the messages to and from the browser."""

from __future__ import annotations

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from studio.web.late_timers import MOST_BYTES, OpenPage


def request(page: str, *, timer: bool = False) -> bytes:
    message = BackMsg()
    message.rerun_script.page_script_hash = page
    message.rerun_script.is_auto_rerun = timer
    message.rerun_script.fragment_id = "chips" if timer else ""
    return bytes(message.SerializeToString())


def shown(page: str) -> bytes:
    message = ForwardMsg()
    message.navigation.page_script_hash = page
    return bytes(message.SerializeToString())


def page_of(data: bytes) -> str:
    return str(BackMsg.FromString(data).rerun_script.page_script_hash)


@pytest.fixture
def browser() -> OpenPage:
    """A browser that has `write` open."""
    page = OpenPage()
    page.corrected(request(""))
    page.note(shown("write"))
    page.note(shown("write"))
    return page


def test_a_timer_in_between_means_the_page_that_was_asked_for(browser: OpenPage) -> None:
    assert browser.corrected(request("memory")) == request("memory")
    late = browser.corrected(request("write", timer=True))
    assert page_of(late) == "memory"
    assert BackMsg.FromString(late).rerun_script.fragment_id == "chips"


def test_a_timer_after_the_answer_means_the_page_that_is_shown(browser: OpenPage) -> None:
    browser.corrected(request("memory"))
    browser.note(shown("memory"))
    assert page_of(browser.corrected(request("write", timer=True))) == "memory"
    assert page_of(browser.corrected(request("memory", timer=True))) == "memory"


def test_a_run_that_was_under_way_is_not_the_answer(browser: OpenPage) -> None:
    browser.corrected(request("memory"))
    browser.note(shown("write"))
    assert page_of(browser.corrected(request("write", timer=True))) == "memory"


def test_a_page_that_leads_on_is_followed(browser: OpenPage) -> None:
    browser.corrected(request("write"))
    browser.note(shown("write"))
    browser.note(shown("auto_train"))
    assert page_of(browser.corrected(request("write", timer=True))) == "auto_train"


def test_a_page_that_is_not_given_is_waited_for_no_longer(browser: OpenPage) -> None:
    browser.corrected(request("hidden"))
    browser.note(shown("write"))
    browser.note(shown("write"))
    assert page_of(browser.corrected(request("write", timer=True))) == "write"


def test_what_people_do_is_never_changed(browser: OpenPage) -> None:
    browser.corrected(request("memory"))
    assert page_of(browser.corrected(request("write"))) == "write"


def test_other_messages_pass_as_they_are(browser: OpenPage) -> None:
    stop = BackMsg(stop_script=True).SerializeToString()
    assert browser.corrected(stop) == stop
    assert browser.corrected(b"\xff no message") == b"\xff no message"
    browser.note(b"0" * (MOST_BYTES + 1))
