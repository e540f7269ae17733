"""The frozen set: what every model of a user is asked and measured by, so that two are compared in pairs.

It is the evaluation prompts of the kinds that a version learned, each asked with a seed of its own, and the
held-out rows of its training set. Whatever changes an answer is in its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from engine.domain.kind import Kind
from engine.domain.snapshot import Snapshot, Split
from engine.evaluation.compare import EvaluationPrompt, evaluation_prompts
from engine.kinds import Kinds
from engine.quality.gates import MIN_WORDS
from engine.store import Store
from models.llamacpp import ANTI_LOOP

PROMPTS = 64
SEED = 20_000
# A story ends at the first sentence end after so many words. 64 answers of about 90 tokens take a minute on
# two cores, and the score, which wants 40 words and whole sentences, sees nothing missing: only a sentence
# that does not end within 128 tokens is cut.
ENOUGH_WORDS = 60
MOST_TOKENS = 128


@dataclass(frozen=True)
class Question:
    """One prompt of the set, as a kind of the right length asks it, with its seed."""

    asked: EvaluationPrompt
    seed: int

    @property
    def how(self) -> list[Any]:
        """All that a model's answer depends on."""
        kind, length = self.asked.kind, self.asked.kind.length
        return [
            self.asked.request,
            kind.system,
            kind.opening_for(self.asked.prompt),
            kind.temperature,
            [length.fewest, length.enough, length.most, length.tokens],
            list(kind.stop),
            kind.cut_after,
            self.seed,
        ]


@dataclass(frozen=True)
class FrozenSet:
    """`rows` are the ids of the held-out examples, in their order."""

    prompts: tuple[Question, ...]
    rows: tuple[str, ...]

    @cached_property
    def prompts_sha256(self) -> str:
        """Of prompts, seeds and sampling: two models with the same were asked the same."""
        return _sha256([[question.how for question in self.prompts], ANTI_LOOP])

    @cached_property
    def sha256(self) -> str:
        """Of everything."""
        return _sha256([self.prompts_sha256, self.rows])


def set_of(store: Store, kinds: Kinds, snapshot: Snapshot, *, prompts: int = PROMPTS) -> FrozenSet:
    """The frozen set of a training set: of the kinds in it, with its test part."""
    ids = [row[0] for row in snapshot.rows]
    examples = store.examples.of_ids(snapshot.user_id, ids)
    names = {kinds.find(example.kind).name for example in examples}
    learned = [kind for kind in kinds.all() if kind.name in names]
    held_out = [row[0] for row in snapshot.rows if row[1] is Split.TEST]
    return frozen_set(learned, held_out, prompts=prompts)


def frozen_set(
    kinds: Sequence[Kind], rows: Sequence[str] = (), *, prompts: int = PROMPTS
) -> FrozenSet:
    """So many questions of these kinds, each kind with an equal share. A kind with fewer prompts asks them
    again with other seeds; of one with more, prompts from all over its list are asked."""
    asked = [evaluation_prompts(kind) for kind in kinds if kind.evaluation]
    shares = [(prompts + place) // len(asked) for place in range(len(asked))]
    chosen = [spread(each, share) for each, share in zip(asked, shares, strict=True)]
    return short_questions([prompt for each in chosen for prompt in each], rows)


def short_questions(prompts: Sequence[EvaluationPrompt], rows: Sequence[str] = ()) -> FrozenSet:
    """These prompts for answers as short as can be judged."""
    return questions([replace(each, kind=shortened(each.kind)) for each in prompts], rows)


def questions(prompts: Sequence[EvaluationPrompt], rows: Sequence[str] = ()) -> FrozenSet:
    """These prompts, each with the seed of its place."""
    asked = (Question(prompt, SEED + place) for place, prompt in enumerate(prompts))
    return FrozenSet(tuple(asked), tuple(rows))


def spread(prompts: Sequence[EvaluationPrompt], count: int) -> list[EvaluationPrompt]:
    """So many of the prompts: all of them as often as they fit in, then some from all over the list."""
    rounds, more = divmod(count, len(prompts))
    return [*prompts] * rounds + [prompts[place * len(prompts) // more] for place in range(more)]


def shortened(kind: Kind) -> Kind:
    """The kind with short answers where a part of a text can be judged. A user story or a function is asked
    for whole: its score looks for every section."""
    length = kind.length
    if kind.scoring.method != "prose" or length.most <= ENOUGH_WORDS:
        return kind
    short = replace(
        length,
        fewest=min(length.fewest, MIN_WORDS),
        enough=min(length.enough or ENOUGH_WORDS, ENOUGH_WORDS),
        tokens=min(length.tokens, MOST_TOKENS),
    )
    return replace(kind, length=short)


def _sha256(data: Any) -> str:
    plain = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()
