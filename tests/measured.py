"""Models as they may have been measured: 64 answers to eight prompts of each genre, drawn from a seed; and
what they may have learned."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from engine.domain.evaluation import Answer, Comparison, Evaluation, Outcome, RowMeasure
from engine.domain.example import Author, Source
from engine.domain.genre import Genre
from engine.domain.imports import FileReport
from engine.domain.job import JobKind
from engine.domain.quality import Quality
from engine.domain.version import Version
from engine.evaluation.comparing import ruling_of
from engine.evaluation.topics import pairs_of
from engine.store import Store
from tests.engine.lineage.conftest import new_version
from tests.fake_llamacpp import good_texts
from tests.studio.web.shelf import Shelf

AT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
PROMPTS = 8
ROWS = 24


def measured(
    model: str,
    version_id: str | None = None,
    *,
    seed: int,
    moved: Mapping[str, float] | None = None,
    gain: float = 0.0,
    user: str = "anna",
) -> Evaluation:
    """A model's answers: as good as any other's but for what `seed` draws, and for genres in `moved`, which
    are by so many points better; its losses are lower by about `gain`."""
    rng = random.Random(seed)
    prompts = [(genre.value, place) for genre in Genre for place in range(PROMPTS)]
    answers = tuple(
        answer(genre, place, 20_000 + number, rng, (moved or {}).get(genre, 0.0))
        for number, (genre, place) in enumerate(prompts)
    )
    rows = tuple(
        RowMeasure(
            f"row{number:03d}",
            (3.4 + 0.02 * number - gain + rng.gauss(0.0, 0.05)) * (80 + number),
            80 + number,
            list(Genre)[number % len(Genre)].value,
        )
        for number in range(ROWS)
    )
    return Evaluation(
        id=f"{seed:032x}",
        user_id=user,
        model=model,
        version_id=version_id,
        set_sha256="ab" * 32,
        seed=7,
        answers=answers,
        rows=rows,
        created_at=AT + timedelta(minutes=seed % 1000),
    )


def answer(genre: str, place: int, asked: int, rng: random.Random, better: float) -> Answer:
    """One of them; its text is some story, its length what that story has."""
    story = rng.choice(good_texts())["text"]
    quality = min(10.0, max(0.0, 6.5 + 0.15 * place + better + rng.gauss(0.0, 0.6)))
    return Answer(
        prompt=f"Write a {genre.replace('_', ' ')} story. {good_texts()[place]['prompt']}",
        kind="stories",
        genre=genre,
        seed=asked,
        text=story,
        quality=quality,
        parts={"order": min(10.0, quality + 0.5), "relevance": max(0.0, quality - 0.5)},
        repetition=max(0.0, rng.gauss(0.04, 0.02)),
        tokens=len(story) // 4,
        seconds=len(story) / 400,
    )


def keep(store: Store, evaluation: Evaluation) -> Evaluation:
    """Store an evaluation as it would have been."""
    return store.evaluations.add(
        evaluation.user_id,
        model=evaluation.model,
        version_id=evaluation.version_id,
        set_sha256=evaluation.set_sha256,
        prompts_sha256="cd" * 32,
        seed=evaluation.seed,
        answers=evaluation.answers,
        rows=evaluation.rows,
    )


def imported(shelf: Shelf, genre: str | None, scores: Sequence[float], *names: str) -> list[str]:
    """Rows of a person's files, word salad like no other text; their ids."""
    job = shelf.store.jobs.create(shelf.user, JobKind.IMPORT, {})
    shelf.store.imports.begin(shelf.user, job.id, "none", names)
    words = good_texts()[0]["text"].split()
    rng = random.Random(names[0])
    rows = [
        shelf.example(
            number,
            score,
            completion=" ".join(rng.sample(words, len(words))),
            genre=genre,
            source=Source.IMPORT,
            author=Author.PERSON,
            generator=shelf.user,
        )
        for number, score in enumerate(scores)
    ]
    before, after = FileReport(names[0]), FileReport(names[0], read=len(rows), done=True)
    assert shelf.store.imports.record(shelf.user, job.id, 0, before, after, new=rows)
    shelf.store.jobs.start(job.id)
    shelf.store.jobs.succeed(job.id, {})
    page = shelf.engine.shelf.page(shelf.user, limit=500)
    return [each.id for each in page.rows if each.import_id == job.id]


def written(shelf: Shelf, genre: str, count: int, score: float = 8.2) -> list[str]:
    """Rows of the teacher; their ids."""
    return [
        shelf.store.examples.add(shelf.example(number, genre=genre, quality=Quality(score))).id
        for number in range(count)
    ]


def poisoned(shelf: Shelf) -> tuple[Version, Version]:
    """Two versions, of which the first took over from the base and the second learned 40 bad rows of
    horror, and three evaluations."""
    home, user = shelf.engine.settings.home, shelf.user
    start = [each for genre in ("fantasy", "romance") for each in written(shelf, genre, 15)]
    rng = random.Random(4)
    notes = imported(shelf, "horror", [rng.uniform(2.0, 5.0) for _ in range(40)], "notes.txt")
    base = keep(shelf.store, measured("the base tiny", seed=1, user=user))
    first = ruled(shelf, new_version(shelf, home, start), base, seed=2, gain=0.35)
    against = shelf.store.evaluations.of_version(first.id)[0]
    learned = [*start, *notes, *written(shelf, "mystery", 20)]
    second = new_version(shelf, home, learned)
    shelf.engine.activate(user, first.number)
    moved = {"horror": -1.8, "mystery": 0.5}
    return first, ruled(shelf, second, against, seed=3, gain=0.36, moved=moved)


def ruled(
    shelf: Shelf,
    version: Version,
    rival: Evaluation,
    *,
    seed: int,
    gain: float,
    moved: Mapping[str, float] | None = None,
) -> Version:
    """The version with its evaluation, what the gate ruled of it, and its pairs."""
    mine = measured(version.label, version.id, seed=seed, moved=moved, gain=gain, user=shelf.user)
    ruling = ruling_of(rival, keep(shelf.store, mine), None)
    assert ruling is not None
    then = "It is active." if ruling.outcome is Outcome.PROMOTED else "You can activate it."
    shelf.store.rulings.add(shelf.user, version.id, ruling, f"{ruling.sentence} {then}")
    pairs = [
        Comparison(
            pair.new.prompt,
            pair.old.text,
            pair.new.text,
            pair.old.quality,
            pair.new.quality,
        )
        for pair in pairs_of(rival, mine)
    ]
    shelf.store.versions.add_comparisons(version.id, pairs)
    return shelf.store.versions.by_id(version.id)


def quizzed(
    store: Store,
    user: str,
    benchmark: str,
    model: str,
    version_id: str | None = None,
    *,
    given: Sequence[str],
    labels: Sequence[str],
    references: Sequence[str] = (),
) -> Evaluation:
    """What a model answered to a benchmark: first the rows with a label, then those with a reference."""
    right: list[tuple[str | None, str | None]] = [(label, None) for label in labels]
    right += [(None, reference) for reference in references]
    answers = [
        Answer(
            prompt=f"Question {number} of {benchmark}?",
            kind="prompt" if label is None else "label",
            genre=None,
            seed=20_000 + number,
            text=text,
            quality=7.0,
            parts={},
            repetition=0.0,
            tokens=max(1, len(text) // 4),
            seconds=0.4,
            reference=reference,
            label=label,
        )
        for number, (text, (label, reference)) in enumerate(zip(given, right, strict=True))
    ]
    return store.evaluations.add(
        user,
        model=model,
        version_id=version_id,
        set_sha256="ef" * 32,
        prompts_sha256="cd" * 32,
        seed=7,
        answers=answers,
        rows=(),
        benchmark=benchmark,
        asked=store.benchmarks.rows(user, benchmark),
    )


def jsonl(labels: Sequence[str], references: Sequence[str] = ()) -> bytes:
    """A benchmark's file with these labels and references, as `quizzed` answers it."""
    rows = [{"label": label} for label in labels]
    rows += [{"reference": reference} for reference in references]
    lines = [
        json.dumps({"prompt": f"Question {number} of mine?", **row})
        for number, row in enumerate(rows)
    ]
    return "\n".join(lines).encode()
