"""Phase 1: the large model writes in batches, a little ahead of the person who decides.

Each input is one slot a round, recorded once with its text: a restart neither loses nor repeats one.
While enough waits to be decided about, nothing is in memory and nothing is asked but two counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cached_property, partial

from engine.autotrain.duplicates import NearDuplicates
from engine.domain.example import Author, Source
from engine.domain.job import Job
from engine.domain.kind import Kind
from engine.domain.quality import Quality
from engine.domain.review import BY_SCORE, Action
from engine.domain.two_phase import ROUNDS, Input, TwoPhaseSettings
from engine.errors import Cancelled, DecidedMeanwhile, EngineError
from engine.rendering import render, request_for, shown_to_teachers
from engine.store import Store
from engine.store.examples import NewExample
from engine.store.texts import ERASED
from engine.store.two_phases import Count
from engine.writing.passage import opened, read_passage
from engine.writing.whole import write_whole
from models.base import LanguageModel, Message
from models.errors import ModelError

# So many batches wait for a person at most.
AHEAD = 3
POLL_SECONDS = 2.0
TEMPERATURE = 0.7
# So many batches in a row without a single answer end the job.
MOST_AWAY = 3

Judge = Callable[[str, Input], Quality]


@dataclass(frozen=True)
class Slot:
    """One place of the plan: an input and the seed of its answer."""

    index: int
    input: Input
    seed: int


@dataclass(frozen=True)
class Written:
    """The answer for one slot; `failure` says why there is none. A `refusal` is no fault of the slot,
    which stays open: no model may be asked any more, as when the budget is used up."""

    slot: Slot
    text: str
    generator: str
    failure: str
    error: ModelError | None
    refusal: EngineError | None
    seconds: float


class PhaseOne:
    """Writes until the target is accepted, a person has enough, or nothing is left to write.

    `teacher` gives the model for as long as batches follow each other; `judge` scores a text.
    """

    def __init__(
        self,
        store: Store,
        job: Job,
        settings: TwoPhaseSettings,
        kind: Kind,
        teacher: Callable[[], AbstractContextManager[LanguageModel]],
        judge: Judge,
        *,
        threshold: float,
        in_flight: int,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store = store
        self._job = job
        self._settings = settings
        self._kind = kind
        self._teacher = teacher
        self._judge = judge
        self._threshold = threshold
        self._in_flight = in_flight
        self._cancelled = cancelled
        self._inputs = store.two_phases.inputs(job.id)
        self._done = store.outcomes.done(job.id)
        self._away = 0
        self._shown: tuple[str, int] | None = None

    def run(self) -> Count:
        """Returns the counts it ended with. Raises `Cancelled`, the teacher's error when it stays
        away, and what forbids to ask it; what was written until then stays."""
        while not self._is_over(count := self._count()):
            slots = self._next(count)
            if slots:
                with self._teacher() as model:
                    while slots:
                        self._write(model, slots, count)
                        count = self._count()
                        slots = [] if self._is_over(count) else self._next(count)
            elif count.waiting and not self._is_by_score:
                self._wait(count)
            else:
                break
        self._show("Phase 1 has ended", count)
        return count

    @property
    def _is_by_score(self) -> bool:
        return self._settings.auto_accept_above is not None

    def _count(self) -> Count:
        """What is accepted and what waits, once the score has accepted what it may."""
        phases, bar = self._store.two_phases, self._settings.auto_accept_above
        if bar is not None:
            for example_id in phases.undecided(self._job.id, from_score=bar):
                with suppress(DecidedMeanwhile):  # by a person, whose word counts
                    self._store.decisions.decide(
                        self._job.user_id, example_id, Action.ACCEPT, seen=0, reviewer=BY_SCORE
                    )
        return phases.count(self._job.id)

    def _is_over(self, count: Count) -> bool:
        if self._cancelled():
            raise Cancelled("The two-phase training")
        target = self._settings.target_summaries
        return count.accepted >= target or self._store.two_phases.get(self._job.id).enough

    def _next(self, count: Count) -> list[Slot]:
        """The slots of the next batch; none while enough waits."""
        needed = self._settings.target_summaries - count.accepted
        ahead = self._settings.batch_size
        if not self._is_by_score:
            needed = min(needed, AHEAD * self._settings.batch_size) - count.waiting
            # Whole batches while there is room for one, and what is still needed at the end.
            if 0 < needed < ahead and count.waiting >= ahead:
                return []
        return self._open_slots(max(0, min(ahead, needed)))

    def _open_slots(self, most: int) -> list[Slot]:
        """The next slots that are not recorded; later rounds leave out inputs that have their text."""
        found: list[Slot] = []
        if most == 0:
            return found
        inputs, in_use = self._inputs, self._store.two_phases.prompts_in_use(self._job.id)
        each_once = self._settings.target_summaries <= len(inputs)
        for index in range(ROUNDS * len(inputs)):
            if len(found) == most:
                break
            each = inputs[index % len(inputs)]
            has_text = index >= len(inputs) and each_once and each.prompt in in_use
            if index not in self._done and not has_text and each.prompt != ERASED:
                seed = (self._job.request["seed"] + 7919 * index) % 2**31
                found.append(Slot(index, each, seed))
        return found

    def _write(self, model: LanguageModel, slots: Sequence[Slot], count: Count) -> None:
        self._show(f"Writing {len(slots)} texts to be reviewed", count)
        answered, failure = False, None
        refusal: EngineError | None = None
        with ThreadPoolExecutor(self._in_flight) as pool:
            for written in pool.map(partial(self._answer, model), slots):
                refusal = refusal or written.refusal
                if self._cancelled() or written.refusal is not None:
                    continue
                self._record(written)
                answered = answered or not written.failure
                failure = written.error
        if self._cancelled():
            return
        if refusal is not None:
            raise refusal
        self._away = 0 if answered else self._away + 1
        if self._away >= MOST_AWAY and failure is not None:
            raise failure

    @cached_property
    def _known(self) -> NearDuplicates:
        """Kept texts of the user and all of this job's."""
        kept = self._store.examples.kept_texts(self._job.user_id, self._threshold)
        return NearDuplicates([*kept, *self._store.two_phases.texts(self._job.id)])

    def _answer(self, model: LanguageModel, slot: Slot) -> Written:
        started = time.monotonic()
        text, failure, error, refusal = "", "", None, None
        try:
            if not self._cancelled():
                ask = partial(self._ask, model, slot)
                text = write_whole(self._kind, slot.input.prompt, ask, self._cancelled).strip()
                failure = "" if text else "The model gave no answer."
        except ModelError as caught:
            failure, error = str(caught), caught
        except EngineError as caught:
            refusal = caught
        seconds = time.monotonic() - started
        return Written(slot, text, model.name, failure, error, refusal, seconds)

    def _ask(self, model: LanguageModel, slot: Slot, *, so_far: str, opening: str) -> str:
        kind = self._kind
        messages = render(self._request(slot), system=kind.system, shown=shown_to_teachers(kind))
        if written := so_far + opening:
            messages = [*messages, Message("assistant", written)]
        with model.stream(
            messages,
            temperature=TEMPERATURE,
            max_tokens=kind.length.tokens,
            seed=slot.seed,
            stop=kind.stop,
        ) as answer:
            pieces = opened(opening, answer)
            return read_passage(pieces, self._cancelled, so_far=so_far, kind=kind)

    def _request(self, slot: Slot) -> str:
        return request_for(self._kind, slot.input.prompt, genre=slot.input.genre)

    def _record(self, written: Written) -> None:
        """The slot with its text, or with why it has none. A near-duplicate waits for nobody."""
        slot, outcomes, job = written.slot, self._store.outcomes, self._job
        self._done.add(slot.index)
        if written.failure:
            outcomes.record_failed(job.id, slot.index, written.failure, written.seconds)
            return
        example = self._example(written, self._known.find(written.text))
        if outcomes.record_kept(job.id, slot.index, example, [], written.seconds):
            newest = self._store.examples.list(job.user_id, job_id=job.id, limit=1)
            self._known.add(newest[0].id, written.text)

    def _example(self, written: Written, repeats: str | None) -> NewExample:
        slot = written.slot
        return NewExample(
            user_id=self._job.user_id,
            kind=self._kind.name,
            genre=slot.input.genre,
            style=None,
            seed_prompt=slot.input.prompt,
            prompt=self._request(slot),
            completion=written.text,
            source=Source.REVIEW,
            author=Author.TEACHER,
            generator=written.generator,
            quality=self._judge(written.text, slot.input),
            job_id=self._job.id,
            plan_index=slot.index,
            duplicate_of=repeats,
        )

    def _wait(self, count: Count) -> None:
        """A moment's pause for a person. A process that waits in good health has done nothing wrong,
        however often it is restarted."""
        texts = "text waits" if count.waiting == 1 else "texts wait"
        if self._show(f"{count.waiting} {texts} for your decision in Review", count):
            self._store.jobs.reset_attempts(self._job.id)
        deadline = time.monotonic() + POLL_SECONDS
        while time.monotonic() < deadline and not self._cancelled():
            time.sleep(0.25)

    def _show(self, stage: str, count: Count) -> bool:
        """Write the job's stage and progress if they changed; True when they did."""
        shown, total = (stage, count.accepted), self._settings.target_summaries
        if shown == self._shown:
            return False
        self._shown = shown
        done = min(count.accepted, total)
        self._store.jobs.progress(self._job.id, stage=stage, done=done, total=total)
        return True
