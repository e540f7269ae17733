"""Calibrate the offline quality score: learn its tables and write `engine/quality/weights.yaml`.

    python scripts/calibrate_quality.py --novels DIR

DIR holds plain-text novels (one `.txt` each, any names); only counts and weights learned from them
are written, never their text. Marks are set on the reference passages, each measured by tables
learned without it. The labelled test texts are not read here. The word vectors come from
`scripts/distil_words.py`, which must run first when words are to be added.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.quality import corruption, fitting  # noqa: E402
from engine.quality.english import English  # noqa: E402
from engine.quality.gates import repeated_share  # noqa: E402
from engine.quality.genre import GenreModel, Matrix  # noqa: E402
from engine.quality.likelihood import WordOrder  # noqa: E402
from engine.quality.order import SentenceOrder, order_features  # noqa: E402
from engine.quality.relevance import cover, find_subject  # noqa: E402
from engine.quality.score import DATA, HERE, WEIGHTS  # noqa: E402
from engine.quality.tokens import Passage, parse, split_sentences  # noqa: E402
from engine.quality.vocabulary import Vocabulary  # noqa: E402

FOLDS = 8
SHUFFLES = 12
SENTENCES = 12
"""Sentences in one stretch of a novel: about as many as in a generated story."""
LIMITS = {
    "repeated_share": 0.2, "phrase_repeats": 5, "word_order": -0.35, "function_words": 0.25,
    "unknown_words": 0.2, "commentary": 4,
}  # fmt: skip
PART_WEIGHTS = {"likelihood": 1.0, "relevance": 2.0, "genre": 2.0, "order": 2.0, "repetition": 2.0}
WEAKEST_BASE = 5.0
LOST_SHARE = {"likelihood": 0.0, "relevance": 0.0, "genre": 1.0, "order": 3.0}
"""Percentile of clean passages at which a part alone pulls the score below 7 (mark 4).

With the weights chosen so that 95 % of the passages, measured by tables learned without them, pass.
"""
SHARES = {20.0: 7.5, 50.0: 9.0, 90.0: 10.0}
"""Percentile of clean passages → mark, on every rising curve."""

HEADER = """\
# Weights, limits and curves of the quality score. Written by scripts/calibrate_quality.py; do not
# edit: change the script and run it again.
# Learned from the {passages} passages of reference.yaml, the words of genres.yaml, the prompts of
# engine/autotrain/prompts.yaml (for genre), word vectors distilled from all-MiniLM-L6-v2 (Apache
# 2.0) by scripts/distil_words.py, and the public-domain novels
#   {novels}.
# A curve is a list of [measure, mark 0-10]; marks between two points lie on a straight line.
"""


@dataclass(frozen=True)
class Reference:
    """One clean passage with its prompt and genre."""

    genre: str
    prompt: str
    text: str
    passage: Passage


@dataclass(frozen=True)
class Words:
    """What every measurement needs: word lists and vectors, and what marks a genre.

    `marking` is genre → words, `prompts` (genre, prompt) of automatic training.
    """

    english: English
    vocabulary: Vocabulary
    marking: dict[str, list[str]]
    prompts: list[tuple[str, Passage]]


def read_reference() -> list[Reference]:
    """The clean passages of `reference.yaml`."""
    items = yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8"))
    return [Reference(i["genre"], i["prompt"], i["text"], parse(i["text"])) for i in items]


def read_novels(folder: Path) -> dict[str, list[str]]:
    """Stretches of `SENTENCES` sentences of each novel, headings and contents left out."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.txt")):
        paragraphs = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
        prose = [" ".join(p.split()) for p in paragraphs if re.search(r"[a-z][.!?][\"'”’]*\s*$", p)]
        lines = [s for p in prose for s in split_sentences(p)]
        starts = range(0, len(lines) - SENTENCES, SENTENCES)
        found[path.stem] = [" ".join(lines[i : i + SENTENCES]) for i in starts]
    if not found:
        raise SystemExit(f"no .txt files in {folder}")
    return found


def read_words() -> Words:
    """The word lists, the distilled vectors, the marking words and the prompts."""
    english = English.read()
    marking = yaml.safe_load((HERE / "genres.yaml").read_text(encoding="utf-8"))
    prompts = yaml.safe_load((ROOT / "engine/autotrain/prompts.yaml").read_text(encoding="utf-8"))
    return Words(
        english,
        Vocabulary.read(DATA / "words.npz", english.function_words),
        {genre: listed.split() for genre, listed in marking.items()},
        [(genre, parse(prompt)) for genre, listed in prompts.items() for prompt in listed],
    )


def fit_genres(references: Sequence[Reference], words: Words) -> GenreModel:
    """Genres from marking words, prompts and passages."""
    texts = [*words.prompts, *((r.genre, r.passage) for r in references)]
    return fitting.fit_genres(words.marking, texts, words.vocabulary)


def fit_order(
    novels: Sequence[str], references: Sequence[Reference], words: Words
) -> SentenceOrder:
    """Sentence order from novels and, counting more, from whole short passages."""
    texts = [(text, 3, 1.0) for text in novels] + [(r.text, SHUFFLES, 8.0) for r in references]
    ordered = []
    for text, shuffles, weight in texts:
        good = order_figures(text, words)
        bad = [
            order_figures(corruption.shuffle_sentences(text, seed), words)
            for seed in range(shuffles)
        ]
        if good is not None:
            ordered.append((good, [b for b in bad if b is not None], weight))
    return fitting.fit_sentence_order(ordered)


_FIGURES: dict[str, Matrix | None] = {}


def order_figures(text: str, words: Words) -> Matrix | None:
    """Order figures of a text, remembered: every fold asks for most of them again."""
    if text not in _FIGURES:
        _FIGURES[text] = order_features(parse(text), words.vocabulary, words.english)
    return _FIGURES[text]


def fit_relevance(references: Sequence[Reference], words: Words) -> tuple[Matrix, Matrix, Matrix]:
    """Weights of the two relevance figures; own measures; measures with other prompts."""
    subjects = [find_subject(r.prompt, words.vocabulary, words.english) for r in references]
    table = np.array([
        [cover(subject, r.passage, words.vocabulary).features() for subject in subjects]
        for r in references
    ])  # fmt: skip
    n = len(references)
    own = table[np.arange(n), np.arange(n)]
    differences = np.array([own[i] - table[i, j] for i in range(n) for j in range(n) if i != j])
    weights = fitting.fit_logistic(differences, np.ones(len(differences)), decay=0.01)
    others = table[~np.eye(n, dtype=bool)] @ weights
    return weights, own @ weights, others


@dataclass(frozen=True)
class Measures:
    """Figures of each part, of clean and of spoiled passages, by tables learned without them."""

    clean: dict[str, NDArray[np.float64]]
    spoiled: dict[str, NDArray[np.float64]]


def measure_folds(
    novels: Sequence[str],
    references: Sequence[Reference],
    words: Words,
) -> Measures:
    """Measure each reference passage by tables learned from the other folds and the novels."""
    clean: dict[str, list[float]] = {"likelihood": [], "genre": [], "order": []}
    spoiled: dict[str, list[float]] = {"likelihood": [], "genre": [], "order": []}
    parsed = [parse(text) for text in novels]
    for fold in range(FOLDS):
        train = [r for i, r in enumerate(references) if i % FOLDS != fold]
        grams = fitting.fit_word_order([*parsed, *(r.passage for r in train)])
        genres = fit_genres(train, words)
        order = fit_order(novels, train, words)
        for r in (r for i, r in enumerate(references) if i % FOLDS == fold):
            clean["likelihood"].append(grams.gain(r.passage))
            spoiled["likelihood"].append(grams.gain(parse(corruption.shuffle_words(r.text, 1))))
            clean["genre"].append(genres.margin(r.passage, r.genre, words.vocabulary))
            spoiled["genre"] += [
                genres.margin(r.passage, g, words.vocabulary) for g in words.marking if g != r.genre
            ]
            clean["order"].append(order.measure(r.passage, words.vocabulary, words.english) or 0.0)
            for seed in range(SHUFFLES):
                figures = order_figures(corruption.shuffle_sentences(r.text, seed), words)
                spoiled["order"] += [] if figures is None else [float(figures @ order.weights)]
    return Measures(
        {k: np.array(v) for k, v in clean.items()}, {k: np.array(v) for k, v in spoiled.items()}
    )


def report_novels(novels: dict[str, list[str]], words: Words) -> None:
    """Separation of clean from spoiled stretches of each novel, tables learned from the others."""
    spoilers = {
        "salad": corruption.shuffle_words,
        "loop": corruption.loop,
        "shuffled": corruption.shuffle_sentences,
    }
    for held, texts in novels.items():
        others = [t for name, found in novels.items() if name != held for t in found]
        grams, order = (
            fitting.fit_word_order([parse(t) for t in others]),
            fit_order(others, [], words),
        )
        for name, spoil in spoilers.items():
            clean, spoiled = (
                np.array([stretch_measure(name, parse(t), grams, order, words) for t in listed])
                for listed in (texts, [spoil(t, 1) for t in texts])
            )
            print(f"{held}, {name}: separation {fitting.separation(clean, spoiled):.3f}")


def stretch_measure(
    name: str, passage: Passage, grams: WordOrder, order: SentenceOrder, words: Words
) -> float:
    """The figure that one way of spoiling a text should lower."""
    if name == "salad":
        return grams.gain(passage)
    if name == "loop":
        return -repeated_share(passage.words)
    return order.measure(passage, words.vocabulary, words.english) or 0.0


def main() -> None:
    """Learn, measure, write, and print what was measured."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--novels", type=Path, required=True)
    novels, references = read_novels(options.parse_args().novels), read_reference()
    words = read_words()
    report_novels(novels, words)
    stretches = [text for texts in novels.values() for text in texts]
    measures = measure_folds(stretches, references, words)
    relevance, own, others = fit_relevance(references, words)
    measures.clean["relevance"], measures.spoiled["relevance"] = own, others
    write_tables(stretches, references, words)
    write_weights(measures, relevance, inputs=[*novels], passages=len(references))
    for name, clean in measures.clean.items():
        print(name, "separation", round(fitting.separation(clean, measures.spoiled[name]), 3))


def write_tables(
    stretches: Sequence[str],
    references: Sequence[Reference],
    words: Words,
) -> None:
    """Learn each table from everything and write it."""
    passages = [*(parse(t) for t in stretches), *(r.passage for r in references)]
    fitting.fit_word_order(passages).write(DATA / "word_order.npz")
    fit_genres(references, words).write(DATA / "genres.npz")
    fit_order(stretches, references, words).write(DATA / "sentence_order.npz")


def write_weights(
    measures: Measures, relevance: Matrix, *, inputs: Sequence[str], passages: int
) -> None:
    """Write `weights.yaml` with a header that names what produced it."""
    curves = {
        name: fitting.fit_curve(clean, measures.spoiled[name], {LOST_SHARE[name]: 4.0, **SHARES})
        for name, clean in measures.clean.items()
    }
    top = float(measures.clean["likelihood"].max())
    curves["likelihood"] += [[top + 0.15, 9.0], [top + 0.6, 3.0]]
    curves["repetition"] = [[-0.2, 1.0], [-0.12, 6.0], [-0.06, 9.0], [0.0, 10.0]]
    settings = {
        "limits": LIMITS,
        "weakest_base": WEAKEST_BASE,
        "relevance": [round(float(w), 4) for w in relevance],
        "parts": {n: {"weight": w, "curve": curves[n]} for n, w in PART_WEIGHTS.items()},
    }
    header = HEADER.format(passages=passages, novels=",\n#   ".join(inputs))
    WEIGHTS.write_text(header + yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
