"""The end of a training: the new version is measured beside its rival, and the gate rules."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from engine.domain.evaluation import Comparison
from engine.domain.job import Job
from engine.domain.version import Version
from engine.engine import Engine
from engine.errors import Cancelled
from engine.evaluation.frozen_set import SEED, set_of
from engine.jobs.attempt import Attempt, counting
from engine.quality.judge import rate
from engine.registry.promotion import Contest, contest_of, prove, unasked
from engine.registry.register import NOT_PROVED
from engine.serving.model_server import is_healthy
from engine.serving.resolve import CurrentModel
from engine.training.config import TrainingConfig
from engine.training.process import RESULT_FILE
from engine.training.recipe import config_of
from models.catalog import find_base_model
from models.errors import ModelError, Unavailable

log = logging.getLogger(__name__)

LATER = (
    "Measure it on Compare when the reason is gone, and it is proved then, or activate it yourself."
)
LOADED_SECONDS = 60.0
COMPARE_ATTEMPTS = 3


def compare_and_rule(
    engine: Engine, job: Job, version: Version, config: TrainingConfig, attempt: Attempt
) -> dict[str, Any]:
    """Compare a version with its rival and obey the gate. What the job says of it: the verdict, and why
    nothing could be compared, where nothing could. Raises `Cancelled`."""
    served = find_base_model(engine.settings.base_model).name
    if version.base_model != served:
        why = (
            f"{version.label} was trained on {version.base_model}, and {served} is served here. Set "
            f"ZEGA_BASE_MODEL to {version.base_model} to write with it."
        )
    else:
        try:
            return {"verdict": prove_version(engine, job, version, config, attempt).verdict}
        except ModelError as error:  # the version is whole without its comparison
            log.warning("job %s: no comparison: %s", job.id, error)
            why = str(error)
    return {"verdict": not_compared(engine, version, why), "comparison_error": why}


def prove_late(engine: Engine, job: Job, version: Version, attempt: Attempt) -> None:
    """Compare a version whose training could not, now that it is measured; no other."""
    if version.ruling is None and NOT_PROVED in version.verdict:
        training = engine.store.jobs.get(version.run_id)
        compare_and_rule(engine, job, version, config_of(training.request), attempt)


def prove_version(
    engine: Engine, job: Job, version: Version, config: TrainingConfig, attempt: Attempt
) -> Version:
    """Measure the version beside its rival and the base, and obey the gate; the version as it is then.
    Raises `Cancelled`, or `Unavailable` when it is not served in time or the model server goes away in
    every attempt."""
    contest = contest_for(engine, version, config)
    for again in Retrying(
        retry=retry_if_exception_type(Unavailable),
        stop=stop_after_attempt(COMPARE_ATTEMPTS),
        reraise=True,
    ):
        with again:
            version = prove_once(engine, job, contest, config, attempt)
    return version


def contest_for(engine: Engine, version: Version, config: TrainingConfig) -> Contest:
    """Who is compared, on which set, as the training's result says."""
    snapshot = engine.store.snapshots.get(version.user_id, version.snapshot_id)
    frozen = set_of(engine.store, engine.kinds, snapshot, prompts=config.evaluation.prompts)
    return contest_of(engine.store, version, frozen, result_of(engine, version))


def prove_once(
    engine: Engine, job: Job, contest: Contest, config: TrainingConfig, attempt: Attempt
) -> Version:
    """One try: who has answered the same before is not asked again."""
    jobs, waiting = engine.store.jobs, unasked(engine.store, contest)
    versions = [each.version for each in waiting if each.version is not None]
    if waiting:
        wait_until_served(engine, job, versions, attempt)
    total = len(waiting) * len(contest.frozen.prompts)
    jobs.progress(job.id, stage="Comparing before and after", done=0, total=total)
    base_model = find_base_model(engine.settings.base_model).name
    return prove(
        engine.store,
        engine.scorer,
        contest,
        model_of=partial(CurrentModel, engine.store, base_model),
        margins=config.margins,
        auto_deploy=config.deployment.auto_deploy,
        in_flight=engine.settings.generation_slots,
        judge=partial(
            engine.judging.tally,
            job.user_id,
            seed=SEED,
            job_id=job.id,
            give_up=attempt.cancelled,
        ),
        cancelled=attempt.cancelled,
        on_answer=counting(engine.store, job),
    )


def not_compared(engine: Engine, version: Version, why: str) -> str:
    """Say in the version's verdict that it was not compared, and why, in place of what it said of that
    before; the verdict."""
    now = engine.store.versions.by_id(version.id).verdict
    said = f"{NOT_PROVED} it could not be compared with what answers now. {why} {LATER}"
    before, waits, _ = now.partition(NOT_PROVED)
    verdict = f"{before}{said}" if waits else now
    engine.store.versions.set_verdict(version.id, verdict)
    return verdict


def result_of(engine: Engine, version: Version) -> dict[str, Any]:
    """What the training process wrote at its end."""
    folder = engine.settings.home / engine.store.runs.get(version.run_id).folder
    path = folder / RESULT_FILE
    return dict(json.loads(path.read_text(encoding="utf-8")))


def compare_answers(engine: Engine, version: Version) -> None:
    """Score what a T5 and its base answered to texts that neither had seen, and store both. A text's
    kind, which is how it is scored, is that of the example it was asked for."""
    store = engine.store
    rows = store.snapshots.get(version.user_id, version.snapshot_id).rows
    examples = store.examples.of_ids(version.user_id, [row[0] for row in rows])
    asked = {example.prompt: example for example in examples}
    answers = result_of(engine, version)["answers"]

    def score(prompt: str, text: str) -> float:
        example = asked[prompt]
        kind = engine.kinds.find(example.kind)
        return rate(
            engine.scorer, kind, text, prompt=example.seed_prompt, genre=example.genre
        ).score

    store.versions.add_comparisons(
        version.id,
        [
            Comparison(prompt, before, after, score(prompt, before), score(prompt, after))
            for prompt, before, after in answers
            if prompt in asked
        ],
    )


def wait_until_served(
    engine: Engine, job: Job, versions: Sequence[Version], attempt: Attempt
) -> None:
    """Return once a living model server holds them all. Raises `Unavailable` after LOADED_SECONDS."""
    engine.store.jobs.progress(job.id, stage="Waiting for the model server to load it")
    needed = {version.id for version in versions}
    deadline = time.monotonic() + LOADED_SECONDS
    while time.monotonic() < deadline:
        generation = engine.store.serving.current()
        # Asked, not only looked up: a server that was killed stays published until the next one
        # is up, and every attempt would be spent on the dead one within a moment.
        if (
            generation is not None
            and needed <= generation.adapters.keys()
            and is_healthy(generation.url)
        ):
            return
        if attempt.cancelled():
            raise Cancelled("The comparison")
        time.sleep(0.2)
    names = " and ".join(version.label for version in versions) or "the base"
    raise Unavailable(f"The model server did not load {names} in {LOADED_SECONDS:.0f} s.")
