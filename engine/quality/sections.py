"""The sections of a structured text: where each begins, what it holds, which one comes next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.kind import Section

LISTED = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+\S")


@dataclass(frozen=True)
class Found:
    """One section as a text has it. `in_order`: after the one before it. `body` follows its heading,
    on the same line or below it. Of its listed lines `items` are as wanted and `strays` are not."""

    section: Section
    body: str
    items: int
    strays: int
    in_order: bool

    @property
    def share(self) -> float:
        """0-1: how much of what the section must hold is there."""
        words = len(self.body.split())
        held = min(1.0, words / self.section.min_words) if self.section.min_words else 1.0
        listed = min(1.0, self.items / self.section.items) if self.section.items else 1.0
        if self.section.items and self.strays:
            listed *= self.items / (self.items + self.strays)
        return held * listed * (1.0 if self.in_order else 0.5)


def find_sections(text: str, sections: Sequence[Section]) -> dict[str, Found]:
    """The sections that a text has, by name, each from its first heading to the next one."""
    starts = {}
    for section in sections:
        heading = re.compile(f"^{section.heading}", re.M | re.I)
        if found := heading.search(text):
            starts[section.name] = found
    places = sorted(found.start() for found in starts.values())
    result, before = {}, -1
    for section in sections:
        if section.name not in starts:
            continue
        heading_at = starts[section.name]
        end = min((place for place in places if place > heading_at.start()), default=len(text))
        body = text[heading_at.end() : end].lstrip(" \t:*#.–-\n")
        lines = text[heading_at.start() : end].split("\n")[1:]
        items = sum(bool(re.match(section.item, line, re.I)) for line in lines)
        strays = sum(bool(LISTED.match(line)) for line in lines) - items
        in_order = heading_at.start() > before
        result[section.name] = Found(section, body, items, max(0, strays), in_order)
        before = max(before, heading_at.start())
    return result


def next_start(text: str, sections: Sequence[Section]) -> str:
    """What begins the section that should follow the last one of a text; empty when it was the last."""
    found = find_sections(text, sections)
    last = max((place for place, each in enumerate(sections) if each.name in found), default=-1)
    return sections[last + 1].start if last + 1 < len(sections) else ""
