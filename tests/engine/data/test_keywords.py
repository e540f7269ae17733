"""Keywords: read, without duplicates, found in every written form, counted against a source."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.data.keywords import (
    coverage,
    other_numbers,
    read_keywords,
    same_word,
    spans,
    without_duplicates,
)


def found(text: str, keywords: Sequence[str]) -> list[tuple[str, str]]:
    """What stands at each span, and for which keyword."""
    return [(text[start:end], keyword) for start, end, keyword in spans(text, keywords)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lamp\n\noil can \nlighthouse", ["lamp", "oil can", "lighthouse"]),
        ("lamp, oil  can,,\nlighthouse", ["lamp", "oil can", "lighthouse"]),
        ('lamp;"sea, open";', ["lamp", "sea, open"]),
        ("rank\tKeyword\n1\tlamp\n2\toil can\n3", ["lamp", "oil can"]),
        ("", []),
    ],
)
def test_lists_come_one_a_line_or_as_csv(text: str, expected: list[str]) -> None:
    assert read_keywords(text) == expected


def test_duplicates_go_whatever_their_case_and_joints() -> None:
    given = ["useraccount", "User_Account", "user-account", "USER ACCOUNT", "lamp", "Lamp "]
    assert without_duplicates(given) == ["User_Account", "lamp"]
    assert len({same_word(each) for each in given}) == 2


@pytest.mark.parametrize(
    "written",
    [
        "user account",
        "User Account",
        "USER_ACCOUNT",
        "user-account",
        "userAccount",
        "UserAccount",
        "user accounts",
        "user_accounts",
        "user\n  account",
    ],
)
@pytest.mark.parametrize("keyword", ["user account", "USER_ACCOUNT", "userAccount"])
def test_a_keyword_is_found_in_every_written_form(keyword: str, written: str) -> None:
    text = f"Close the {written}, then the next."
    assert found(text, [keyword]) == [(written, keyword)]


def test_a_keyword_is_found_inside_a_name_and_never_inside_a_word() -> None:
    text = "p_user_account getUserAccountId user.account superuser accounting performs"
    assert [each for each, _ in found(text, ["user account", "form"])] == [
        "user_account",
        "UserAccount",
    ]


def test_the_longest_keyword_wins_and_none_lies_inside_another() -> None:
    text = "The user account of a user; accounts, Account."
    assert found(text, ["user", "account", "user account", "accounts"]) == [
        ("user account", "user account"),
        ("user", "user"),
        ("accounts", "accounts"),
        ("Account", "account"),
    ]


def test_english_plurals_are_found_both_ways() -> None:
    assert "cities" in other_numbers("city")
    assert "man" in other_numbers("men")
    assert found("Two cities, one man.", ["city", "men"]) == [("cities", "city"), ("man", "men")]


@pytest.mark.parametrize("keyword", ["C++", "node.js", "a(b", "[x]", "§ 12", "Überfall"])
def test_signs_in_a_keyword_are_only_signs(keyword: str) -> None:
    assert found(f"Of {keyword} and others.", [keyword]) == [(keyword, keyword)]


def test_nothing_is_found_with_nothing() -> None:
    assert spans("Any text.", []) == []
    assert spans("", ["lamp"]) == []


def test_a_report_counts_what_the_answer_kept() -> None:
    source = "update USER_ACCOUNT set lamp = 1; -- lamp, lamps and the user account; an oil can"
    answer = "Sets the lamp of a user account."
    report = coverage(["user account", "lamp", "oil can", "harbour"], source, answer)
    assert (report.keywords, report.occurrences, report.kept) == (4, 6, 2)
    assert report.share == pytest.approx(2 / 6)
    assert report.missing == ("oil can",)
    assert report.variants == 2  # USER_ACCOUNT and lamps
    assert [(use.keyword, use.occurrences, use.kept) for use in report.uses] == [
        ("lamp", 3, 1),
        ("user account", 2, 1),
        ("oil can", 1, 0),
    ]
    assert report.uses[1].forms == ("user_account", "user account")


def test_an_answer_keeps_no_more_than_its_source_has() -> None:
    report = coverage(["lamp"], "A lamp.", "A lamp, a lamp and a lamp.")
    assert (report.occurrences, report.kept, report.share) == (1, 1, 1.0)
    assert coverage(["lamp"], "No light.", "A lamp.").share is None
