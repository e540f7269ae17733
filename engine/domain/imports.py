"""Import: files that were taken in, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FileReport:
    """One file: `read` rows or passages so far, of which `rejected` were refused.

    `done` once nothing more of it will be read; `problem` says why it was left, or where. For `by_template`
    passages the teacher gave no prompt, and a template did.
    """

    name: str
    kind: str = ""
    encoding: str = ""
    read: int = 0
    rejected: int = 0
    by_template: int = 0
    done: bool = False
    problem: str = ""

    @property
    def accepted(self) -> int:
        """Rows that became examples. With the rejected ones they are all that were read."""
        return self.read - self.rejected


@dataclass(frozen=True)
class Rejection:
    """A row that was refused: the place of its file, its number in that file (from 1), and why."""

    file: int
    row: int
    reason: str


@dataclass(frozen=True)
class Import:
    """`id` is that of the job that takes the files in. `note` is what the teacher failed with.

    `prompts` says what is asked for a passage: its continuation, an instruction, the teacher's words.
    """

    id: str
    user_id: str
    created_at: datetime
    prompts: str
    files: tuple[FileReport, ...]
    note: str = ""
    undone_at: datetime | None = None

    @property
    def read(self) -> int:
        """Rows and passages of all files."""
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        """Those that became examples."""
        return sum(file.accepted for file in self.files)

    @property
    def rejected(self) -> int:
        """Those that were refused."""
        return sum(file.rejected for file in self.files)

    @property
    def skipped(self) -> tuple[FileReport, ...]:
        """Files nothing, or not all, could be read of."""
        return tuple(file for file in self.files if file.problem)


@dataclass(frozen=True)
class Undone:
    """What undoing an import came to: examples that are gone, and those that stay as they are used."""

    removed: int
    staying: int
