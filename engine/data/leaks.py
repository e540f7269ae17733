"""Looking for training rows that repeat held-out ones, and showing them: decontamination's verbs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.calibration.threshold import threshold_of
from engine.data.held_out import benchmark_rows
from engine.data.training_set import Rules, training_set
from engine.domain.decontamination import Decontamination, HeldOut, Likeness, Overlap
from engine.errors import NotFound
from engine.evaluation.compare import evaluation_prompts
from engine.kinds import open_kinds
from engine.store import Store
from engine.training.split import split_examples

SHOWN = 200
SENTENCES = {
    Likeness.EXACT: "the same words",
    Likeness.NEAR: "nearly the same words",
    Likeness.SHARED: "{share} of its phrases are the same",
    Likeness.MEANING: "it says the same, likeness {share}",
}
GONE = "(no longer there)"


@dataclass(frozen=True)
class Leak:
    """One row that is left out, the held-out row it repeats, and why, for people to read."""

    overlap: Overlap
    text: str
    held_out_text: str
    why: str


class Decontaminator:
    """All verbs. Kept means a score from `threshold`."""

    def __init__(self, store: Store, rules: Rules, *, threshold: float) -> None:
        self._store = store
        self._rules = rules
        self._threshold = threshold

    def check(self, user_id: str, *, by_meaning: bool = True) -> Decontamination:
        """What the next training would leave out; nothing is changed.

        Raises `NothingToTrainOn`, and `UnreadableFile` for a benchmark.
        """
        examples = self._store.examples.trainable(
            user_id, threshold=threshold_of(self._store, user_id, self._threshold)
        )
        if not examples:
            return Decontamination()
        rules = self._rules if by_meaning else replace(self._rules, embed=None)
        variants = self._store.variants.usable(user_id)
        return training_set(examples, split_examples(examples), variants, rules=rules).report

    def leaks(self, user_id: str, report: Decontamination) -> list[Leak]:
        """The rows that a report left out, with the beginnings of their texts as they are now."""
        return [
            Leak(
                overlap,
                self._text_of(user_id, overlap.example_id),
                self._held_out_text(user_id, overlap),
                SENTENCES[overlap.likeness].format(share=f"{overlap.similarity:.0%}"),
            )
            for overlap in report.removed
        ]

    def _text_of(self, user_id: str, example_id: str) -> str:
        try:
            example = self._store.examples.get(user_id, example_id)
        except NotFound:
            return GONE
        return (example.completion or GONE)[:SHOWN]

    def _held_out_text(self, user_id: str, overlap: Overlap) -> str:
        if overlap.held_out in (HeldOut.VALIDATION, HeldOut.TEST):
            return self._text_of(user_id, overlap.held_out_name)
        home = self._rules.home
        assert home is not None
        if overlap.held_out is HeldOut.EVALUATION:
            place = int(overlap.held_out_name.rpartition(" ")[2])
            prompts = evaluation_prompts(*open_kinds(home).all())
            return prompts[place - 1].prompt if place <= len(prompts) else GONE
        benchmarks = [*benchmark_rows(home), *self._rules.benchmarks(user_id)]
        rows = {row.name: row for row in benchmarks}
        row = rows.get(overlap.held_out_name)
        return (row.completion or row.prompt)[:SHOWN] if row else GONE
