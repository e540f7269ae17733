"""What sentences show of their place: cues of each sentence, and figures of each pair of sentences.

Cues say how a sentence opens, who speaks, what time and person it is told in. Pair figures say what
two sentences share: words, names, `a key` and `the key`, a name and its pronoun. Nothing here knows
in which order the sentences stand; `order.py` weighs that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.quality.english import English
from engine.quality.tokens import Passage, Sentence, bare, stem
from engine.quality.vocabulary import Vocabulary

Matrix = NDArray[np.float64]
MAX_SENTENCES = 40
"""Order and cohesion are judged on this many sentences from the beginning."""
MIN_SENTENCES = 4
"""With fewer there is too little to tell an order by."""
NEAR = 0.3
"""Cosine from which two words begin to count as near."""
UNKNOWN_WEIGHT = 1.2
"""Weight of a name, or of a word without a vector: rarer than any that has one."""

_SUBJECTS = frozenset(("he", "she", "they", "it"))
_PRONOUNS = _SUBJECTS | {"him", "her", "them", "his", "their", "its", "hers", "theirs"}
_POINTING = frozenset(("this", "that", "these", "those", "such", "both", "another", "other"))
PERSONS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "he him his himself", "she her hers herself", "they them their theirs", "it its itself",
        "i me my mine", "we us our", "you your yours",
    )
)  # fmt: skip
"""Groups of pronouns; the first three need somebody named before them."""
_OPENERS = (
    "then", "but", "so", "and", "still", "yet", "however", "instead", "finally", "suddenly",
    "later", "meanwhile", "now", "when", "after", "at", "as", "for", "he", "she", "they", "it",
    "we", "i", "you", "his", "her", "the", "a", "there", "this", "that", "what", "yes", "no", "in",
    "on", "one", "by", "with", "behind", "nobody", "my",
)  # fmt: skip
_WAS = frozenset(("was", "were", "had", "did"))
_IS = frozenset(("is", "are", "has", "have", "do", "does", "am", "i'm", "it's"))
_CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("quote_opens", r"^[\"']"),
        ("quote_left_open", r"^[^\"]*\"[^\"]*(?:\"[^\"]*\"[^\"]*)*$"),
        ("quote_closes", r"^\w[^\"]*[.!?,]\"(?:[^\"]*\"[^\"]*\")*[^\"]*$"),
        ("answers", r"^[\"']?(?:yes|no|well|oh|aye|of course|because|perhaps|nothing)\b"),
        ("more", r"\b(?:again|too|also|another|other|more|back|second|next|both|rest)\b"),
        ("early", r"\b(?:first|began|new|found|arrived|came|opened)\b"),
        ("quote_inside", r"\""),
        ("says", r"\b(?:said|asked|replied|answered|whispered|shouted|cried)\b"),
        ("question", r"\?[\"']?$"),
        ("exclaims", r"![\"']?$"),
        ("had_done", r"\bhad (?:\w+ )?(?:\w+ed|been|come|gone|made|taken|lost|left|known|seen)\b"),
        ("state", r"\b(?:was|were|there was|there were)\b"),
        ("scene", r"\b(?:once|every|always|each|years?|morning|evening|night|day|lived|named|"
                  r"called)\b"),
        ("sudden", r"\b(?:suddenly|then|just as|at once|that moment|until)\b"),
        ("ends", r"\b(?:at last|finally|never again|forever|again|home|in the end|"
                 r"for the first time|smiled|slept|quiet|silence|nothing|dawn)\b"),
        ("negation", r"\b(?:not|never|no|nothing|nobody)\b|n't\b"),
        ("contrast", r"\b(?:but|yet|however|still|instead|though)\b"),
    )
)  # fmt: skip


def sentence_cues(sentence: Sentence, english: English) -> list[float]:
    """Figures of 0-1 of one sentence, in a fixed order."""
    words, names = sentence.words, sentence.names
    opening, held = words[0], set(words)
    plain = (
        opening in _SUBJECTS,
        not held.isdisjoint(_PRONOUNS),
        bool(names),
        bare(opening) in names or _opens_with_noun(sentence, english),
        not held.isdisjoint(_POINTING),
        opening in english.connectives,
        min(3, sum(w in ("a", "an") for w in words)) / 3,
        min(3, words.count("the")) / 3,
        min(1.0, len(words) / 30),
        len(words) < 7,
        any(w.endswith("ed") for w in words),
        not held.isdisjoint(_WAS),
        not held.isdisjoint(_IS),
    )
    shapes = (pattern.search(sentence.text) is not None for _, pattern in _CUES)
    openers = (opening == word for word in _OPENERS)
    return [float(cue) for cue in (*plain, *shapes, *openers)]


def _opens_with_noun(sentence: Sentence, english: English) -> bool:
    """A capitalised opening that is no function word and no speech: mostly a name or a noun."""
    opening = sentence.tokens[0]
    spoken = sentence.text.startswith('"')
    return opening[0].isupper() and opening.lower() not in english.function_words and not spoken


class Mentions:
    """Which sentence mentions which stem: five tables (sentences, stems) of 0 and 1.

    `said`: any content word or name; `the`: after a definite article or possessive, `a`: after an
    indefinite one; `names`; `full_names`: names of two or more words. `weights` is (stems,).
    `near` is (sentences, sentences): the share of the second one's words that the first is near to.
    """

    def __init__(self, sentences: Sequence[Sentence], vocabulary: Vocabulary) -> None:
        contents = [vocabulary.content(s.words) for s in sentences]
        names = [s.names for s in sentences]
        said = [
            dict.fromkeys(own, UNKNOWN_WEIGHT)
            | {stem(w): UNKNOWN_WEIGHT for w in s.words if _is_unknown(w, vocabulary)}
            | {stem(w): weight for w, (_, weight) in content.items()}
            for s, own, content in zip(sentences, names, contents, strict=True)
        ]
        self.near = _nearness(contents, vocabulary)
        the = [_nouns_after(s, _DEFINITE) for s in sentences]
        a = [_nouns_after(s, _INDEFINITE) for s in sentences]
        full = [_full_names(s) for s in sentences]
        places: dict[str, int] = {}
        for group in (said, the, a, names, full):
            for held in group:
                for word in held:
                    places.setdefault(word, len(places))
        self.weights = np.ones(len(places))
        for held in said:
            for word, weight in held.items():
                self.weights[places[word]] = weight
        self.said, self.the, self.a, self.names, self.full_names = (
            _table(group, places) for group in (said, the, a, names, full)
        )


_DEFINITE = frozenset(("the", "his", "her", "their", "its", "that", "this", "these", "those"))
_INDEFINITE = frozenset(("a", "an", "some"))


def _is_unknown(word: str, vocabulary: Vocabulary) -> bool:
    return len(word) > 3 and vocabulary.row(word) is None


def _nearness(contents: Sequence[dict[str, tuple[int, float]]], vocabulary: Vocabulary) -> Matrix:
    """(sentences, sentences): weighted share of the second one's words near to one of the first."""
    places: dict[int, int] = {}
    for content in contents:
        for row, _ in content.values():
            places.setdefault(row, len(places))
    held = np.zeros((len(contents), max(1, len(places))))
    for line, content in zip(held, contents, strict=True):
        for row, weight in content.values():
            line[places[row]] = weight
    vectors = vocabulary.vectors[list(places) or [0]]
    close = np.clip((vectors @ vectors.T - NEAR) / (1 - NEAR), 0.0, 1.0)
    met = np.stack([close[line > 0].max(axis=0, initial=0.0) for line in held])
    return np.asarray(met @ held.T / np.maximum(1e-6, held.sum(axis=1)))


def _table(group: Sequence[Iterable[str]], places: dict[str, int]) -> Matrix:
    table = np.zeros((len(group), max(1, len(places))))
    for row, held in enumerate(group):
        table[row, [places[word] for word in held]] = 1.0
    return table


def _nouns_after(sentence: Sentence, articles: frozenset[str]) -> set[str]:
    """Stems of the two words after an article: the noun, and the adjective before it if any."""
    words = sentence.words
    after = (words[i + 1 : i + 3] for i, word in enumerate(words) if word in articles)
    return {stem(word) for pair in after for word in pair if len(word) > 2}


def _full_names(sentence: Sentence) -> set[str]:
    """Words of names written in two or more words, such as `Ines Carvalho`."""
    both = (pair for pair in pairwise(sentence.tokens) if all(t[0].isupper() for t in pair))
    return {bare(t.lower()) for pair in both for t in pair if t != "I"}


@dataclass(frozen=True)
class Outline:
    """A text taken apart sentence by sentence: all tables are (sentences, …).

    `persons` is 1 where a sentence holds a pronoun of a group of `PERSONS`; `centres` is its mean
    word vector; `quotes` says whether it leaves speech open or closes it (an odd number of
    quotation marks), whether it begins with one, and whether it has any.
    """

    openings: tuple[str, ...]
    cues: Matrix
    persons: Matrix
    centres: Matrix
    quotes: Matrix
    mentions: Mentions


def outline(passage: Passage, vocabulary: Vocabulary, english: English) -> Outline | None:
    """Take the beginning of a text apart; None when it has too few sentences."""
    sentences = passage.sentences[:MAX_SENTENCES]
    if len(sentences) < MIN_SENTENCES:
        return None
    held = [set(s.words) for s in sentences]
    return Outline(
        tuple(s.words[0] for s in sentences),
        np.array([sentence_cues(s, english) for s in sentences]),
        np.array([[float(not h.isdisjoint(group)) for group in PERSONS] for h in held]),
        np.array([vocabulary.centre(s.words) for s in sentences], dtype=np.float64),
        np.array([_quotes(s.text) for s in sentences]),
        Mentions(sentences, vocabulary),
    )


def _quotes(text: str) -> tuple[float, float, float]:
    marks = text.count('"')
    return float(marks % 2), float(text.startswith('"')), float(marks > 0)


def shared_words(text: Outline) -> Matrix:
    """(sentences, sentences): weight of the words that two sentences share, at most 2."""
    said = text.mentions.said
    return np.minimum(said * text.mentions.weights @ said.T, 2.0)


def pair_figures(text: Outline) -> Matrix:
    """(figures, sentences, sentences): row = the sentence read first; the diagonal is 0."""
    mentions, persons = text.mentions, text.persons
    named = (mentions.names.sum(axis=1) > 0).astype(float)
    only_pronoun = (1 - named) * (persons[:, :4].max(axis=1))
    a_the = np.minimum(mentions.a @ mentions.the.T, 2.0)
    said_the = np.minimum(mentions.said @ mentions.the.T, 2.0)
    part = np.minimum(mentions.full_names @ mentions.names.T, 2.0)
    first = np.array(text.openings)
    same = [np.outer(p, p) for p in persons.T]
    fresh = [np.outer(1 - p, p) for p in persons.T[:3]]
    figures = np.stack([
        text.centres @ text.centres.T, shared_words(text), mentions.near, mentions.near.T,
        np.minimum(mentions.names @ mentions.names.T, 2.0),
        a_the, a_the.T, said_the, said_the.T, np.outer(named, only_pronoun),
        np.outer(only_pronoun, named), part - part.T, (first[:, None] == first).astype(float),
        *same, *fresh,
    ])  # fmt: skip
    figures[:, np.arange(len(first)), np.arange(len(first))] = 0.0
    return figures
