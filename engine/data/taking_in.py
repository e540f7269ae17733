"""The work of an import: every row of every file becomes an example or is refused with its reason.

Rows go into the database in batches, each in one transaction with how far its file got. Killed at any
moment and called again, the work goes on with the next row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

from engine.data.choices import Choices
from engine.data.pairs import Prompts, teacher_prompt
from engine.data.preview import REPEATS
from engine.data.readers import Opened, Upload, open_file
from engine.data.repeats import NearTexts
from engine.data.rows import Row
from engine.domain.imports import FileReport, Import, Rejection
from engine.errors import Cancelled, EngineError, UnreadableFile
from engine.quality.score import Scorer
from engine.store import Store
from engine.store.examples import NewExample
from models.base import LanguageModel
from models.errors import Blocked, ModelError

BATCH = 64


@dataclass(frozen=True)
class Asked:
    """What the teacher said to the rows of a batch, by their numbers, and what went wrong if anything."""

    said: dict[int, str]
    problem: str = ""


class TakingIn:
    """One import. `read` gives a file by its place; `teacher` is asked only where it was chosen."""

    def __init__(
        self,
        store: Store,
        scorer: Scorer,
        choices: Choices,
        found: Import,
        read: Callable[[int], Upload],
        *,
        teacher: LanguageModel | None,
        in_flight: int,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store = store
        self._scorer = scorer
        self._choices = choices
        self._import = found
        self._read = read
        self._teacher = teacher
        self._in_flight = in_flight
        self._cancelled = cancelled
        self._done = found.read

    def run(self) -> Import:
        """Take in what is not done yet; the import as it is then. Raises `Cancelled`."""
        jobs, job_id = self._store.jobs, self._import.id
        waiting = [place for place, file in enumerate(self._import.files) if not file.done]
        if waiting:
            jobs.progress(job_id, stage="Counting rows")
            total = self._done + sum(self._count(place) for place in waiting)
            jobs.progress(
                job_id, stage="Comparing with what is there", done=self._done, total=total
            )
            known = NearTexts(self._going_on(self._store.imports.known_texts(self._import.user_id)))
            for place in waiting:
                self._take(place, known)
        return self._store.imports.get(self._import.user_id, job_id)

    def _going_on(self, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for pair in texts:
            self._check()
            yield pair

    def _check(self) -> None:
        if self._cancelled():
            raise Cancelled("The import")

    def _count(self, place: int) -> int:
        """Rows of a file that are not taken yet, as far as it can be read."""
        count = -self._import.files[place].read
        try:
            for _ in open_file(self._read(place)).rows:
                count += 1
                if count % BATCH == 0:
                    self._check()
        except UnreadableFile:
            pass  # named when its turn comes
        return max(0, count)

    def _take(self, place: int, known: NearTexts) -> None:
        report = self._import.files[place]
        names = f"{report.name} ({place + 1} of {len(self._import.files)})"
        self._store.jobs.progress(self._import.id, stage=f"Taking in {names}")
        try:
            opened = open_file(self._read(place))
            report = self._record(
                place, report, replace(report, kind=opened.kind, encoding=opened.encoding)
            )
            rows = islice(opened.rows, report.read, None)
            while batch := list(islice(rows, BATCH)):
                report = self._take_batch(place, report, opened, batch, known)
        except UnreadableFile as error:
            self._record(place, report, replace(report, done=True, problem=error.why))
        else:
            self._record(place, report, replace(report, done=True))

    def _take_batch(
        self,
        place: int,
        report: FileReport,
        opened: Opened,
        batch: Sequence[Row],
        known: NearTexts,
    ) -> FileReport:
        self._check()
        good: list[Row] = []
        rejections: list[Rejection] = []
        for row in batch:
            text = self._choices.text_of(row)
            reason = row.problem or (REPEATS if known.repeats(row.prompt, text) else "")
            if reason:
                rejections.append(Rejection(place, row.number, reason))
            else:
                good.append(row)
        asked = self._ask(good)
        self._check()
        new = [
            self._choices.example_of(
                row,
                self._choices.prompt_of(row, self._scorer, asked.said.get(row.number, "")),
                self._scorer,
                user_id=self._import.user_id,
                name=report.name,
                is_prose=opened.is_prose,
            )
            for row in good
        ]
        after = replace(
            report,
            read=report.read + len(batch),
            rejected=report.rejected + len(rejections),
            by_template=report.by_template + self._made_by_template(good, asked),
        )
        self._record(place, report, after, new, rejections, asked.problem)
        self._done += len(batch)
        self._store.jobs.progress(self._import.id, done=self._done)
        return after

    def _ask(self, rows: Sequence[Row]) -> Asked:
        """The teacher's prompts for rows without one. Once it does not answer, it is not asked again."""
        teacher = self._teacher
        without = [row for row in rows if not row.prompt]
        if teacher is None or not without:
            return Asked({})

        def ask(row: Row) -> str | Exception:
            try:
                return "" if self._cancelled() else teacher_prompt(row.completion, teacher)
            except (ModelError, EngineError) as error:
                return error

        with ThreadPoolExecutor(self._in_flight, thread_name_prefix="prompt") as pool:
            answers = list(pool.map(ask, without))
        said = {
            row.number: answer
            for row, answer in zip(without, answers, strict=True)
            if isinstance(answer, str) and answer
        }
        errors = [each for each in answers if isinstance(each, Exception)]
        lasting = [each for each in errors if not isinstance(each, Blocked)]
        if lasting:
            self._teacher = None
        told = lasting or errors
        return Asked(said, str(told[0]) if told else "")

    def _made_by_template(self, rows: Sequence[Row], asked: Asked) -> int:
        if self._choices.prompts is not Prompts.TEACHER:
            return 0
        return sum(not row.prompt and row.number not in asked.said for row in rows)

    def _record(
        self,
        place: int,
        before: FileReport,
        after: FileReport,
        new: Sequence[NewExample] = (),
        rejections: Sequence[Rejection] = (),
        note: str = "",
    ) -> FileReport:
        taken = self._store.imports.record(
            self._import.user_id,
            self._import.id,
            place,
            before,
            after,
            new=new,
            rejections=rejections,
            note=note,
        )
        if not taken:  # somebody else is at it: one of the two must go on alone
            raise Cancelled("A second run of this import")
        return after
