"""Parameters in another order and form, in a prompt and, in the same order, in its answer.

Two sorts are known: the signature of a procedure or function, and a list under a word such as
"Parameters:". Steps, and lists whose order is spoken of, are left as they are.
"""

from __future__ import annotations

import re
from random import Random
from typing import NamedTuple

from engine.data.augmentation.texts import Texts, holds, word_lists

IN_BRACKETS = r"\((?P<list>[^()]*(?:\([^()]*\)[^()]*)*)\)"
SIGNATURE = re.compile(rf"(?i)\b(?:procedure|function|def)\s+(?P<name>[\w.]+)\s*{IN_BRACKETS}")
BULLET = re.compile(r"[ \t]*(?:[-*•]|\d+[.)])[ \t]+")
BULLETED = r"(?:\n[ \t]*(?:[-*•]|\d+[.)])[ \t]+[^\n]+){2,}"


class Listed(NamedTuple):
    """A list found in a text: from `start` to `end`, with its items."""

    start: int
    end: int
    items: list[str]


def vary(texts: Texts, rng: Random) -> Texts | None:
    """The parameters of the prompt in another order; None where there are none, or order matters."""
    signature = SIGNATURE.search(texts.prompt)
    if signature:
        return with_signature(texts, signature, rng)
    listed = parameter_list(texts.prompt)
    if listed is None or any(holds(texts.whole, word) for word in word_lists()["in_order"]):
        return None
    items = shuffled(listed.items, rng)
    prompt = texts.prompt[: listed.start] + written(items, rng) + texts.prompt[listed.end :]
    return Texts(prompt, followed(texts.completion, [name_of(item) for item in items]))


def with_signature(texts: Texts, signature: re.Match[str], rng: Random) -> Texts | None:
    """The signature reordered wherever it stands; None where it is called, or has defaults."""
    items = split_list(signature["list"])
    calls = rf"\b{re.escape(signature['name'])}\s*{IN_BRACKETS}"
    mentions = [split_list(found["list"]) for found in re.finditer(calls, texts.whole)]
    names = [parameter_of(item) for item in items]
    same = all(mention in (items, names) for mention in mentions)
    plain = not re.search(r"[=*]|(?i:\bdefault\b)", signature["list"])
    if len(items) < 2 or not same or not plain:
        return None
    order = shuffled(names, rng)
    each_on_a_line = rng.random() < 0.5

    def rewritten(found: re.Match[str]) -> str:
        ordered = sorted(
            split_list(found["list"]), key=lambda item: order.index(parameter_of(item))
        )
        inside = ",\n    ".join(ordered) if each_on_a_line else ", ".join(ordered)
        opening = "(\n    " if each_on_a_line else "("
        closing = "\n)" if each_on_a_line else ")"
        return found[0][: found.start("list") - found.start() - 1] + opening + inside + closing

    prompt, completion = (re.sub(calls, rewritten, text) for text in texts)
    return Texts(prompt, followed(completion, order))


def split_list(text: str) -> list[str]:
    """Items between commas that stand in no brackets."""
    return [item.strip() for item in re.split(r",(?![^()]*\))", text) if item.strip()]


def parameter_of(item: str) -> str:
    """The name of a parameter in a signature.

    >>> parameter_of("IN p_customer INT")
    'p_customer'
    """
    found = re.match(r"(?i)(?:(?:in|out|inout)\s+)?([@\w]+)", item)
    return found[1] if found else item


def name_of(item: str) -> str:
    """What an item of a list is about.

    >>> name_of("order number: as on the invoice")
    'order number'
    """
    return re.split(r"\s*[:=(]|\s+[–—-]\s", item, maxsplit=1)[0].strip("`*\"' ")


def lead() -> str:
    """A pattern for what announces a list of parameters."""
    return rf"(?i:\b(?:{'|'.join(word_lists()['parameters'])})\b)[^\n:.]{{0,40}}:"


def parameter_list(text: str) -> Listed | None:
    """The first list of parameters: bulleted, numbered, or between commas on one line."""
    found = re.search(rf"{lead()}(?P<body>{BULLETED}|[^\n]+)", text)
    if found is None:
        return None
    body = found["body"]
    if body.startswith("\n"):
        items = [BULLET.sub("", line, count=1) for line in body.strip("\n").split("\n")]
        return Listed(found.start("body"), found.end("body"), items)
    line = re.match(r"[^.;\n]+", body)
    items = re.split(r",\s*(?:and\s+)?|\s+and\s+", line[0].strip()) if line else []
    if line is None or len(items) < 2 or not all(items):
        return None
    return Listed(found.start("body"), found.start("body") + len(line[0]), items)


def written(items: list[str], rng: Random) -> str:
    """A list in one of three forms."""
    form = rng.choice(["commas", "bullets", "numbers"])
    if form == "commas":
        return " " + ", ".join(item.rstrip(".;,") for item in items)
    marks = (
        ["-"] * len(items) if form == "bullets" else [f"{at}." for at in range(1, len(items) + 1)]
    )
    return "".join(f"\n{mark} {item}" for mark, item in zip(marks, items, strict=True))


def followed(text: str, order: list[str]) -> str:
    """Lists of parameters of a text whose every item is about one of these names, put in their order.

    Other lists, such as steps, stay as they are.
    """

    def rewritten(found: re.Match[str]) -> str:
        lines = found["list"].strip("\n").split("\n")
        about = [[name for name in order if _names(line, name)] for line in lines]
        if any(len(names) != 1 for names in about) or len({each[0] for each in about}) < len(lines):
            return found[0]
        items = [BULLET.sub("", line, count=1) for line in lines]
        ordered = sorted(zip(about, items, strict=True), key=lambda pair: order.index(pair[0][0]))
        marks = [line[: len(line) - len(item)] for line, item in zip(lines, items, strict=True)]
        moved = [mark + item for mark, (_, item) in zip(marks, ordered, strict=True)]
        return found["lead"] + "\n" + "\n".join(moved)

    return re.sub(rf"(?P<lead>{lead()}[ \t]*)(?P<list>{BULLETED})", rewritten, text)


def _names(line: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line) is not None


def shuffled(items: list[str], rng: Random) -> list[str]:
    """The items in another order."""
    mixed = list(items)
    while mixed == items and len(set(items)) > 1:
        rng.shuffle(mixed)
    return mixed
