"""Measure the score on novels: does it rank a passage above the same passage spoiled?

    zega score-bench FOLDER --json

Each `.txt` of the folder is a novel. Passages of whole paragraphs are taken from it and spoiled in
eight seeded ways, each scored for a prompt that the clean passage answers. No figure here says
anything if the score's tables were learned from the same novels: then learn without them first
(`scripts/calibrate_quality.py` does, author by author).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from engine.domain.quality import Quality
from engine.errors import InvalidInput
from engine.quality import corruption
from engine.quality.novels import cut_passages, read_novels
from engine.quality.score import GOOD, HERE, Scorer
from engine.quality.tokens import parse, split_sentences

PER_BOOK = 60
KINDS = (
    "loop", "word_salad", "truncation", "sentence_shuffle", "off_genre", "wrong_prompt", "splice",
    "paragraph_shuffle",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A clean passage of a book and what it is scored against; `genre` is the book's."""

    book: str
    text: str
    genre: str

    @property
    def prompt(self) -> str:
        """A request that the passage answers: a story that opens as it does."""
        return f"Write a story that opens like this. {split_sentences(self.text)[0]}"


@dataclass(frozen=True)
class BookReport:
    """What `BenchReport` says, of one book; `genre` is what it was taken for."""

    texts: int
    genre: str
    pairwise: dict[str, float | None]
    false_alarm_rate: float


@dataclass(frozen=True)
class BenchReport:
    """`pairwise`: kind → share of pairs in which the clean passage scores higher (a tie counts
    half), None when no passage can be spoiled so. `false_alarm_rate`: share of clean passages below
    7. `shift`: median change of the score when names are changed (`renamed`) or half is left
    (`half`)."""

    texts: int
    pairwise: dict[str, float | None]
    false_alarm_rate: float
    shift: dict[str, float]
    books: dict[str, BookReport]


def bench(
    folder: Path,
    *,
    scorer: Scorer | None = None,
    genres: Mapping[str, str] | None = None,
    per_book: int = PER_BOOK,
    seed: int = 0,
) -> BenchReport:
    """Measure on all novels of a folder. `genres` gives a book's genre by file name without `.txt`;
    for others the book as a whole is asked. Raises `InvalidInput` when there is nothing to read.
    """
    scorer = scorer or Scorer.load()
    novels = read_novels(folder)
    samples = take_samples(novels, scorer, genres=genres, per_book=per_book, seed=seed)
    if not samples:
        raise InvalidInput("folder", f"must hold novels as .txt files; none found in {folder}")
    return measure(samples, samples, scorer, seed=seed)


def take_samples(
    novels: Mapping[str, str],
    scorer: Scorer,
    *,
    genres: Mapping[str, str] | None = None,
    per_book: int = PER_BOOK,
    seed: int = 0,
) -> list[Sample]:
    """Up to `per_book` passages of each novel, drawn at random."""
    samples: list[Sample] = []
    for name, text in novels.items():
        passages = cut_passages(text)
        if not passages:
            continue
        genre = (genres or {}).get(name) or book_genre(passages, scorer)
        chosen = random.Random(f"{seed} {name}").sample(passages, min(per_book, len(passages)))
        samples += [Sample(name, passage, genre) for passage in chosen]
    return samples


def book_genre(passages: Sequence[str], scorer: Scorer) -> str:
    """The genre that a book as a whole reads like: the highest mean over its passages."""
    leans = [scorer.genres.lean(parse(text), scorer.vocabulary) for text in passages]
    return max(scorer.genres.genres, key=lambda genre: sum(lean[genre] for lean in leans))


def measure(
    samples: Sequence[Sample], pool: Sequence[Sample], scorer: Scorer, *, seed: int = 0
) -> BenchReport:
    """The report on given passages; prompts and halves to spoil them with come from `pool`."""
    clean = [rate(scorer, sample) for sample in samples]
    wins: list[dict[str, list[float]]] = []
    for place, (sample, quality) in enumerate(zip(samples, clean, strict=True)):
        asked = rate(scorer, sample, genre=sample.genre)
        won: dict[str, list[float]] = {}
        for kind, spoiled in spoil(sample, pool, scorer, seed=seed * 10_007 + place):
            whole = asked if kind == "off_genre" else quality
            won.setdefault(kind, []).append(_win(whole, spoiled))
        wins.append(won)
    books: dict[str, list[int]] = {}
    for place, sample in enumerate(samples):
        books.setdefault(sample.book, []).append(place)
    return BenchReport(
        texts=len(samples),
        pairwise=_shares(wins),
        false_alarm_rate=_below(clean),
        shift={
            "renamed": _shift(samples, clean, scorer, corruption.rename),
            "half": _shift(samples, clean, scorer, corruption.halve),
        },
        books={
            book: BookReport(
                texts=len(places),
                genre=samples[places[0]].genre,
                pairwise=_shares([wins[place] for place in places]),
                false_alarm_rate=_below([clean[place] for place in places]),
            )
            for book, places in books.items()
        },
    )


def rate(scorer: Scorer, sample: Sample, *, text: str = "", genre: str | None = None) -> Quality:
    """The score of a sample for its own prompt, of another text if one is given."""
    return scorer.score(text or sample.text, prompt=sample.prompt, genre=genre)


def spoil(
    sample: Sample, pool: Sequence[Sample], scorer: Scorer, *, seed: int
) -> Iterable[tuple[str, Quality]]:
    """Each kind of fault with the score of the sample that has it; of `off_genre` one for each
    genre that is far from the book's."""
    chance = random.Random(seed)
    spoilers: dict[str, Callable[[str, int], str]] = {
        "loop": corruption.loop,
        "word_salad": corruption.shuffle_words,
        "truncation": corruption.truncate,
        "sentence_shuffle": corruption.shuffle_sentences,
    }
    for kind, change in spoilers.items():
        yield kind, rate(scorer, sample, text=change(sample.text, seed))
    near = (sample.genre, *scorer.genres.neighbours.get(sample.genre, ()))
    for distant in scorer.genres.genres:
        if distant not in near:
            yield "off_genre", rate(scorer, sample, genre=distant)
    others = [other.prompt for other in pool if other.book != sample.book] or _story_prompts()
    yield "wrong_prompt", scorer.score(sample.text, prompt=chance.choice(others), genre=None)
    if mates := [m for m in pool if m.book == sample.book and m is not sample]:
        glued = corruption.splice(sample.text, chance.choice(mates).text)
        yield "splice", rate(scorer, sample, text=glued)
    moved = corruption.shuffle_paragraphs(sample.text, seed)
    if moved != sample.text:
        yield "paragraph_shuffle", rate(scorer, sample, text=moved)


def _story_prompts() -> list[str]:
    """Prompts of the reference passages, for a folder with one book."""
    items = yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8"))
    return [item["prompt"] for item in items]


def _win(clean: Quality, spoiled: Quality) -> float:
    return float(clean.score > spoiled.score) + 0.5 * float(clean.score == spoiled.score)


def _shares(wins: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, float | None]:
    """Kind → mean over the passages that could be spoiled so."""
    found = {kind: [win for won in wins for win in won.get(kind, ())] for kind in KINDS}
    return {kind: round(float(np.mean(won)), 3) if won else None for kind, won in found.items()}


def _below(clean: Sequence[Quality]) -> float:
    """Share of clean passages that would not be kept."""
    return round(float(np.mean([quality.score < GOOD for quality in clean])), 3)


def _shift(
    samples: Sequence[Sample],
    clean: Sequence[Quality],
    scorer: Scorer,
    change: Callable[[str], str],
) -> float:
    """Median absolute change of the score under a change that is no fault."""
    moves = [
        abs(quality.score - rate(scorer, replace(sample, text=change(sample.text))).score)
        for sample, quality in zip(samples, clean, strict=True)
    ]
    return round(float(np.median(moves)), 3)
