"""Decontamination: training rows that repeat held-out rows, so that a measurement measures skill.

Four tests, each on what the ones before left over: the same words; near-duplicates by MinHash; a fair
share of uncommon three-word runs (parts, moved sentences, light rewording); and nearness in meaning,
while the embedding model is served. docs/decisions/014-decontamination.md says where the figures
come from. Nothing here knows how a snapshot is made or stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.autotrain.duplicates import NearDuplicates
from engine.data.held_out import Row
from engine.data.word_runs import COMMON, WordRuns, shared_runs, words
from engine.domain.decontamination import Decontamination, Likeness, Overlap
from engine.errors import Cancelled
from engine.memory.duplicates import similarity
from models.errors import ModelError

Embed = Callable[[Sequence[str]], list[list[float]]]

# Shorter texts are the same by chance.
FEWEST_WORDS = 12
NEAR = 0.4
SHARED_RUNS = 8
SHARE = 0.15
COSINE = 0.8
# The embedding model was trained on about as much.
EMBEDDED_CHARACTERS = 600
EMBEDDED_AT_ONCE = 32
# A vector takes 30 to 130 ms on one core: some minutes for so many rows.
MOST_EMBEDDED = 5_000

Found = dict[str, Overlap]


def decontaminate(
    training: Sequence[Row],
    held_out: Sequence[Row],
    *,
    embed: Embed | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Decontamination:
    """Which training rows repeat a held-out row, because of which, how much, and by which test.

    Without `embed`, or while it raises a `ModelError`, meanings are not compared and the report says
    so. Raises `Cancelled`.
    """
    found: Found = {}
    for test in (same_words, near_duplicates, shared_words):
        _check(cancelled)
        found |= test([row for row in training if row.name not in found], held_out)
    left = [row for row in training if row.name not in found]
    note = _why_not(embed, left, held_out)
    if embed and not note:
        try:
            found |= same_meaning(left, held_out, embed, cancelled)
        except ModelError as error:
            note = f"Meanings were not compared: {error}"
    return Decontamination(
        compared=len(training),
        held_out=dict(Counter(str(row.part) for row in held_out)),
        removed=tuple(found[row.name] for row in training if row.name in found),
        by_meaning=not note,
        note=note,
    )


def _why_not(embed: Embed | None, left: Sequence[Row], held_out: Sequence[Row]) -> str:
    """Why meanings are not compared; empty when they are."""
    if embed is None:
        return "Meanings were not compared: the embedding model does not run."
    if len(left) + len(held_out) > MOST_EMBEDDED:
        return f"Meanings were not compared: there are more than {MOST_EMBEDDED:,} rows."
    return ""


def _check(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled("The comparison with held-out rows")


def same_words(training: Sequence[Row], held_out: Sequence[Row]) -> Found:
    """Rows with the words of a held-out row, of its answer, or of its prompt where that is its own.

    A prompt that several groups of rows share is an instruction, such as "Continue the story.".
    """
    groups = Counter(key for key, _ in {(_prompt_key(row), row.group) for row in training})
    shared = Counter(key for key, _ in {(_prompt_key(row), row.group) for row in held_out})
    known: dict[tuple[str, ...], Row] = {}
    for row in held_out:
        prompt = _prompt_key(row)
        if groups[prompt] <= COMMON and shared[prompt] == 1:
            known.setdefault(prompt, row)
        for key in _answer_keys(row):
            known.setdefault(key, row)
    found: Found = {}
    for row in training:
        twin = next(
            (known[key] for key in (*_answer_keys(row), _prompt_key(row)) if key in known), None
        )
        if twin is not None:
            found[row.name] = _overlap(row, twin, Likeness.EXACT, 1.0)
    return found


def _prompt_key(row: Row) -> tuple[str, ...]:
    return ("prompt", " ".join(words(row.prompt)) or row.name)


def _answer_keys(row: Row) -> list[tuple[str, ...]]:
    """What makes a row the same as another: both its texts, or a long answer alone."""
    asked, answer = words(row.prompt), words(row.completion)
    keys: list[tuple[str, ...]] = []
    if answer:
        keys.append(("row", " ".join(asked), " ".join(answer)))
    if len(answer) >= FEWEST_WORDS:
        keys.append(("answer", " ".join(answer)))
    return keys


def near_duplicates(training: Sequence[Row], held_out: Sequence[Row]) -> Found:
    """Rows whose answer is nearly that of a held-out row, by MinHash and then exactly."""
    answers = {row.name: row for row in held_out if len(words(row.completion)) >= FEWEST_WORDS}
    index = NearDuplicates((name, row.completion) for name, row in answers.items())
    found: Found = {}
    for row in training:
        if len(words(row.completion)) < FEWEST_WORDS:
            continue
        name = index.find(row.completion)
        if name is not None:
            alike = similarity(row.completion, answers[name].completion)
            if alike >= NEAR:
                found[row.name] = _overlap(row, answers[name], Likeness.NEAR, alike)
    return found


def shared_words(training: Sequence[Row], held_out: Sequence[Row]) -> Found:
    """Rows that share uncommon runs of words with a held-out row: a part of it, or all in part.

    A prompt that quotes a sentence of an answer, as own writing is asked to be continued, repeats
    no fair share of that answer.
    """
    runs = WordRuns()
    numbers = {group: place for place, group in enumerate(_groups([*training, *held_out]))}

    def units(rows: Sequence[Row]) -> tuple[list[NDArray[np.uint64]], list[int]]:
        """Answers, then prompts."""
        texts = [runs.of(row.completion) for row in rows] + [runs.of(row.prompt) for row in rows]
        return texts, [numbers[row.group] for row in rows] * 2

    (texts, groups), (others, other_groups) = units(training), units(held_out)
    best: dict[str, tuple[float, Row, Row]] = {}
    for pair in shared_runs(texts, others, groups, other_groups, least=SHARED_RUNS):
        row = training[pair.one % len(training)]
        other = held_out[pair.other % len(held_out)]
        answer, other_answer = pair.one < len(training), pair.other < len(held_out)
        share = pair.share
        if answer != other_answer:
            share = pair.runs / len(texts[pair.one] if answer else others[pair.other])
        if share >= SHARE and (row.name not in best or share > best[row.name][0]):
            best[row.name] = (share, row, other)
    return {
        name: _overlap(row, other, Likeness.SHARED, share)
        for name, (share, row, other) in best.items()
    }


def _groups(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(row.group for row in rows))


def same_meaning(
    training: Sequence[Row],
    held_out: Sequence[Row],
    embed: Embed,
    cancelled: Callable[[], bool] = lambda: False,
) -> Found:
    """Rows whose answer says what the answer of a held-out row says, by the cosine of embeddings.

    Raises `Cancelled`, and what `embed` raises.
    """
    ours = [row for row in training if len(words(row.completion)) >= FEWEST_WORDS]
    theirs = [row for row in held_out if len(words(row.completion)) >= FEWEST_WORDS]
    if not ours or not theirs:
        return {}
    known = _vectors(theirs, embed, cancelled)
    nearness = _vectors(ours, embed, cancelled) @ known.T
    found: Found = {}
    for row, cosines in zip(ours, nearness, strict=True):
        place = int(cosines.argmax())
        if cosines[place] >= COSINE:
            found[row.name] = _overlap(row, theirs[place], Likeness.MEANING, float(cosines[place]))
    return found


def _vectors(
    rows: Sequence[Row], embed: Embed, cancelled: Callable[[], bool]
) -> NDArray[np.float32]:
    vectors: list[list[float]] = []
    for start in range(0, len(rows), EMBEDDED_AT_ONCE):
        _check(cancelled)
        some = rows[start : start + EMBEDDED_AT_ONCE]
        vectors += embed([row.completion[:EMBEDDED_CHARACTERS] for row in some])
    return np.array(vectors, dtype=np.float32)


def _overlap(row: Row, other: Row, likeness: Likeness, similarity: float) -> Overlap:
    assert other.part is not None
    return Overlap(row.name, other.part, other.name, likeness, round(float(similarity), 3))
