"""The end of a training: the new version answers the evaluation prompts beside the base."""

from __future__ import annotations

import itertools
import json
import time

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from engine.domain.evaluation import Comparison
from engine.domain.job import Job
from engine.domain.kind import Kind
from engine.domain.version import Version
from engine.engine import Engine
from engine.errors import Cancelled
from engine.evaluation.compare import compare, evaluation_prompts
from engine.jobs.attempt import Attempt, run_folder
from engine.quality.judge import rate
from engine.serving.model_server import is_healthy
from engine.serving.resolve import CurrentModel
from engine.training.process import RESULT_FILE
from models.catalog import find_base_model
from models.errors import Unavailable

LOADED_SECONDS = 60.0
COMPARE_ATTEMPTS = 3


def compare_with_base(engine: Engine, job: Job, version: Version, attempt: Attempt) -> None:
    """Store the version's answers beside the base's. Raises `Cancelled`, or `Unavailable` when the
    version is not served in time or the model server goes away in every attempt."""
    for again in Retrying(
        retry=retry_if_exception_type(Unavailable),
        stop=stop_after_attempt(COMPARE_ATTEMPTS),
        reraise=True,
    ):
        with again:
            wait_until_served(engine, version, attempt)
            comparisons = answer_all(engine, job, version, attempt)
            engine.store.versions.add_comparisons(version.id, comparisons)


def compare_answers(engine: Engine, job: Job, version: Version) -> None:
    """Score what a T5 and its base answered to texts that neither had seen, and store both. A text's
    kind, which is how it is scored, is that of the example it was asked for."""
    store = engine.store
    rows = store.snapshots.get(version.user_id, version.snapshot_id).rows
    examples = store.examples.of_ids(version.user_id, [row[0] for row in rows])
    asked = {example.prompt: example for example in examples}
    path = run_folder(engine.settings.home, job) / RESULT_FILE
    answers = json.loads(path.read_text(encoding="utf-8"))["answers"]

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


def answer_all(engine: Engine, job: Job, version: Version, attempt: Attempt) -> list[Comparison]:
    """The evaluation prompts answered by the base and by the version, counted on the job."""
    jobs, prompts = engine.store.jobs, evaluation_prompts(*kinds_of(engine, version))
    jobs.progress(job.id, stage="Comparing before and after", done=0, total=2 * len(prompts))
    number = itertools.count(1)
    base_model = find_base_model(engine.settings.base_model).name
    return compare(
        CurrentModel(engine.store, base_model),
        CurrentModel(engine.store, base_model, version),
        engine.scorer,
        prompts,
        in_flight=engine.settings.generation_slots,
        cancelled=attempt.cancelled,
        on_answer=lambda: jobs.progress(job.id, done=next(number)),
    )


def kinds_of(engine: Engine, version: Version) -> list[Kind]:
    """The kinds of text that a version has learned, in their order."""
    rows = engine.store.snapshots.get(version.user_id, version.snapshot_id).rows
    examples = engine.store.examples.of_ids(version.user_id, [row[0] for row in rows])
    names = {engine.kinds.find(example.kind).name for example in examples}
    return [kind for kind in engine.kinds.all() if kind.name in names]


def wait_until_served(engine: Engine, version: Version, attempt: Attempt) -> None:
    """Return once a living model server holds the version. Raises `Unavailable` after LOADED_SECONDS."""
    engine.store.jobs.progress(version.run_id, stage="Waiting for the model server to load it")
    deadline = time.monotonic() + LOADED_SECONDS
    while time.monotonic() < deadline:
        generation = engine.store.serving.current()
        # Asked, not only looked up: a server that was killed stays published until the next one
        # is up, and every attempt would be spent on the dead one within a moment.
        if (
            generation is not None
            and version.id in generation.adapters
            and is_healthy(generation.url)
        ):
            return
        if attempt.cancelled():
            raise Cancelled("The comparison")
        time.sleep(0.2)
    raise Unavailable(f"The model server did not load {version.label} in {LOADED_SECONDS:.0f} s.")
