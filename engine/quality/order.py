"""Do the sentences stand in a sensible order? Cues of each sentence, and of each pair of sentences.

Every figure here compares the order as written with the mean over all orders of the same
sentences, so it is 0 on average for a shuffled text, whatever its style: a name before its pronoun,
`a key` before `the key`, `But` right after what it opposes, scene setting first. It does not
know what happens in the story.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.quality.english import English
from engine.quality.tokens import Passage, Sentence, bare, stem
from engine.quality.vocabulary import Vocabulary

Matrix = NDArray[np.float64]
MAX_SENTENCES = 60
"""Order is judged on this many sentences from the beginning."""
MIN_SENTENCES = 4
"""With fewer there is too little to tell an order by."""

_SUBJECTS = frozenset(("he", "she", "they", "it"))
_PRONOUNS = _SUBJECTS | {"him", "her", "them", "his", "their", "its", "hers", "theirs"}
_POINTING = frozenset(("this", "that", "these", "those", "such", "both", "another", "other"))
_FIRST_PERSON = frozenset(("i", "my", "me", "we", "our", "us"))
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
_PLAIN_CUES = (
    "subject_opens", "pronoun", "name", "name_opens", "points", "connective_opens", "a_opens",
    "the_opens", "indefinite", "definite", "first_person", "long", "short",
)  # fmt: skip
CUES = (*_PLAIN_CUES, *(name for name, _ in _CUES))
PAIRS = (
    "shared_words", "nearness", "shared_name", "a_then_the", "the_then_a", "name_then_pronoun",
    "pronoun_then_name", "full_name_then_part", "same_opening", "said_then_the", "the_then_said",
)  # fmt: skip


@dataclass(frozen=True)
class SentenceOrder:
    """Learned weights of the figures of `order_features`, one each."""

    weights: Matrix

    def measure(self, passage: Passage, vocabulary: Vocabulary, english: English) -> float | None:
        """About 0 for shuffled sentences, higher in order; None with too few sentences to tell."""
        features = order_features(passage, vocabulary, english)
        return None if features is None else float(features @ self.weights)

    def write(self, path: Path) -> None:
        """Write the weights as one compressed file."""
        np.savez_compressed(path, weights=self.weights.astype(np.float32))

    @classmethod
    def read(cls, path: Path) -> SentenceOrder:
        """Read what `write` wrote."""
        with np.load(path) as data:
            return cls(data["weights"].astype(np.float64))


def order_features(passage: Passage, vocabulary: Vocabulary, english: English) -> Matrix | None:
    """Figures of the order as written, each 0 on average over all orders; None when too short.

    Laid out as: cues of the first sentence, of the last, slope of each cue along the text, each
    pair figure between neighbours, each pair figure between earlier and later, and each product
    of a cue with a cue of the next sentence.
    """
    sentences = passage.sentences[:MAX_SENTENCES]
    n = len(sentences)
    if n < MIN_SENTENCES:
        return None
    cues = np.array([_cues(s, english) for s in sentences])
    pairs = _pair_figures(sentences, vocabulary)
    mean = cues.mean(axis=0)
    place = np.linspace(-1.0, 1.0, n)
    earlier = np.triu(np.ones((n, n)), 1)
    between = n * (n - 1)
    lead = np.einsum("kij,ij->k", pairs - pairs.transpose(0, 2, 1), earlier) / between
    near = np.einsum("kii->k", pairs[:, :-1, 1:]) / (n - 1) - pairs.sum(axis=(1, 2)) / between
    follow = cues[:-1].T @ cues[1:] / (n - 1)
    chance = (np.outer(cues.sum(axis=0), cues.sum(axis=0)) - cues.T @ cues) / between
    parts = (
        cues[0] - mean,
        cues[-1] - mean,
        place @ cues / n,
        near,
        lead,
        (follow - chance).ravel(),
    )
    return np.asarray(np.concatenate(parts) * np.sqrt(n / 10), np.float64)


def figure_trust() -> Matrix:
    """How freely each figure may be weighed: pair figures most, products of cues (many) least."""
    sizes = ((3 * len(CUES), 1.0), (2 * len(PAIRS), 1.5), (len(CUES) ** 2, 0.5))
    return np.concatenate([np.full(size, trust) for size, trust in sizes])


def _cues(sentence: Sentence, english: English) -> list[float]:
    words, names = sentence.words, sentence.names
    opening, held = words[0], set(words)
    plain = (
        opening in _SUBJECTS,
        bool(held & _PRONOUNS),
        bool(names),
        bare(opening) in names or _opens_with_noun(sentence, english),
        bool(held & _POINTING),
        opening in english.connectives,
        opening in ("a", "an", "one"),
        opening == "the",
        min(3, sum(w in ("a", "an") for w in words)) / 3,
        min(3, words.count("the")) / 3,
        bool(held & _FIRST_PERSON),
        min(1.0, len(words) / 30),
        len(words) < 7,
    )  # fmt: skip
    return [*map(float, plain), *(float(bool(p.search(sentence.text))) for _, p in _CUES)]


def _opens_with_noun(sentence: Sentence, english: English) -> bool:
    """A capitalised opening that is no function word and no speech: mostly a name or a noun."""
    opening = sentence.tokens[0]
    spoken = sentence.text.startswith('"')
    return opening[0].isupper() and opening.lower() not in english.function_words and not spoken


def _pair_figures(sentences: tuple[Sentence, ...], vocabulary: Vocabulary) -> Matrix:
    """(figures, sentences, sentences): row = the sentence read first; the diagonal is 0."""
    content = [vocabulary.content(s.words) for s in sentences]
    stems = [{stem(w): weight for w, (_, weight) in c.items()} for c in content]
    names = [s.names for s in sentences]
    stems = [{**dict.fromkeys(own, 1.2), **held} for own, held in zip(names, stems, strict=True)]
    shared = _overlap(stems, stems)
    centres = np.array([vocabulary.centre(s.words) for s in sentences], dtype=np.float64)
    name = _overlap(*([dict.fromkeys(own, 1.0) for own in names],) * 2)
    a = [dict.fromkeys(_nouns_after(s, ("a", "an")), 1.0) for s in sentences]
    the = [dict.fromkeys(_nouns_after(s, ("the", "his", "her", "their")), 1.0) for s in sentences]
    a_the = _overlap(a, the)
    said_the = _overlap([dict.fromkeys(held, 1.0) for held in stems], the)
    has_name = np.array([float(bool(own)) for own in names])
    only_pronoun = np.array(
        [
            float(not own and bool(_PRONOUNS & set(s.words)))
            for own, s in zip(names, sentences, strict=True)
        ]
    )
    full = [dict.fromkeys(_full_names(s), 1.0) for s in sentences]
    part = _overlap(full, [dict.fromkeys(own, 1.0) for own in names])
    opening = np.array([[float(s.words[0] == t.words[0]) for t in sentences] for s in sentences])
    figures = np.stack([
        shared, centres @ centres.T, name, a_the, a_the.T, np.outer(has_name, only_pronoun),
        np.outer(only_pronoun, has_name), part - part.T, opening,
        said_the, said_the.T,
    ])  # fmt: skip
    figures[:, np.arange(len(sentences)), np.arange(len(sentences))] = 0.0
    return figures


def _overlap(left: list[dict[str, float]], right: list[dict[str, float]]) -> Matrix:
    """For each sentence of `left` with each of `right`: the weight of what both hold, at most 2."""
    table = [
        [sum(w for k, w in a.items() if k in b) if a and b else 0.0 for b in right] for a in left
    ]
    return np.minimum(np.array(table, dtype=np.float64), 2.0)


def _nouns_after(sentence: Sentence, articles: tuple[str, ...]) -> set[str]:
    """Stems of the two words after an article: the noun, and the adjective before it if any."""
    words = sentence.words
    after = (words[i + 1 : i + 3] for i, word in enumerate(words) if word in articles)
    return {stem(word) for pair in after for word in pair if len(word) > 2}


def _full_names(sentence: Sentence) -> set[str]:
    """Words of names written in two or more words, such as `Ines Carvalho`."""
    tokens = sentence.tokens
    both = (pair for pair in pairwise(tokens) if all(t[0].isupper() for t in pair))
    return {bare(t.lower()) for pair in both for t in pair if t != "I"}
