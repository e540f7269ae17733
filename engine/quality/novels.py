"""Passages of novels in plain text, however the file marks its paragraphs.

Headings, lists of contents and a library's own words before and after the novel are left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from engine.errors import InvalidInput
from engine.quality.tokens import split_sentences

WORDS = 200
"""A passage ends with the paragraph in which it reaches so many words."""
MOST_WORDS = 400
SENTENCES = 8
"""Passages of fewer sentences are left out: they have no order to spoil."""

_PROSE = re.compile(r"[a-z][.!?][\"'”’]*$")
_BEFORE = re.compile(r"\A.*?^\*\*\* ?START OF .*?$", re.S | re.M)
_AFTER = re.compile(r"^\*\*\* ?END OF .*\Z", re.S | re.M)


def read_novels(folder: Path) -> dict[str, str]:
    """The text of each `.txt` of a folder by file name without ending; other encodings than UTF-8
    are read as Windows-1252. Raises `InvalidInput` when the folder or a file cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".txt")
        return {path.stem: _decoded(path.read_bytes()) for path in paths}
    except OSError as error:
        name = str(error.filename or folder)
        raise InvalidInput(name, f"cannot be read: {error.strerror}") from None


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def cut_passages(text: str) -> list[str]:
    """Passages of whole paragraphs, in order."""
    found: list[str] = []
    held: list[str] = []
    for paragraph in prose_paragraphs(text):
        held.append(paragraph)
        words = sum(len(part.split()) for part in held)
        if words < WORDS:
            continue
        passage = "\n\n".join(held)
        held = []
        if words <= MOST_WORDS and len(split_sentences(passage)) >= SENTENCES:
            found.append(passage)
    return found


def novel_alone(text: str) -> str:
    """A text without what a library says before and after the novel."""
    return _AFTER.sub("", _BEFORE.sub("", text))


def prose_paragraphs(text: str) -> list[str]:
    """Paragraphs that end like prose, each on one line, in order."""
    blocks = re.split(r"\n\s*\n", "\n".join(novel_alone(text).splitlines()))
    plain = (" ".join(part.split()) for block in blocks for part in _split_block(block))
    return [paragraph for paragraph in plain if _PROSE.search(paragraph)]


def _split_block(block: str) -> list[str]:
    """What stands between blank lines: one paragraph, unless it is too long to be one. Then an
    indent opens a paragraph; where nothing is indented, each line is one."""
    if len(block.split()) <= MOST_WORDS or "\n" not in block.strip():
        return [block]
    if re.search(r"\n[ \t]+\S", block):
        return re.split(r"\n(?=[ \t]+\S)", block)
    lines = block.split("\n")
    by_line = sum(bool(_PROSE.search(line.rstrip())) for line in lines) > 0.5 * len(lines)
    return lines if by_line else [block]
