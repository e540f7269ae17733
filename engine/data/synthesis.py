"""Synthetic data: a template's prompts written by the teacher as a durable job, kept or rejected.

The writing itself is that of auto-training; here is what templates add: prompts that are asked word
for word, a length of answers that follows from the order, and figures of what came of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from engine.autotrain.generate import Generation
from engine.autotrain.plan import Slot
from engine.data.templates import TemplateOrder, asked, check_order, combinations, fill
from engine.domain.example import Source
from engine.domain.job import Job, JobKind, JobState
from engine.domain.kind import Kind, Length
from engine.errors import NotFound
from engine.kinds import Kinds
from engine.quality.score import Scorer
from engine.store import Store
from models.base import LanguageModel

# Fewer words teach nothing.
FEWEST_WORDS = 20


@dataclass(frozen=True)
class TemplatePreview:
    """What an order would ask: `prompts` are the first of `asked`, drawn from `combinations`."""

    combinations: int
    asked: int
    prompts: tuple[str, ...]


@dataclass(frozen=True)
class SyntheticResult:
    """What came of an order. `accepted` became examples, `rejected` were not good enough, `failed`
    had no answer; together they are `requested` once the job has ended by itself. The mean score
    is of those with an answer (0-10), the time in seconds."""

    requested: int
    accepted: int
    rejected: int
    failed: int
    average_quality: float
    total_time: float
    output_format: str


class Templates:
    """All verbs but waiting, which is `Engine.wait`. `start` queues a job."""

    def __init__(
        self,
        store: Store,
        kinds: Kinds,
        start: Callable[[str, JobKind, dict[str, object]], Job],
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._start = start

    def preview(self, order: TemplateOrder, *, limit: int = 5) -> TemplatePreview:
        """The first prompts and how many there are; nothing is asked. Raises `InvalidInput`."""
        self._check(order)
        count = asked(order)
        first = fill(order, min(count, limit), seed=order.seed or 0)
        return TemplatePreview(combinations(order), count, tuple(each.prompt for each in first))

    def start(self, user_id: str, order: TemplateOrder) -> Job:
        """Queue an order. Raises `InvalidInput` naming what is off."""
        self._check(order)
        seed = secrets.randbelow(2**31) if order.seed is None else order.seed
        request = {**order.model_dump(), "seed": seed, "num_examples": asked(order)}
        return self._start(user_id, JobKind.SYNTHESIS, request)

    def result(self, user_id: str, job_id: str) -> SyntheticResult:
        """What came of an order; until it has succeeded, what it has come to so far.

        Raises `NotFound`, also for a job of another sort.
        """
        job = self._store.jobs.get_for(user_id, job_id)
        if job.kind is not JobKind.SYNTHESIS:
            raise NotFound("synthetic data", job_id)
        if job.state is JobState.SUCCEEDED:
            return SyntheticResult(**job.result)
        return result_of(self._store, job)

    def _check(self, order: TemplateOrder) -> None:
        check_order(order)
        self._kinds.get(order.kind)


def run_synthesis(
    store: Store,
    scorer: Scorer,
    teacher: LanguageModel,
    kind: Kind,
    job: Job,
    *,
    threshold: float,
    in_flight: int,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Have every prompt of the job's order answered; its figures.

    Called again after a kill it goes on with the prompts that are missing. Raises `Cancelled`, and
    the teacher's error when it will not answer.
    """
    request = dict(job.request)
    count, seed = request.pop("num_examples"), request["seed"]
    order = TemplateOrder.model_validate(request)
    slots = slots_of(order, count, seed=seed)
    config = order.generation_config
    store.jobs.progress(job.id, stage="Writing and scoring", total=len(slots))
    generation = Generation(
        store,
        scorer,
        teacher,
        user_id=job.user_id,
        job_id=job.id,
        threshold=threshold,
        in_flight=in_flight,
        cancelled=cancelled,
        retry_seconds=0.0,
        kind=as_long_as(kind, config.max_tokens),
        source=Source.TEMPLATE,
        temperature=config.temperature,
        filtered=config.quality_filter,
    )
    generation.run(slots, on_recorded=lambda done: store.jobs.progress(job.id, done=done))
    return asdict(result_of(store, job))


def slots_of(order: TemplateOrder, count: int, *, seed: int) -> list[Slot]:
    """The order's prompts as places of a plan; a prompt that comes again has another seed."""
    return [
        Slot(
            index=index,
            genre=each.genre,
            seed_prompt=each.seed_prompt,
            style=each.style,
            seed=(seed + 7919 * index) % 2**31,
            request=each.prompt,
        )
        for index, each in enumerate(fill(order, count, seed=seed))
    ]


def as_long_as(kind: Kind, max_tokens: int) -> Kind:
    """The kind with answers of any length up to so many tokens, read to their end."""
    fewest = min(FEWEST_WORDS, kind.length.fewest)
    return replace(kind, length=Length(fewest=fewest, most=max_tokens, tokens=max_tokens))


def result_of(store: Store, job: Job) -> SyntheticResult:
    """The figures as they are now; the time runs from the job's first start, also over kills."""
    summary = store.outcomes.summary(job.id)
    ended = job.finished_at or datetime.now(UTC)
    return SyntheticResult(
        requested=job.request["num_examples"],
        accepted=summary.kept,
        rejected=summary.rejected,
        failed=summary.failed,
        average_quality=round(summary.average_quality, 2),
        total_time=round((ended - (job.started_at or ended)).total_seconds(), 1),
        output_format=job.request["output_format"],
    )
