"""After a training: base and version go on from the user's own held-out text, to be told by its style."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from engine.cancelling import unless_cancelled
from engine.domain.job import Job
from engine.domain.version import Version
from engine.engine import Engine
from engine.evaluation.compare import EvaluationPrompt
from engine.evaluation.frozen_set import questions
from engine.evaluation.measure import ask
from engine.jobs.attempt import Attempt, counting
from engine.jobs.comparison import wait_until_served
from engine.serving.resolve import CurrentModel
from models.catalog import find_base_model
from models.errors import ModelError

log = logging.getLogger(__name__)


def measure_style(engine: Engine, job: Job, version: Version, attempt: Attempt) -> None:
    """Keep how near a new version comes to its user, once. Nothing is asked where there is too little own
    writing; where no model answers, the version has no report. Raises `Cancelled`."""
    style, jobs = engine.style, engine.store.jobs
    if style.style(version.user_id, version.number) is not None:
        return
    before: list[str] = []
    after: list[str] = []
    if prompts := style.prompts(version):
        try:
            wait_until_served(engine, job, [version], attempt)
            stage = "Comparing with your own style"
            jobs.progress(job.id, stage=stage, done=0, total=2 * len(prompts))
            before, after = go_on(engine, job, version, prompts, attempt)
        except ModelError as error:  # the version is whole without it
            log.warning("job %s: no style: %s", job.id, error)
            return
    unless_cancelled(lambda: style.measure(version, before, after), attempt.cancelled)


def go_on(
    engine: Engine,
    job: Job,
    version: Version,
    prompts: Sequence[EvaluationPrompt],
    attempt: Attempt,
) -> list[list[str]]:
    """What the base and then the version answer to the prompts, counted on the job."""
    one_more = counting(engine.store, job)
    base = find_base_model(engine.settings.base_model).name
    models = (CurrentModel(engine.store, base), CurrentModel(engine.store, base, version))
    answers = (
        ask(
            model,
            questions(prompts),
            engine.scorer,
            in_flight=engine.settings.generation_slots,
            cancelled=attempt.cancelled,
            on_answer=one_more,
        )
        for model in models
    )
    return [[answer.text for answer in found] for found in answers]
