"""Style: "does it sound like me?", answered for a version once it has gone on from the user's own text.

The user's own text is what a person wrote and brought in: a profile of anything else would measure
likeness to the teacher. The part of it that no training saw gives the prompts and the 100 of the scale.
A report holds no words of the user's, so that nothing of an erased text stays in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.evaluation import Figure
from engine.domain.example import Author, Example, Source
from engine.domain.snapshot import Split
from engine.domain.style import LOCKED_BELOW, ROUGH_BELOW, Certainty, StyleReport
from engine.domain.version import Student, Version
from engine.evaluation.compare import EvaluationPrompt
from engine.kinds import Kinds
from engine.store import Store
from engine.style.copying import copied
from engine.style.habits import habits
from engine.style.kept import keep, kept
from engine.style.match import sample_words, style_match

PROMPTS = 16
SEED = 20_000
BROUGHT_IN = {Source.OWN_WRITING, Source.IMPORT}


@dataclass(frozen=True)
class OwnText:
    """A user's own prose in a version's training set, and everything else that was trained on."""

    trained: tuple[Example, ...]
    held_out: tuple[Example, ...]
    others: tuple[Example, ...]

    @property
    def words(self) -> int:
        return sum(len(each.completion.split()) for each in (*self.trained, *self.held_out))

    @property
    def is_enough(self) -> bool:
        return self.words >= LOCKED_BELOW and bool(self.held_out) and bool(self.trained)


class Style:
    """All verbs of the style."""

    def __init__(self, store: Store, kinds: Kinds) -> None:
        self._store = store
        self._kinds = kinds

    def style(self, user_id: str, number: int | None = None) -> StyleReport | None:
        """The report of a version, or of the one that answers; None where there is no such version, or
        none was made of it yet."""
        if number is None:
            version = self._store.versions.active(user_id, Student.ZEGA)
            return kept(self._store, version) if version else None
        return kept(self._store, self._store.versions.get(user_id, number))

    def prompts(self, version: Version) -> list[EvaluationPrompt]:
        """What base and version are to go on from: up to 16 requests from the held-out own text, spread
        over it. None where the report is locked."""
        own = self.own_text(version)
        if not own.is_enough:
            return []
        return [
            EvaluationPrompt(None, "", each.prompt, self._kinds.find(each.kind))
            for each in spread(own.held_out, PROMPTS)
        ]

    def measure(self, version: Version, before: Sequence[str], after: Sequence[str]) -> StyleReport:
        """Make the report of what base and version answered to `prompts`, and keep it."""
        own = self.own_text(version)
        report = report_of(own, before, after) if own.is_enough else locked(own)
        keep(self._store, version, report)
        return report

    def own_text(self, version: Version) -> OwnText:
        """The texts of the version's training set, the erased ones left out."""
        rows = self._store.snapshots.get(version.user_id, version.snapshot_id).rows
        part_of = dict(rows)
        examples = self._store.examples.of_ids(version.user_id, [row[0] for row in rows])
        there = [each for each in examples if each.erased_at is None]
        own = [each for each in there if self._is_own(each)]
        mine = {each.id for each in own}
        return OwnText(
            trained=tuple(each for each in own if part_of[each.id] is not Split.TEST),
            held_out=tuple(each for each in own if part_of[each.id] is Split.TEST),
            others=tuple(
                each for each in there if each.id not in mine and part_of[each.id] is not Split.TEST
            ),
        )

    def _is_own(self, example: Example) -> bool:
        """Prose that a person wrote: not a teacher's draft that somebody edited."""
        brought_in = example.author is Author.PERSON and example.source in BROUGHT_IN
        return brought_in and self._kinds.find(example.kind).scoring.method == "prose"


def locked(own: OwnText) -> StyleReport:
    """What is missing before anything can be said."""
    if own.words < LOCKED_BELOW:
        missing = (
            f"this version's training set has {own.words:,}. Bring in "
            f"{LOCKED_BELOW - own.words:,} more words of your own."
        )
    else:
        missing = "none of it was held out from this training. Bring in another file or chapter."
    sentence = (
        f"Whether it sounds like you is measured from {LOCKED_BELOW:,} words of your own writing "
        f"on; {missing}"
    )
    return StyleReport(own.words, Certainty.LOCKED, sentence)


def report_of(own: OwnText, before: Sequence[str], after: Sequence[str]) -> StyleReport:
    """The report of what base and version answered to the prompts of this own text."""
    trained = [each.completion for each in own.trained]
    held_out = [each.completion for each in own.held_out]
    certainty = Certainty.ROUGH if own.words < ROUGH_BELOW else Certainty.MEASURED
    found = style_match(trained, held_out, before, after, seed=SEED)
    return StyleReport(
        words=own.words,
        certainty=certainty,
        sentence=sentence_of(found and found.after, certainty, own.words, sample_words(held_out)),
        before=found and found.before,
        match=found and found.after,
        habits=habits([*trained, *held_out], before, after, seed=SEED),
        copied=copied(after, [*trained, *(each.completion for each in own.others)]),
    )


def sentence_of(match: Figure | None, certainty: Certainty, words: int, length: int) -> str:
    """The match in a sentence that a writer understands; `length` is that of its samples in words."""
    if match is None:
        return (
            "Base and your own writing could not be told apart by its style, or too little was "
            "answered: how much it sounds like you is not known."
        )
    said = (
        f"It has come {match.value:.0f} of 100 on the way from the base (0) to your own writing "
        f"(100), 95 % interval {match.low:.0f} to {match.high:.0f}, n = {match.n} samples of "
        f"about {length} words."
    )
    if certainty is Certainty.ROUGH:
        said += f" That is rough: it comes from {words:,} of your words; {ROUGH_BELOW:,} tell more."
    return said


def spread(examples: Sequence[Example], most: int) -> list[Example]:
    """At most so many, at even distances."""
    count = min(most, len(examples))
    return [examples[place * len(examples) // count] for place in range(count)]
