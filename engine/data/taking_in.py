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
from engine.errors import Cancelled, EngineError, InvalidInput, UnreadableFile
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


@dataclass(frozen=True)
class Taken:
    """What became of a row: an example, or the reason why it was refused."""

    number: int
    example: NewExample | None
    reason: str
    by_template: bool


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
        reasons = [self._refused(row, known) for row in batch]
        good = [row for row, reason in zip(batch, reasons, strict=True) if not reason]
        asked = self._ask(good)
        self._check()
        taken = [
            Taken(row.number, None, reason, by_template=False)
            if reason
            else self._made(row, asked.said.get(row.number, ""), report.name, opened.is_prose)
            for row, reason in zip(batch, reasons, strict=True)
        ]
        report = self._keep(place, report, taken, asked.problem)
        self._done += len(batch)
        self._store.jobs.progress(self._import.id, done=self._done)
        return report

    def _refused(self, row: Row, known: NearTexts) -> str:
        """Why a row is refused; empty for one that is not, which is known from now on."""
        reason = self._choices.problem_of(row)
        if not reason and known.repeats(row.prompt, self._choices.text_of(row)):
            reason = REPEATS
        return reason

    def _made(self, row: Row, said: str, name: str, is_prose: bool) -> Taken:
        prompt = self._choices.prompt_of(row, self._scorer, said)
        example = self._choices.example_of(
            row,
            prompt,
            self._scorer,
            user_id=self._import.user_id,
            name=name,
            is_prose=is_prose,
        )
        without = self._choices.prompts is Prompts.TEACHER and not row.prompt and not said
        return Taken(row.number, example, "", by_template=without)

    def _keep(
        self, place: int, report: FileReport, taken: Sequence[Taken], note: str
    ) -> FileReport:
        """Record these rows at once; where the database refuses one of them, one after the other."""
        rejections = [Rejection(place, each.number, each.reason) for each in taken if each.reason]
        after = replace(
            report,
            read=report.read + len(taken),
            rejected=report.rejected + len(rejections),
            by_template=report.by_template + sum(each.by_template for each in taken),
        )
        new = [each.example for each in taken if each.example]
        try:
            return self._record(place, report, after, new, rejections, note)
        except InvalidInput as error:
            if not new:
                raise
            if len(taken) == 1:
                refused = replace(taken[0], example=None, reason=str(error), by_template=False)
                return self._keep(place, report, [refused], note)
            for each in taken:
                report = self._keep(place, report, [each], note)
            return report

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
