"""Keywords: read from a list, found in a text however they are joined, counted against a source.

The words of a keyword may be joined by spaces, underscores, hyphens or nothing: `user account` is
also found as `user_account`, `User-Account`, `userAccount` and, in the plural, `user accounts`.
One regular expression looks for all of a list at once: 700 keywords in 10,000 words take about 25 ms.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import inflect

JOINTS = re.compile(r"[\s_-]+")
# Where words meet without a joint: userAccount, USBPort.
SEAM = r"(?-i:(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
BEGIN = rf"(?:(?<![^\W_])|{SEAM})"
END = rf"(?:(?![^\W_])|{SEAM})"

HEADINGS = ("keyword", "keywords")


class Span(NamedTuple):
    """Where a keyword stands in a text: `text[start:end]`, whatever its written form."""

    start: int
    end: int
    keyword: str


@dataclass(frozen=True)
class KeywordUse:
    """One keyword in a source and in what was made of it. `forms` are how the source writes it."""

    keyword: str
    forms: tuple[str, ...]
    occurrences: int
    kept: int


@dataclass(frozen=True)
class Coverage:
    """What became of a list's keywords on the way from a source to an answer.

    `occurrences` are counted in the source, `kept` are those that the answer has as well, and `share`
    is the one of the other (None without any). `variants` are written forms of the source that
    differ from the list's by more than case. `uses` are the keywords of the source, the commonest
    first; `missing` are those that the answer lost altogether.
    """

    keywords: int
    variants: int
    occurrences: int
    kept: int
    share: float | None
    missing: tuple[str, ...]
    uses: tuple[KeywordUse, ...]


def read_keywords(text: str) -> list[str]:
    """Keywords one a line, or as CSV by comma, semicolon or tab; of a table its column `keyword`.

    >>> read_keywords("lamp; oil can\\nlighthouse")
    ['lamp', 'oil can', 'lighthouse']
    """
    delimiter = next((sign for sign in "\t;" if sign in text), ",")
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(row)]
    heading = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((heading.index(name) for name in HEADINGS if name in heading), None)
    cells = (
        [cell for row in rows for cell in row]
        if column is None
        else [row[column] for row in rows[1:] if len(row) > column]
    )
    return [" ".join(cell.split()) for cell in cells if cell.strip()]


def same_word(keyword: str) -> str:
    """What two writings of one keyword have in common: no case, no joints.

    >>> same_word("User_Account") == same_word("userAccount") == same_word("user  account")
    True
    """
    return JOINTS.sub("", keyword).casefold()


def words_of(keyword: str) -> list[str]:
    """The words that a keyword is made of.

    >>> words_of("max_userAccounts")
    ['max', 'user', 'Accounts']
    """
    return [word for part in JOINTS.split(keyword) for word in re.split(SEAM, part) if word]


def without_duplicates(keywords: Iterable[str]) -> list[str]:
    """Each keyword once, in order; of two writings the one that shows more words stays."""
    found: dict[str, str] = {}
    for keyword in keywords:
        key = same_word(keyword)
        if key not in found or len(words_of(keyword)) > len(words_of(found[key])):
            found[key] = keyword
    return list(found.values())


class KeywordFinder:
    """Finds the keywords of one list. Making one takes a moment; it may be used for many texts."""

    def __init__(self, keywords: Sequence[str]) -> None:
        self.keywords = tuple(keywords)
        self._keyword_of: dict[str, str] = {}
        forms: dict[str, list[str]] = {}
        for keyword in keywords:
            *first, last = words_of(keyword)
            for form in (last, *other_numbers(last)):
                words = [*first, form]
                forms.setdefault(" ".join(words), words)
                self._keyword_of.setdefault(same_word("".join(words)), keyword)
        # As it was written comes before what another keyword's plural happens to be.
        self._keyword_of |= {same_word(keyword): keyword for keyword in keywords}
        longest_first = [forms[form] for form in sorted(forms, key=len, reverse=True)]
        self._any = re.compile(f"{BEGIN}(?:{_either(longest_first)}){END}", re.IGNORECASE)

    def spans(self, text: str) -> list[Span]:
        """Every keyword in the text, in order; the longest where several begin, none inside another."""
        if not self.keywords:
            return []
        found = []
        for match in self._any.finditer(text):
            keyword = self._keyword_of.get(same_word(match.group()))
            if keyword is not None:
                found.append(Span(match.start(), match.end(), keyword))
        return found


def _either(forms: Sequence[Sequence[str]]) -> str:
    """A pattern for any of these words in a row, earlier ones first. Sorted by first letter, so that
    a word of the text is compared with few of them: four times as fast as one long list."""
    rest: dict[str, list[str]] = {}
    for words in forms:
        pattern = r"[\s_-]*".join(re.escape(word) for word in words)
        letter = re.escape(words[0][0])
        rest.setdefault(letter.lower(), []).append(pattern.removeprefix(letter))
    return "|".join(f"{letter}(?:{'|'.join(each)})" for letter, each in rest.items())


@lru_cache(maxsize=16)
def finder_of(keywords: tuple[str, ...]) -> KeywordFinder:
    """The finder of a list; that of one in use is not made again."""
    return KeywordFinder(keywords)


def spans(text: str, keywords: Sequence[str]) -> list[Span]:
    """Where keywords stand in a text, to be marked: (start, end, keyword), in order.

    >>> spans("The userAccounts of Anna", ["user account"])
    [Span(start=4, end=16, keyword='user account')]
    """
    return finder_of(tuple(keywords)).spans(text)


@cache
def other_numbers(word: str) -> tuple[str, ...]:
    """The plural of an English word, and its singular if it is a plural; of others none."""
    if len(word) < 3 or not word.isalpha():
        return ()
    english = _english()
    forms = (english.plural_noun(word), english.singular_noun(word))
    return tuple(form for form in forms if form and form.isalpha() and form != word)


@cache
def _english() -> inflect.engine:
    # Imported here: it takes half a second, which only keywords need.
    import inflect

    return inflect.engine()


class Tally:
    """Counts one list's keywords over pairs of a source and what was made of it."""

    def __init__(self, keywords: Sequence[str]) -> None:
        self._finder = finder_of(tuple(keywords))
        self._occurrences: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._forms: dict[str, dict[str, None]] = {}

    def add(self, source: str, answer: str) -> None:
        """Count a pair. An answer keeps no more occurrences than its own source has."""
        asked: Counter[str] = Counter()
        for start, end, keyword in self._finder.spans(source):
            asked[keyword] += 1
            self._forms.setdefault(keyword, {})[source[start:end].casefold()] = None
        if not asked:
            return
        answered = Counter(span.keyword for span in self._finder.spans(answer))
        self._occurrences += asked
        self._kept += asked & answered

    def coverage(self) -> Coverage:
        """The figures so far."""
        uses = tuple(
            KeywordUse(keyword, tuple(self._forms[keyword]), count, self._kept[keyword])
            for keyword, count in self._occurrences.most_common()
        )
        occurrences, kept = self._occurrences.total(), self._kept.total()
        return Coverage(
            keywords=len(self._finder.keywords),
            variants=sum(form != use.keyword.casefold() for use in uses for form in use.forms),
            occurrences=occurrences,
            kept=kept,
            share=kept / occurrences if occurrences else None,
            missing=tuple(use.keyword for use in uses if not use.kept),
            uses=uses,
        )


def coverage(keywords: Sequence[str], source: str, answer: str) -> Coverage:
    """How much of the source's keywords an answer kept."""
    tally = Tally(keywords)
    tally.add(source, answer)
    return tally.coverage()
