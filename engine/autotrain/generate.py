"""Run a plan: several answers in flight, each scored as it ends, each slot recorded once.

A slot is recorded in one transaction with its example or its rejected candidates, so a restart goes
on with the slots that are not recorded and neither loses nor repeats one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from engine.autotrain.candidate import Candidate, Failure, Written, best_last, why_not
from engine.autotrain.duplicates import NearDuplicates
from engine.autotrain.plan import Slot
from engine.budget.errors import BudgetUsedUp, PriceUnknown
from engine.domain.example import Author, Source
from engine.domain.kind import Kind
from engine.errors import Cancelled, EngineError, InvalidInput, LocalOnly
from engine.judging import SecondOpinion, unjudged
from engine.kinds import stories
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.rendering import render, request_for, shown_to_teachers
from engine.store import Store
from engine.store.examples import NewExample
from engine.store.outcomes import NewRejected
from engine.writing.passage import opened, read_passage
from engine.writing.whole import write_whole
from models.base import LanguageModel, Message
from models.ensemble import EnsembleModel
from models.errors import InvalidKey, ModelError, RateLimited, Unavailable, UnknownModel

MAX_CANDIDATES = 2
# A model server that is being restarted must not fail slots.
RETRY_SECONDS = 60.0
# So many slots in a row without an answer from a teacher that is away end the job.
MOST_AWAY = 5


class Generation:
    """Everything one auto-training needs to fill slots for one user.

    Of an `EnsembleModel` every member is asked for each slot, and every answer scored. A model that
    is away is asked again for `retry_seconds`; 0 for one that asks again itself. Where nothing is
    `filtered`, every answer that says something new becomes an example, whatever it scores.
    """

    def __init__(
        self,
        store: Store,
        scorer: Scorer,
        model: LanguageModel,
        *,
        user_id: str,
        job_id: str,
        threshold: float,
        in_flight: int,
        cancelled: Callable[[], bool],
        retry_seconds: float = RETRY_SECONDS,
        kind: Kind | None = None,
        source: Source = Source.AUTO_TRAIN,
        temperature: float | None = None,
        filtered: bool = True,
        second_opinion: SecondOpinion = unjudged,
    ) -> None:
        self._kind = kind or stories()
        self._source = source
        self._temperature = self._kind.temperature if temperature is None else temperature
        self._filtered = filtered
        self._second_opinion = second_opinion
        self._store = store
        self._scorer = scorer
        self._members = model.members if isinstance(model, EnsembleModel) else (model,)
        self._user_id = user_id
        self._job_id = job_id
        self._threshold = threshold
        self._in_flight = in_flight
        self._cancelled = cancelled
        self._retry_seconds = retry_seconds
        self._away = 0
        self._used_up: BudgetUsedUp | None = None
        self._duplicates = NearDuplicates(store.examples.kept_texts(user_id, threshold))

    def run(
        self,
        slots: Sequence[Slot],
        *,
        on_recorded: Callable[[int], object] = lambda done: None,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Fill the slots that are not recorded yet, in order, until all are or `enough()` is true.

        `on_recorded` is told after each slot how many are recorded. Raises `Cancelled`, the
        teacher's error when its key or its model is refused or it stays away, and `BudgetUsedUp`
        once the answers that were begun have been recorded; what was recorded until then stays.
        Whoever is still asked when it is cancelled is not waited for: a provider may be silent.
        """
        done = self._store.outcomes.done(self._job_id)
        count = len(done)
        on_recorded(count)
        waiting = iter([slot for slot in slots if slot.index not in done])
        pool = ThreadPoolExecutor(self._in_flight, thread_name_prefix="slot")
        try:
            running: set[Future[Written]] = set()
            self._start(pool, running, waiting, enough)
            while running and not self._cancelled():
                finished, running = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in finished:
                    written = future.result()
                    if not self._cancelled() and not self._is_unpaid(written):
                        self._give_up_on(written)
                        self._record(written)
                        count += 1
                        on_recorded(count)
                if not self._cancelled() and self._used_up is None:
                    self._start(pool, running, waiting, enough)
        finally:
            pool.shutdown(wait=not self._cancelled(), cancel_futures=True)
        if self._cancelled():
            raise Cancelled("Auto-training")
        if self._used_up is not None:
            raise self._used_up.of(count, len(slots))

    def _start(
        self,
        pool: ThreadPoolExecutor,
        running: set[Future[Written]],
        waiting: Iterator[Slot],
        enough: Callable[[], bool],
    ) -> None:
        while len(running) < self._in_flight and not enough():
            slot = next(waiting, None)
            if slot is None:
                return
            running.add(pool.submit(self._write, slot))

    def _write(self, slot: Slot) -> Written:
        """Up to MAX_CANDIDATES answers, or one of each member; the first round that has one ends it."""
        started = time.monotonic()
        candidates: list[Candidate] = []
        failure: Failure | None = None
        for number in range(max(1, MAX_CANDIDATES // len(self._members))):
            if self._cancelled():
                break
            answers = self._round(slot, slot.seed + number)
            failure = next((each for each in answers if not isinstance(each, Candidate)), failure)
            answered = [each for each in answers if isinstance(each, Candidate)]
            candidates += best_last(answered)
            if not answered or not candidates[-1].reason:
                break
        return Written(slot, tuple(candidates), failure, time.monotonic() - started)

    def _round(self, slot: Slot, seed: int) -> list[Candidate | Failure]:
        """One answer of every member, asked at once."""

        def ask(place: int) -> Candidate | Failure:
            try:
                return self._candidate(self._members[place], slot, seed + place)
            except (ModelError, BudgetUsedUp, PriceUnknown, InvalidInput, LocalOnly) as error:
                return error

        if len(self._members) == 1:
            return [ask(0)]
        with ThreadPoolExecutor(len(self._members)) as pool:
            return list(pool.map(ask, range(len(self._members))))

    def _is_unpaid(self, written: Written) -> bool:
        """Whether the budget had no room for the slot: it is not recorded, and no other is begun."""
        if isinstance(written.failure, BudgetUsedUp):
            self._used_up = written.failure
        return isinstance(written.failure, BudgetUsedUp) and not written.candidates

    def _give_up_on(self, written: Written) -> None:
        """Raise the error of a teacher that will not answer the next slot either."""
        error = None if written.candidates else written.failure
        self._away = self._away + 1 if isinstance(error, (Unavailable, RateLimited)) else 0
        stays = isinstance(error, InvalidKey | UnknownModel | EngineError)
        if error and (stays or self._away >= MOST_AWAY):
            raise error

    def _candidate(self, model: LanguageModel, slot: Slot, seed: int) -> Candidate:
        kind = self._kind
        shown = shown_to_teachers(kind)
        messages = render(request_of(kind, slot), system=kind.system, shown=shown)
        ask = partial(self._ask, model, messages, seed)
        text = write_whole(kind, slot.seed_prompt, ask, self._cancelled)
        quality = rate(self._scorer, kind, text, prompt=slot.seed_prompt, genre=slot.genre)
        quality = self._second_opinion(slot.seed_prompt, text, quality)
        reason = why_not(text, quality, kind, threshold=self._threshold, filtered=self._filtered)
        return Candidate(model.name, text, quality, reason)

    def _ask(
        self,
        model: LanguageModel,
        messages: list[Message],
        seed: int,
        *,
        so_far: str,
        opening: str,
    ) -> str:
        """One passage, asked for again while the teacher is away for a moment; see `Ask`.

        A model that asks again itself does not after its first words; nobody here has read them.
        """
        text, begun, kind = "", False, self._kind
        if written := so_far + opening:
            messages = [*messages, Message("assistant", written)]

        def noted(pieces: Iterable[str]) -> Iterator[str]:
            nonlocal begun
            for piece in pieces:
                begun = True
                yield piece

        def is_away(error: BaseException) -> bool:
            patient = self._retry_seconds > 0 or begun
            return patient and isinstance(error, (Unavailable, RateLimited))

        too_late = stop_after_delay(self._retry_seconds or RETRY_SECONDS)
        for attempt in Retrying(
            retry=retry_if_exception(is_away),
            stop=lambda state: self._cancelled() or too_late(state),
            wait=wait_exponential(multiplier=0.5, max=2),
            reraise=True,
        ):
            begun = False
            with (
                attempt,
                model.stream(
                    messages,
                    temperature=self._temperature,
                    max_tokens=kind.length.tokens,
                    seed=seed,
                    stop=kind.stop,
                ) as answer,
            ):
                pieces = opened(opening, noted(answer))
                text = read_passage(pieces, self._cancelled, so_far=so_far, kind=kind)
        return text

    def _record(self, written: Written) -> None:
        slot, outcomes = written.slot, self._store.outcomes
        if not written.candidates:
            reason = str(written.failure or "The teacher gave no answer.")
            outcomes.record_failed(self._job_id, slot.index, reason, written.seconds)
            return
        rejected = [
            self._rejected(slot, place, candidate, candidate.reason)
            for place, candidate in enumerate(written.candidates)
            if candidate.reason
        ]
        last = written.candidates[-1]
        repeats = None if last.reason else self._duplicates.find(last.text)
        if repeats:
            reason = "Nearly repeats an example that is already kept."
            rejected.append(self._rejected(slot, len(rejected), last, reason))
        if last.reason or repeats:
            outcomes.record_rejected(self._job_id, slot.index, rejected, written.seconds)
            return
        example = self._example(slot, last)
        if outcomes.record_kept(self._job_id, slot.index, example, rejected, written.seconds):
            self._duplicates.add(f"{self._job_id}-{slot.index}", last.text)

    def _example(self, slot: Slot, candidate: Candidate) -> NewExample:
        return NewExample(
            user_id=self._user_id,
            kind=self._kind.name,
            genre=slot.genre,
            style=slot.style,
            seed_prompt=slot.seed_prompt,
            prompt=request_of(self._kind, slot),
            completion=candidate.text,
            source=self._source,
            author=Author.TEACHER,
            generator=candidate.generator,
            quality=candidate.quality,
            job_id=self._job_id,
            plan_index=slot.index,
        )

    def _rejected(self, slot: Slot, place: int, candidate: Candidate, reason: str) -> NewRejected:
        return NewRejected(
            candidate=place,
            genre=slot.genre or "",
            prompt=request_of(self._kind, slot),
            completion=candidate.text,
            quality=candidate.quality,
            reason=reason,
        )


def request_of(kind: Kind, slot: Slot) -> str:
    """What the teacher is asked for a slot; stored and trained on."""
    return slot.request or request_for(kind, slot.seed_prompt, genre=slot.genre, style=slot.style)
