"""Rows as they come in, and leaks planted among them: training rows that repeat held-out ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from engine.data.held_out import Row
from engine.domain.decontamination import HeldOut

ROOT = Path(__file__).parents[3]
FILES = (
    ROOT / "tests/data/quality_texts.yaml",
    ROOT / "tests/data/quality_texts_unseen.yaml",
    ROOT / "tests/data/quality_modern.yaml",
    ROOT / "engine/quality/reference.yaml",
)
WHOLE = ("good", "off_genre", "off_prompt", None)
PASSAGE_WORDS = 50
OF_A_KIND = 30


class Planted(NamedTuple):
    """Training rows, some of them leaks of held-out rows: leak by kind, and its source by name."""

    training: list[Row]
    held_out: list[Row]
    kinds: dict[str, str]
    sources: dict[str, str]


@cache
def whole_texts() -> list[dict[str, str]]:
    """Every sound text of the files, as written by people."""
    rows = [row for path in FILES for row in yaml.safe_load(path.read_text("utf-8"))]
    return [row for row in rows if row.get("kind") in WHOLE]


def passages() -> list[Row]:
    """More than 500 passages of stories, each as the answer to a prompt of its own."""
    found, taken = [], set(originals().values())
    for number, row in enumerate(whole_texts()):
        if row["text"] in taken:
            continue
        words = row["text"].split()
        for start in range(0, len(words) - PASSAGE_WORDS // 2, PASSAGE_WORDS):
            passage = " ".join(words[start : start + PASSAGE_WORDS])
            name = f"text {number} word {start}"
            asked = row["prompt"] if start == 0 else f"Tell on at word {start} of tale {number}."
            found.append(Row(name, asked, passage, name))
    return found


def copied(text: str, others: list[str], rng: Random) -> str:
    return text


def recased(text: str, others: list[str], rng: Random) -> str:
    """Capitals, quotes and stops changed."""
    plain = re.sub(r"[,;:\"'’“”—-]+", " ", text)
    return rng.choice([plain.upper, plain.lower, plain.title])() + " !"


def replaced(text: str, others: list[str], rng: Random) -> str:
    """Each tenth word is another one."""
    words, strange = text.split(), " ".join(others).split()
    for place in rng.sample(range(len(words)), max(1, len(words) // 10)):
        words[place] = rng.choice(strange)
    return " ".join(words)


def moved(text: str, others: list[str], rng: Random) -> str:
    """One sentence stands elsewhere."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    sentence = sentences.pop(rng.randrange(len(sentences)))
    sentences.insert(rng.randrange(len(sentences) + 1), sentence)
    return " ".join(sentences)


def embedded(text: str, others: list[str], rng: Random) -> str:
    """Half of it lies in the middle of a text that is four times as long."""
    words = text.split()
    start = rng.randrange(len(words) // 2 + 1)
    half = " ".join(words[start : start + len(words) // 2])
    return " ".join([*others[:2], half, *others[2:4]])


LEAKS: dict[str, Callable[[str, list[str], Random], str]] = {
    "copied": copied,
    "recased": recased,
    "replaced": replaced,
    "moved": moved,
    "embedded": embedded,
}


def planted(seed: int) -> Planted:
    """A quarter of the passages held out, and leaks of every kind among the others.

    The reworded ones, written by hand, repeat held-out rows of their own.
    """
    rng = Random(seed)
    rows = passages()
    rng.shuffle(rows)
    held = [held_out(row) for row in rows[: len(rows) // 4]]
    clean, spare = rows[len(rows) // 4 : -100], rows[-100:]
    training, kinds, sources = list(clean), {}, {}
    for kind, leak in LEAKS.items():
        for source in rng.sample(held, OF_A_KIND):
            others = [row.completion for row in rng.sample(spare, 4)]
            name = f"{kind} of {source.name}"
            text = leak(source.completion, others, rng)
            training.append(Row(name, f"What comes of {name}?", text, name))
            kinds[name], sources[name] = kind, source.name
    for number, text in reworded().items():
        name = f"reworded {number}"
        begin = " ".join(originals()[number].split()[:70])
        held.append(Row(f"source {number}", "", begin, number, HeldOut.TEST))
        training.append(Row(name, "", text, name))
        kinds[name], sources[name] = "reworded", f"source {number}"
    rng.shuffle(training)
    return Planted(training, held, kinds, sources)


def held_out(row: Row) -> Row:
    return Row(row.name, row.prompt, row.completion, row.group, HeldOut.TEST)


@cache
def reworded() -> dict[str, str]:
    """Light rewordings by the id of the text that they begin like."""
    found: dict[str, str] = yaml.safe_load((ROOT / "tests/data/reworded.yaml").read_text("utf-8"))
    return found


@cache
def originals() -> dict[str, str]:
    """The whole texts whose beginnings are reworded, by their ids."""
    rows = yaml.safe_load(FILES[0].read_text("utf-8"))
    return {row["id"]: row["text"] for row in rows if row["id"] in reworded()}
