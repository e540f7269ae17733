"""The demo's own text as examples: its passages, each asked for as a continuation.

The prompt of a passage is the sentence before it, so that the model learns to go on in this voice.
The last 15 % of the text is held out; nothing of it is trained on or asked for before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from engine.data.encoding import decode
from engine.data.pairs import continuation_prompt
from engine.data.passages import PASSAGE_WORDS, Passage, passages_of, with_blank_lines
from engine.domain.example import Author, Example, Source
from engine.domain.snapshot import Split
from engine.errors import InvalidInput, UnreadableFile
from engine.evaluation.compare import EvaluationPrompt
from engine.quality.score import Scorer
from engine.store.examples import NewExample
from engine.training.split import TEST_SHARE, VALIDATION_SHARE

FEWEST_PASSAGES = 12
EVALUATION_PROMPTS = 16


def read_own_text(path: Path, *, user_id: str) -> list[NewExample]:
    """The passages of a text file. Raises `InvalidInput` when there is too little of it."""
    return own_examples(path.name, _pairs(path), user_id=user_id)


def own_examples(name: str, passages: Sequence[Passage], *, user_id: str) -> list[NewExample]:
    """Passages of a text of that name as a person's own examples, in their order."""
    scorer = Scorer.load()
    return [
        NewExample(
            user_id=user_id,
            kind="stories",
            genre=None,
            style=None,
            seed_prompt=f"{name} passage {place:05d}",
            prompt=continuation_prompt(before),
            completion=passage,
            source=Source.OWN_WRITING,
            author=Author.PERSON,
            generator=user_id,
            quality=scorer.score(passage, prompt="", genre=None),
        )
        for place, (before, passage) in enumerate(passages)
    ]


def _pairs(path: Path) -> list[Passage]:
    try:
        text = decode(path.name, path.read_bytes()).text
    except (OSError, UnreadableFile) as error:
        raise InvalidInput("text", f"{path} cannot be read as text ({error})") from error
    pairs = passages_of(with_blank_lines(text))
    if len(pairs) < FEWEST_PASSAGES:
        raise InvalidInput(
            "text",
            f"{path} gives {len(pairs)} passages of {PASSAGE_WORDS} words, "
            f"at least {FEWEST_PASSAGES} are needed",
        )
    return pairs


def split_by_place(examples: Sequence[Example]) -> list[tuple[str, Split]]:
    """Own writing is split by place: the last 15 % tests, the 10 % before it validate."""
    tests = max(2, math.ceil(TEST_SHARE * len(examples)))
    validations = max(1, math.ceil(VALIDATION_SHARE * len(examples)))
    ordered = sorted(examples, key=lambda example: example.seed_prompt)
    last_train = len(ordered) - tests - validations
    parts = {}
    for place, example in enumerate(ordered):
        if place < last_train:
            parts[example.id] = Split.TRAIN
        else:
            parts[example.id] = Split.VALIDATION if place < last_train + validations else Split.TEST
    return [(example.id, parts[example.id]) for example in examples]


def continuation_prompts(path: Path) -> list[EvaluationPrompt]:
    """Up to 16 prompts from the held-out end of the text, spread evenly over it."""
    pairs = _pairs(path)
    held_out = pairs[-max(2, math.ceil(TEST_SHARE * len(pairs))) :]
    count = min(EVALUATION_PROMPTS, len(held_out))
    chosen = [held_out[place * len(held_out) // count] for place in range(count)]
    # A continuation has no subject to keep to, so its score has no prompt.
    return [EvaluationPrompt(None, "", continuation_prompt(before)) for before, _ in chosen]
