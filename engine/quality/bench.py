"""Measure the score on novels: does it rank a passage above the same passage spoiled?

    python -m engine.quality.bench FOLDER

Each `.txt` of the folder is a novel. Passages of whole paragraphs are taken from it and spoiled in
eight seeded ways. No figure here says anything if the score's tables were learned from the same
novels: then learn without them first (`scripts/calibrate_quality.py` does, book by book).
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from engine.domain.quality import Quality
from engine.errors import InvalidInput
from engine.quality import corruption
from engine.quality.score import GOOD, Scorer
from engine.quality.tokens import parse, split_sentences

WORDS = 200
"""A passage ends with the paragraph in which it reaches so many words."""
MOST_WORDS = 400
SENTENCES = 8
"""Passages of fewer sentences are left out: they have no order to spoil."""
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
class BenchReport:
    """`pairwise`: kind → share of pairs in which the clean passage scores higher (a tie counts
    half). `false_alarm_rate`: share of clean passages below 7. `shift`: median change of the score
    when names are changed (`renamed`) or half is left (`half`)."""

    texts: int
    pairwise: dict[str, float]
    false_alarm_rate: float
    shift: dict[str, float]


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
    samples = take_samples(folder, scorer, genres=genres, per_book=per_book, seed=seed)
    return measure(samples, samples, scorer, seed=seed)


def take_samples(
    folder: Path,
    scorer: Scorer,
    *,
    genres: Mapping[str, str] | None = None,
    per_book: int = PER_BOOK,
    seed: int = 0,
) -> list[Sample]:
    """Up to `per_book` passages of each novel, drawn at random. Raises `InvalidInput` for none."""
    samples: list[Sample] = []
    for path in sorted(folder.glob("*.txt")):
        passages = cut_passages(path.read_text(encoding="utf-8"))
        if not passages:
            continue
        genre = (genres or {}).get(path.stem) or book_genre(passages, scorer)
        chosen = random.Random(f"{seed} {path.stem}").sample(passages, min(per_book, len(passages)))
        samples += [Sample(path.stem, text, genre) for text in chosen]
    if not samples:
        raise InvalidInput("folder", f"must hold novels as .txt files; none found in {folder}")
    return samples


def cut_passages(text: str) -> list[str]:
    """Passages of whole paragraphs, in order; headings and lists of contents are left out."""
    found: list[str] = []
    held: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        plain = " ".join(paragraph.split())
        if not re.search(r"[a-z][.!?][\"'”’]*$", plain):
            continue
        held.append(plain)
        words = sum(len(part.split()) for part in held)
        if words < WORDS:
            continue
        passage = "\n\n".join(held)
        held = []
        if words <= MOST_WORDS and len(split_sentences(passage)) >= SENTENCES:
            found.append(passage)
    return found


def book_genre(passages: Sequence[str], scorer: Scorer) -> str:
    """The genre that a book as a whole reads like: the highest mean over its passages."""
    leans = [scorer.genres.lean(parse(text), scorer.vocabulary) for text in passages]
    return max(scorer.genres.genres, key=lambda genre: sum(lean[genre] for lean in leans))


def measure(
    samples: Sequence[Sample], pool: Sequence[Sample], scorer: Scorer, *, seed: int = 0
) -> BenchReport:
    """The report on given passages; prompts and halves to spoil them with come from `pool`."""
    clean = [rate(scorer, sample) for sample in samples]
    wins: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for place, (sample, quality) in enumerate(zip(samples, clean, strict=True)):
        asked = rate(scorer, sample, genre=sample.genre)
        for kind, spoiled in spoil(sample, pool, scorer, seed=seed * 10_007 + place):
            wins[kind].append(_win(asked if kind == "off_genre" else quality, spoiled))
    return BenchReport(
        texts=len(samples),
        pairwise={kind: round(float(np.mean(won)), 3) for kind, won in wins.items() if won},
        false_alarm_rate=round(float(np.mean([q.score < GOOD for q in clean])), 3),
        shift={
            "renamed": _shift(samples, clean, scorer, corruption.rename),
            "half": _shift(samples, clean, scorer, corruption.halve),
        },
    )


def rate(scorer: Scorer, sample: Sample, *, text: str = "", genre: str | None = None) -> Quality:
    """The score of a sample for its own prompt, of another text if one is given."""
    return scorer.score(text or sample.text, prompt=sample.prompt, genre=genre)


def spoil(
    sample: Sample, pool: Sequence[Sample], scorer: Scorer, *, seed: int
) -> Iterable[tuple[str, Quality]]:
    """Each kind of fault with the score of the sample that has it."""
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
    distant = chance.choice([genre for genre in scorer.genres.genres if genre not in near])
    yield "off_genre", rate(scorer, sample, genre=distant)
    if others := [other for other in pool if other.book != sample.book]:
        prompt = chance.choice(others).prompt
        yield "wrong_prompt", scorer.score(sample.text, prompt=prompt, genre=None)
    if mates := [m for m in pool if m.book == sample.book and m is not sample]:
        glued = corruption.splice(sample.text, chance.choice(mates).text)
        yield "splice", rate(scorer, sample, text=glued)
    moved = corruption.shuffle_paragraphs(sample.text, seed)
    if moved != sample.text:
        yield "paragraph_shuffle", rate(scorer, sample, text=moved)


def _win(clean: Quality, spoiled: Quality) -> float:
    return float(clean.score > spoiled.score) + 0.5 * float(clean.score == spoiled.score)


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


if __name__ == "__main__":
    print(json.dumps(asdict(bench(Path(sys.argv[1]))), indent=2))
