"""Calibrate the offline quality score: learn its tables and write `engine/quality/weights.yaml`.

    python scripts/calibrate_quality.py                        # the genres alone: a second
    python scripts/calibrate_quality.py --novels DIR           # everything
    python scripts/calibrate_quality.py --stories FILE.jsonl   # the stories that genres learn from

Without novels only the table of genres is learned anew, from `genres.yaml`, prompts, reference
passages and stories; marks stay as they are. That is enough for a new genre or new words of one.

DIR holds plain-text novels, one `.txt` each; those of one author lie in a folder of DIR. Only counts
and weights learned from them are written, never their text. Marks are set on the reference passages
and on passages of the novels, each measured by tables learned without it and without its author;
then the whole score is measured on each author by such tables. Test texts are not read here. FILE
holds a base model's stories, `{"genre": …, "text": …}` a line; only the mean direction of the words
of each is kept. Word vectors come from `scripts/distil_words.py`: run it first to add words.
"""

from __future__ import annotations

import argparse
import json
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
from engine.quality.genre import Matrix, direction  # noqa: E402
from engine.quality.novels import cut_passages, read_novels  # noqa: E402
from engine.quality.relevance import cover, find_subject  # noqa: E402
from engine.quality.score import DATA, HERE, WEIGHTS, Scorer  # noqa: E402
from engine.quality.tokens import parse  # noqa: E402
from engine.quality.vocabulary import Vocabulary  # noqa: E402
from scripts.quality_tables import (  # noqa: E402
    Reference,
    Tables,
    Words,
    draw,
    fit_genres,
    fit_tables,
    outlines,
)

STORIES = DATA / "stories.npz"
MEASURED = 36
"""Passages of each author that the marks are set on, beside the reference passages."""
LIMITS = {
    "repeated_share": 0.2, "phrase_repeats": 5, "word_order": -0.35, "function_words": 0.25,
    "unknown_words": 0.2, "commentary": 4,
}  # fmt: skip
PART_WEIGHTS = {
    "likelihood": 0.5, "relevance": 2.0, "genre": 2.0, "order": 2.0, "cohesion": 4.0,
    "repetition": 0.3,
}  # fmt: skip
WEAKEST_SHARE = 0.3
LOW = {
    "likelihood": (0.0, 6.5), "relevance": (2.0, 5.0), "genre": (0.6, 5.5), "order": (2.0, 5.6),
    "cohesion": (2.0, 6.0),
}  # fmt: skip
"""Percentile of clean passages and the mark that it gets: where a part begins to cost the 7."""
PERCENTILES = (10.0, 25.0, 50.0, 95.0)
SHARES = {
    "likelihood": (8.8, 9.0, 9.1, 9.3), "relevance": (8.8, 9.0, 9.1, 9.3),
    "genre": (7.6, 8.4, 8.7, 8.8), "order": (8.3, 8.5, 8.8, 9.1), "cohesion": (7.4, 7.8, 8.1, 9.0),
}  # fmt: skip
"""Marks at the percentiles of clean passages. Nearly level: among clean texts a part says little.

These, the weights and `LOW` were searched at random for clean above spoiled on authors that the
tables had not learned from, few false alarms, and no loss on the labelled texts.
"""

HEADER = """\
# Weights, limits and curves of the quality score. Written by scripts/calibrate_quality.py; do not
# edit: change the script and run it again.
# Learned from the {passages} passages of reference.yaml, the words of genres.yaml, the prompts of
# engine/autotrain/prompts.yaml and stories by the packaged base (for genre), word vectors distilled
# from all-MiniLM-L6-v2 (Apache 2.0) by scripts/distil_words.py, and the public-domain novels
#   {novels}.
# A curve is a list of [measure, mark 0-10]; marks between two points lie on a straight line.
"""


def read_reference() -> list[Reference]:
    """The clean passages of `reference.yaml`."""
    items = yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8"))
    return [Reference(i["genre"], i["prompt"], i["text"], parse(i["text"])) for i in items]


def read_authors(folder: Path) -> dict[str, dict[str, str]]:
    """Author → name of a novel → its text; a novel that lies in no folder has an author of its own."""
    authors = {name: {name: text} for name, text in read_novels(folder).items()}
    authors |= {
        inner.name: read_novels(inner) for inner in sorted(folder.iterdir()) if inner.is_dir()
    }
    if not authors:
        raise SystemExit(f"no .txt files in {folder}")
    return authors


def read_stories() -> list[tuple[str, Matrix]]:
    """Genre and direction of each story."""
    with np.load(STORIES) as data:
        return list(zip(map(str, data["genres"]), data["directions"].astype(float), strict=True))


def write_stories(file: Path, words: Words) -> None:
    """Keep the directions of the stories of a JSONL file."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    np.savez_compressed(
        STORIES, genres=np.array([row["genre"] for row in rows]),
        directions=np.array(
            [direction(parse(row["text"]), words.vocabulary) for row in rows], np.float16
        ),
    )  # fmt: skip


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
        read_stories() if STORIES.exists() else [],
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
    authors: Mapping[str, Mapping[str, str]],
    references: Sequence[Reference],
    words: Words,
    tables: Mapping[str, Tables],
) -> Measures:
    """Measure passages of each author, and a part of the references, by the tables of its fold."""
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
        drawn = draw([*authors[name].values()], cut_passages, MEASURED)
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


def report_authors(authors: Mapping[str, Mapping[str, str]], tables: Mapping[str, Tables]) -> None:
    """The whole score on each author, by tables learned without them and the marks just written."""
    scorer = Scorer.load()
    samples = {
        name: bench.take_samples(novels, scorer, per_book=max(12, bench.PER_BOOK // len(novels)))
        for name, novels in authors.items()
    }
    pool = [sample for listed in samples.values() for sample in listed]
    for name, learned in tables.items():
        without = replace(
            scorer, word_order=learned.word_order, sentence_order=learned.order,
            cohesion=learned.cohesion,
        )  # fmt: skip
        print(name, asdict(bench.measure(samples[name], pool, without)), flush=True)


def main() -> None:
    """Learn, measure, write, and print what was measured."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--novels", type=Path, help="none: learn the genres alone")
    options.add_argument("--stories", type=Path, help="take these stories for the genres first")
    given = options.parse_args()
    if given.stories:
        write_stories(given.stories, read_words())
    references, words = read_reference(), read_words()
    if given.novels is None:
        fit_genres(references, words).write(DATA / "genres.npz")
        return
    authors = read_authors(given.novels)
    tables = {
        name: fit_tables(
            [[*novels.values()] for other, novels in authors.items() if other != name],
            [r for place, r in enumerate(references) if place % len(authors) != fold],
            words,
        )
        for fold, name in enumerate(authors)
    }
    measures = measure_folds(authors, references, words, tables)
    relevance, own, others = fit_relevance(references, words)
    measures.clean["relevance"], measures.spoiled["relevance"] = own, others
    final = fit_tables([[*novels.values()] for novels in authors.values()], references, words)
    final.word_order.write(DATA / "word_order.npz")
    final.genres.write(DATA / "genres.npz")
    final.order.write(DATA / "sentence_order.npz")
    write_weights(
        measures,
        relevance,
        final.cohesion,
        inputs=[name for novels in authors.values() for name in novels],
        passages=len(references),
        smoothest=max(final.word_order.gain(r.passage) for r in references),
    )
    for name, clean in measures.clean.items():
        print(name, "separation", round(fitting.separation(clean, measures.spoiled[name]), 3))
    report_authors(authors, tables)


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
    curves = {}
    for name, clean in measures.clean.items():
        marks = dict([LOW[name], *zip(PERCENTILES, SHARES[name], strict=True)])
        curves[name] = fitting.fit_curve(clean, measures.spoiled[name], marks)
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
