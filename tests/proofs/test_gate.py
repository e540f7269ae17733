"""The proofs of the promotion gate, on real answers and real losses: `make prove` prints the table.

Its reduced forms run with all tests: tests/engine/registry/test_gate_rates.py and, for a judge that always
says the same, tests/engine/judging/test_pairwise.py.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.data.passages import passages_of, with_blank_lines
from engine.domain.evaluation import Outcome, Ruling
from engine.domain.example import Author, Source
from engine.domain.job import JobKind, JobState
from engine.domain.quality import Quality
from engine.domain.snapshot import Split
from engine.jobs.work import Runner
from engine.judging.judge import Judge
from engine.judging.pairwise import Preference, prefer, tally
from engine.judging.rubric import load_rubric
from engine.serving.base import prepare_base
from engine.settings import load_settings
from engine.store.examples import NewExample
from engine.training.split import split_groups
from models.llamacpp import LlamaCppModel
from tests.fake_llamacpp import fake_llamacpp
from tests.processes import ROOT, Home
from tests.proofs.gate_draws import draws
from tests.proofs.gate_pool import Pool, pool

DRAWS = 400
MANY = 2_000
# How many adapters are trained, on how many texts each, and a folder of novels to take these from; without
# one they are the pool's, which the base wrote.
ADAPTERS = int(os.environ.get("ZEGA_PROOF_ADAPTERS", "20"))
TEXTS = int(os.environ.get("ZEGA_PROOF_TEXTS", "48"))
NOVELS = os.environ.get("ZEGA_PROOF_NOVELS", "")


@pytest.fixture(scope="module")
def real() -> Pool:
    return pool()


def say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        print(f"\n# {line}", end="", flush=True)


def told(ruled: Counter[Outcome]) -> str:
    return ", ".join(f"{ruled[each]} {each.value.replace('_', ' ')}" for each in Outcome)


@pytest.mark.prove
def test_identical_models_are_promoted_in_at_most_twenty_of_four_hundred_draws(
    real: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    ruled = draws(real.answers, real.losses, errors=0.0, count=DRAWS, seed=1)
    say(capsys, f"identical models, {DRAWS} draws: {told(ruled)}")
    assert ruled[Outcome.PROMOTED] <= 20


@pytest.mark.prove
def test_a_true_gain_of_three_standard_errors_is_promoted_four_times_in_five(
    real: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    ruled = draws(real.answers, real.losses, errors=3.0, count=MANY, seed=2)
    say(capsys, f"a true gain of three standard errors, {MANY} draws: {told(ruled)}")
    assert ruled[Outcome.PROMOTED] >= 0.8 * MANY


@pytest.mark.prove
def test_a_judge_that_always_says_first_yields_ties_only(
    real: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    with fake_llamacpp(texts=("better: first",)) as server:
        judge = Judge(LlamaCppModel("judge", server.url), load_rubric(ROOT / "nowhere"))
        said = [
            prefer(judge, prompt, text, other)
            for (prompt, text), (_, other) in zip(real.texts, real.texts[1:], strict=False)
        ]
        asked = len(server.requests)
    counted = tally(said, seed=1)
    say(capsys, f"a judge that says first, {len(said)} pairs: {counted.ties} ties")
    assert set(said) == {Preference.TIE}
    assert asked == 2 * len(said)


@dataclass(frozen=True)
class Trained:
    """How one adapter fared at the gate."""

    ruling: Ruling
    is_active: bool
    seconds: float


@pytest.fixture
def base_home(tmp_path: Path) -> Iterator[Home]:
    """A home on the real base, with a model server."""
    settings = load_settings()
    prepare_base(settings)
    home = Home(tmp_path / "home", Path(settings.base_model), cache=settings.cache.resolve())
    home.environment |= {"ZEGA_THREADS": "2", "OMP_NUM_THREADS": "2", "ZEGA_GENERATION_SLOTS": "8"}
    home.engine.store.database.dispose()
    home.engine = home.open_engine()
    home.start("engine.serving.process")
    yield home
    home.close()
    print(home.logs())


@pytest.mark.prove
def test_no_adapter_trained_on_shuffled_words_is_promoted(
    real: Pool, base_home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every other one is measured on shuffled words, too: its loss falls, and only its writing tells."""
    found = []
    for number in range(ADAPTERS):
        trained = train_on_salad(base_home, number, real.texts, measured_on_salad=number % 2 == 1)
        found.append(trained)
        gain, quality = trained.ruling.gain, trained.ruling.quality
        say(
            capsys,
            f"shuffled words {number + 1}: {trained.ruling.outcome.value}, gain {gain.gain:+.3f} "
            f"({gain.low:+.3f} to {gain.high:+.3f}, n = {gain.rows}), quality {quality.value:+.2f} "
            f"({quality.low:+.2f} to {quality.high:+.2f}, n = {quality.n}), {trained.seconds:.0f} s",
        )
    ruled = Counter(each.ruling.outcome for each in found)
    say(capsys, f"adapters trained on shuffled words, {ADAPTERS}: {told(ruled)}\n")
    assert ruled[Outcome.PROMOTED] == 0
    assert not any(each.is_active for each in found)


def train_on_salad(
    home: Home, number: int, texts: list[list[str]], *, measured_on_salad: bool
) -> Trained:
    """A whole training, from texts to the ruling, as the worker does it."""
    engine, rng, started = home.engine, random.Random(number), time.monotonic()
    chosen = rng.sample(own_texts() if NOVELS else texts, TEXTS)
    groups = [f"{number} {place}" for place in range(TEXTS)]
    parts = split_groups(groups)
    rows = []
    for group, (prompt, text) in zip(groups, chosen, strict=True):
        spoiled = measured_on_salad or parts[group] is Split.TRAIN
        new = example(group, prompt, shuffled(text, rng) if spoiled else text)
        rows.append((engine.store.examples.add(new).id, parts[group]))
    snapshot = engine.store.snapshots.create("anna", rows, f"{number:064x}")
    request = {"recipe": "quick", "snapshot_id": snapshot.id}
    job = engine.store.jobs.create("anna", JobKind.TRAINING, request)
    Runner(engine).run(job.id)
    ended = engine.store.jobs.get(job.id)
    assert (ended.state, ended.error) == (JobState.SUCCEEDED, ""), home.logs()
    assert "comparison_error" not in ended.result
    version = engine.store.versions.by_id(ended.result["version_id"])
    assert version.ruling is not None
    active = engine.active_version("anna")
    seconds = time.monotonic() - started
    return Trained(version.ruling, active is not None and active.id == version.id, seconds)


def example(group: str, prompt: str, text: str) -> NewExample:
    return NewExample(
        user_id="anna",
        kind="stories",
        genre=None,
        style=None,
        seed_prompt=group,
        prompt=prompt,
        completion=text,
        source=Source.OWN_WRITING,
        author=Author.PERSON,
        generator="anna",
        quality=Quality(8.0),
    )


def own_texts() -> list[list[str]]:
    """Passages of the novels in the folder that was named, each asked for as what follows a sentence."""
    return [
        [f"Go on after this sentence: {passage.before}", passage.text]
        for path in sorted(Path(NOVELS).glob("*.txt"))
        for passage in passages_of(with_blank_lines(path.read_text(encoding="utf-8")))
    ]


def shuffled(text: str, rng: random.Random) -> str:
    words = text.split()
    return " ".join(rng.sample(words, len(words)))
