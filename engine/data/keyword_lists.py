"""A user's keyword lists: taken in, looked at, marked in texts, and counted against a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.calibration.threshold import threshold_of
from engine.data.keywords import (
    Coverage,
    Span,
    Tally,
    coverage,
    read_keywords,
    same_word,
    spans,
    without_duplicates,
)
from engine.domain.export import Selection
from engine.domain.keywords import KeywordList
from engine.errors import InvalidInput, NotFound
from engine.store import Store

MOST_KEYWORDS = 5000
MOST_LISTS = 50
LONGEST = 100
LONGEST_NAME = 60
MOST_CHARACTERS = 5_000_000


@dataclass(frozen=True)
class KeywordsAdded:
    """A list after keywords were added. Of those given, `added` are new and `duplicates` are not."""

    list: KeywordList
    added: int
    duplicates: int


class KeywordLists:
    """All verbs. Every list belongs to one user, and no verb reaches another's."""

    def __init__(self, store: Store, *, threshold: float) -> None:
        self._store = store
        self._threshold = threshold

    def all(self, user_id: str) -> list[KeywordList]:
        """The user's lists, by name."""
        return self._store.keyword_lists.list(user_id)

    def get(self, user_id: str, name: str) -> KeywordList:
        """One list. Raises `NotFound`."""
        return self._store.keyword_lists.get(user_id, _name(name))

    def add(self, user_id: str, name: str, text: str) -> KeywordsAdded:
        """Add keywords, one a line or as CSV, to a list that is made if it is new.

        Raises `InvalidInput` for a name, a keyword or a number of them that cannot be kept.
        """
        name, given = _name(name), read_keywords(_checked(text))
        if not given:
            raise InvalidInput("text", "holds no keyword: give one a line")
        _check_keywords(given)
        lists = {each.name: each.keywords for each in self.all(user_id)}
        if name not in lists and len(lists) >= MOST_LISTS:
            raise InvalidInput("name", f"is one too many: {MOST_LISTS} lists are kept, remove one")
        before = lists.get(name, ())
        keywords = without_duplicates([*before, *given])
        if len(keywords) > MOST_KEYWORDS:
            raise InvalidInput(
                "text", f"makes it {len(keywords):,} keywords, at most {MOST_KEYWORDS:,} fit"
            )
        added = len(keywords) - len(before)
        saved = self._store.keyword_lists.save(user_id, name, keywords)
        return KeywordsAdded(saved, added, len(given) - added)

    def remove(self, user_id: str, name: str, keywords: Sequence[str] = ()) -> None:
        """Take these keywords out of a list; none = forget the whole list. Raises `NotFound`."""
        found = self.get(user_id, name)
        there = {same_word(each) for each in found.keywords}
        gone = {same_word(each): each for each in keywords}
        for key, keyword in gone.items():
            if key not in there:
                raise NotFound("keyword", keyword)
        rest = [each for each in found.keywords if same_word(each) not in gone]
        if gone and rest:
            self._store.keyword_lists.save(user_id, found.name, rest)
        else:
            self._store.keyword_lists.remove(user_id, found.name)

    def spans(self, user_id: str, name: str, text: str) -> list[Span]:
        """Where a list's keywords stand in a text: (start, end, keyword). Raises `NotFound`."""
        return spans(_checked(text), self.get(user_id, name).keywords)

    def report(self, user_id: str, name: str, source: str, answer: str) -> Coverage:
        """How much of a source's keywords an answer kept. Raises `NotFound`, `InvalidInput`."""
        return coverage(self.get(user_id, name).keywords, _checked(source), _checked(answer))

    def report_examples(self, user_id: str, name: str, selection: Selection) -> Coverage:
        """The same over examples: each prompt is a source, its text the answer. Raises `NotFound`."""
        tally = Tally(self.get(user_id, name).keywords)
        exports = self._store.exports
        for page in exports.pages(
            user_id, selection, threshold=threshold_of(self._store, user_id, self._threshold)
        ):
            for example in page:
                tally.add(example.prompt, example.completion)
        return tally.coverage()


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(
            "name", f"of a list must have 1 to {LONGEST_NAME} characters, got {len(name)}"
        )
    if "/" in name or not any(sign.isalnum() for sign in name):
        raise InvalidInput("name", f"of a list needs a letter or digit, and no slash: {name!r}")
    return name


def _checked(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            "text", f"is {len(text):,} characters long, at most {MOST_CHARACTERS:,} fit"
        )
    return text


def _check_keywords(keywords: Sequence[str]) -> None:
    for each in keywords:
        if len(each) > LONGEST:
            raise InvalidInput(
                "text",
                f"has a keyword of {len(each)} characters, at most {LONGEST} fit: {each[:40]!r}…",
            )
        if not any(sign.isalnum() for sign in each):
            raise InvalidInput("text", f"has a keyword without a letter or digit: {each!r}")
