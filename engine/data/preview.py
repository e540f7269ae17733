"""What an import would come to, before anything is saved. Every file is read to its end, and nothing
is scored: that, and the search for near repetitions, is the import's work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.data.choices import Choices
from engine.data.pairs import Prompts
from engine.data.readers import Upload, open_file
from engine.data.repeats import KnownTexts
from engine.data.rows import Row
from engine.errors import UnreadableFile
from engine.quality.score import Scorer

SAMPLES = 2
REFUSED_SHOWN = 20
REPEATS = "it repeats a text that is there already, or one above it"
ASKED_LATER = "(the teacher is asked for it when you save)"


@dataclass(frozen=True)
class Sample:
    """A prompt with its text, as they would be kept."""

    prompt: str
    text: str


@dataclass(frozen=True)
class Refused:
    """A row that would be refused, by its number in the file, and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class FilePreview:
    """One file. `problem` says why it, or the rest of it, cannot be read; `refused` are the first."""

    name: str
    size: int
    kind: str = ""
    encoding: str = ""
    accepted: int = 0
    rejected: int = 0
    words: int = 0
    samples: tuple[Sample, ...] = ()
    refused: tuple[Refused, ...] = ()
    problem: str = ""

    @property
    def read(self) -> int:
        """Rows, or passages of prose."""
        return self.accepted + self.rejected


@dataclass(frozen=True)
class ImportPreview:
    """All files. `sends_to` names teachers elsewhere that passages would be sent to."""

    files: tuple[FilePreview, ...]
    sends_to: str = ""

    @property
    def read(self) -> int:
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        return sum(file.accepted for file in self.files)

    @property
    def rejected(self) -> int:
        return sum(file.rejected for file in self.files)

    @property
    def words(self) -> int:
        """Words of the texts that would be kept."""
        return sum(file.words for file in self.files)


def preview_of(
    files: Sequence[Upload], choices: Choices, scorer: Scorer, kept: Iterable[tuple[str, str]]
) -> tuple[FilePreview, ...]:
    """What each file would give. `kept` are the prompts and texts that are there already."""
    known = KnownTexts(kept)
    return tuple(_preview(file, choices, scorer, known) for file in files)


def _preview(file: Upload, choices: Choices, scorer: Scorer, known: KnownTexts) -> FilePreview:
    kind = encoding = problem = ""
    accepted = words = rejected = 0
    samples: list[Sample] = []
    refused: list[Refused] = []
    try:
        opened = open_file(file)
        kind, encoding = opened.kind, opened.encoding
        for row in opened.rows:
            text = choices.text_of(row)
            reason = choices.problem_of(row)
            if not reason and known.repeats(row.prompt, text):
                reason = REPEATS
            if reason:
                rejected += 1
                refused += [Refused(row.number, reason)] if len(refused) < REFUSED_SHOWN else []
                continue
            accepted += 1
            words += len(text.split())
            if len(samples) < SAMPLES:
                samples.append(Sample(_prompt_shown(row, choices, scorer), text))
    except UnreadableFile as error:
        problem = error.why
    return FilePreview(
        file.name,
        file.size,
        kind=kind,
        encoding=encoding,
        accepted=accepted,
        rejected=rejected,
        words=words,
        samples=tuple(samples),
        refused=tuple(refused),
        problem=problem,
    )


def _prompt_shown(row: Row, choices: Choices, scorer: Scorer) -> str:
    if choices.prompts is Prompts.TEACHER and not row.prompt:
        return ASKED_LATER
    return choices.prompt_of(row, scorer)
