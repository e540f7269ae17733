"""The text that takes an example's place: everything but the text and how it stands is the example's.

It keeps the example's split group, so the two can never fall into different parts of a training, and
the job it was written in, so it counts towards that job's target. It is no text of the job's plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.domain.example import Author, Decision, Example
from engine.domain.quality import Quality
from engine.store.examples import NewExample

Judge = Callable[[Example, str], Quality]
"""The score of another text in an example's place."""


def person_wrote(original: Example, text: str, judge: Judge) -> NewExample:
    """A person's own version, which is accepted."""
    new = _in_place_of(original, text, judge)
    return replace(
        new, author=Author.PERSON, generator=original.user_id, decision=Decision.ACCEPTED
    )


def rule_mended(original: Example, text: str, judge: Judge) -> NewExample:
    """What a rule made of it: whoever wrote it still did, and what was decided still holds."""
    return _in_place_of(original, text, judge)


def _in_place_of(original: Example, text: str, judge: Judge) -> NewExample:
    return NewExample(
        user_id=original.user_id,
        kind=original.kind,
        genre=original.genre,
        style=original.style,
        seed_prompt=original.seed_prompt,
        prompt=original.prompt,
        completion=text,
        source=original.source,
        author=original.author,
        generator=original.generator,
        quality=judge(original, text),
        job_id=original.job_id,
        feedback=max(0, original.feedback),
        split_group=original.split_group,
        variant_of=original.variant_of,
        variant=original.variant,
        decision=original.decision,
        import_id=original.import_id,
    )
