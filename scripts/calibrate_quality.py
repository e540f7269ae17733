"""Calibrate the offline quality score: learn its tables and write `engine/quality/weights.yaml`.

    python scripts/calibrate_quality.py                 # the genres alone: a second
    python scripts/calibrate_quality.py --novels DIR    # everything

Without novels only the table of genres is learned anew, from `genres.yaml`, the prompts and the
reference passages; marks stay as they are. That is enough for a new genre or new words of one.

DIR holds plain-text novels (one `.txt` each, any names); only counts and weights learned from them
are written, never their text. Marks are set on the reference passages and on passages of the
novels, each measured by tables learned without it and without its novel; then the whole score is
measured on each novel by such tables. The labelled test texts are not read here. The word vectors come from
`scripts/distil_words.py`, which must run first when words are to be added.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.quality import bench, corruption, fitting  # noqa: E402
from engine.quality.cohesion import Cohesion  # noqa: E402
from engine.quality.english import English  # noqa: E402
from engine.quality.genre import Matrix  # noqa: E402
from engine.quality.relevance import cover, find_subject  # noqa: E402
from engine.quality.score import DATA, HERE, WEIGHTS, Scorer  # noqa: E402
from engine.quality.tokens import parse  # noqa: E402
from engine.quality.vocabulary import Vocabulary  # noqa: E402
from scripts.quality_tables import (  # noqa: E402
    Reference,
    Tables,
    Words,
    fit_genres,
    fit_tables,
    outlines,
)

PASSAGES_A_BOOK = 24
"""Passages of each novel that the marks are set on, beside the reference passages."""
LIMITS = {
    "repeated_share": 0.2, "phrase_repeats": 5, "word_order": -0.35, "function_words": 0.25,
    "unknown_words": 0.2, "commentary": 4,
}  # fmt: skip
PART_WEIGHTS = {
    "likelihood": 1.0, "relevance": 2.0, "genre": 2.0, "order": 2.0, "cohesion": 2.0,
    "repetition": 1.0,
}  # fmt: skip
WEAKEST_SHARE = 0.5
LOW = {
    "likelihood": (0.0, 6.5), "relevance": (2.0, 5.4), "genre": (1.0, 6.0), "order": (3.3, 5.6),
    "cohesion": (0.3, 6.0),
}  # fmt: skip
"""Percentile of clean passages and the mark that it gets: where a part alone costs the 7.

With the weights chosen so that 95 % of the passages, measured by tables learned without them, pass.
"""
SHARES = {10.0: 7.5, 25.0: 8.5, 50.0: 9.0, 95.0: 9.8}
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


def read_reference() -> list[Reference]:
    """The clean passages of `reference.yaml`."""
    items = yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8"))
    return [Reference(i["genre"], i["prompt"], i["text"], parse(i["text"])) for i in items]


def read_novels(folder: Path) -> dict[str, str]:
    """Text of each novel by file name."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}
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
    novels: Mapping[str, str],
    references: Sequence[Reference],
    words: Words,
    tables: Mapping[str, Tables],
) -> Measures:
    """Measure passages of each novel, and a part of the references, by the tables of its fold."""
    clean: dict[str, list[float]] = {n: [] for n in ("likelihood", "genre", "order", "cohesion")}
    spoiled: dict[str, list[float]] = {name: [] for name in clean}
    for fold, (name, learned) in enumerate(tables.items()):
        held = references[fold :: len(tables)]
        for r in held:
            clean["genre"].append(learned.genres.margin(r.passage, r.genre, words.vocabulary))
            near = (r.genre, *learned.genres.neighbours.get(r.genre, ()))
            spoiled["genre"] += [
                learned.genres.margin(r.passage, genre, words.vocabulary)
                for genre in words.marking
                if genre not in near
            ]
        drawn = random.Random(0).sample(bench.cut_passages(novels[name]), PASSAGES_A_BOOK)
        for group in ([r.text for r in held], drawn):
            _measure_texts(group, learned, words, clean, spoiled)
    return Measures(
        {k: np.array(v) for k, v in clean.items()}, {k: np.array(v) for k, v in spoiled.items()}
    )


def _measure_texts(
    texts: Sequence[str],
    learned: Tables,
    words: Words,
    clean: dict[str, list[float]],
    spoiled: dict[str, list[float]],
) -> None:
    """Add the figures that need no prompt and no genre, of each text and of it spoiled."""
    for place, text in enumerate(texts):
        other = texts[(place + 1) % len(texts)]
        clean["likelihood"].append(learned.word_order.gain(parse(text)))
        salad = parse(corruption.shuffle_words(text, place))
        spoiled["likelihood"].append(learned.word_order.gain(salad))
        clean["order"] += map(learned.order.measure, outlines([text], words))
        shuffled = [corruption.shuffle_sentences(text, seed) for seed in range(4)]
        spoiled["order"] += map(learned.order.measure, outlines(shuffled, words))
        clean["cohesion"] += map(learned.cohesion.measure, outlines([text], words))
        glued = outlines([corruption.splice(text, other)], words)
        spoiled["cohesion"] += map(learned.cohesion.measure, glued)


def report_novels(folder: Path, tables: Mapping[str, Tables]) -> None:
    """The whole score on each novel, by tables learned without it and the marks just written."""
    scorer = Scorer.load()
    samples = bench.take_samples(folder, scorer)
    for name, learned in tables.items():
        without = replace(
            scorer, word_order=learned.word_order, sentence_order=learned.order,
            cohesion=learned.cohesion,
        )  # fmt: skip
        held = [sample for sample in samples if sample.book == name]
        print(name, held[0].genre, asdict(bench.measure(held, samples, without)))


def main() -> None:
    """Learn, measure, write, and print what was measured."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--novels", type=Path, help="none: learn the genres alone")
    folder = options.parse_args().novels
    references, words = read_reference(), read_words()
    if folder is None:
        fit_genres(references, words).write(DATA / "genres.npz")
        return
    novels = read_novels(folder)
    tables = {
        name: fit_tables(
            [text for other, text in novels.items() if other != name],
            [r for place, r in enumerate(references) if place % len(novels) != fold],
            words,
        )
        for fold, name in enumerate(novels)
    }
    measures = measure_folds(novels, references, words, tables)
    relevance, own, others = fit_relevance(references, words)
    measures.clean["relevance"], measures.spoiled["relevance"] = own, others
    final = fit_tables([*novels.values()], references, words)
    final.word_order.write(DATA / "word_order.npz")
    final.genres.write(DATA / "genres.npz")
    final.order.write(DATA / "sentence_order.npz")
    write_weights(
        measures, relevance, final.cohesion, inputs=[*novels], passages=len(references),
        smoothest=max(final.word_order.gain(r.passage) for r in references),
    )  # fmt: skip
    for name, clean in measures.clean.items():
        print(name, "separation", round(fitting.separation(clean, measures.spoiled[name]), 3))
    report_novels(folder, tables)


def write_weights(
    measures: Measures,
    relevance: Matrix,
    cohesion: Cohesion,
    *,
    smoothest: float,
    inputs: Sequence[str],
    passages: int,
) -> None:
    """Write `weights.yaml` with a header that names what produced it.

    `smoothest` is the highest likelihood measure of a text that the tables have learned by heart:
    only what reads smoother still is marked down.
    """
    curves = {
        name: fitting.fit_curve(clean, measures.spoiled[name], dict([LOW[name], *SHARES.items()]))
        for name, clean in measures.clean.items()
    }
    curves["likelihood"] += [[round(smoothest, 4), 9.0], [round(smoothest + 0.45, 4), 3.0]]
    curves["repetition"] = [[-0.2, 1.0], [-0.12, 6.0], [-0.06, 9.0], [0.0, 10.0]]
    settings = {
        "limits": LIMITS,
        "weakest_share": WEAKEST_SHARE,
        "relevance": [round(float(w), 4) for w in relevance],
        "cohesion": [round(float(w), 4) for w in cohesion.weights],
        "parts": {n: {"weight": w, "curve": curves[n]} for n, w in PART_WEIGHTS.items()},
    }
    header = HEADER.format(passages=passages, novels=",\n#   ".join(inputs))
    WEIGHTS.write_text(header + yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
