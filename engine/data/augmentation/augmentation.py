"""Augmentation's verbs: propose variants of kept examples, keep them, take them back.

A variant is never kept for itself: it joins a training with its original, is measured by nothing and
counted nowhere (docs/augmentation.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from engine.calibration.threshold import threshold_of
from engine.data.augmentation.kinds import KINDS, TEACHER, check_kinds, nearly_same, vary
from engine.data.augmentation.texts import Texts
from engine.domain.example import Example, Source
from engine.domain.job import Job, JobKind
from engine.domain.snapshot import Split
from engine.errors import Cancelled, InvalidInput
from engine.kinds import Kinds, open_kinds
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.settings import Settings
from engine.store import Store
from engine.store.examples import NewExample
from engine.training.split import split_examples

# A variant may score so much less than its original: more, and the rewording has spoiled it.
MOST_LOST = 0.5


@dataclass(frozen=True)
class Proposed:
    """A variant that is not saved: what it rewords, how, and its texts with their score (0-10)."""

    original: Example
    kind: str
    prompt: str
    completion: str
    score: float


@dataclass(frozen=True)
class Proposal:
    """Variants that would be added. `wanted` of them would make the share that was asked for."""

    wanted: int
    variants: tuple[Proposed, ...]


@dataclass(frozen=True)
class Augmented:
    """What there is: `originals` to be trained on, usable `variants` of them, and how many of each kind.

    `share` is that of variants in both together, from 0 to 1. `held_back` is how many variants the
    setting `data_augmentation` keeps out of the next training.
    """

    originals: int
    variants: int
    share: float
    by_kind: dict[str, int]
    held_back: int


class Augmentation:
    """All verbs. `most` is the largest share of a training set that variants may make up."""

    def __init__(
        self,
        store: Store,
        scorer: Callable[[], Scorer],
        kinds: Kinds,
        start: Callable[[str, JobKind, dict[str, object]], Job],
        *,
        threshold: float,
        most: float,
    ) -> None:
        self._store = store
        self._scorer = scorer
        self._kinds = kinds
        self._start = start
        self._threshold = threshold
        self._most = most

    def state(self, user_id: str) -> Augmented:
        """How many variants there are, and which share of what is trained on they make up."""
        originals = self.originals(user_id)
        ids = {each.id for each in originals}
        variants = [each for each in self._store.variants.usable(user_id) if each.variant_of in ids]
        by_kind = dict.fromkeys([*KINDS, TEACHER], 0)
        for each in variants:
            by_kind[each.variant or ""] = by_kind.get(each.variant or "", 0) + 1
        count = len(variants)
        share = count / (count + len(originals)) if count else 0.0
        held_back = max(0, count - most_variants(len(originals), self._most))
        return Augmented(len(originals), count, share, by_kind, held_back)

    def originals(
        self, user_id: str, which: Callable[[Example], bool] = lambda example: True
    ) -> list[Example]:
        """Examples that would be trained on now, on all or on `which` of them: only they are worth
        rewording."""
        trainable = self._store.examples.trainable(
            user_id, threshold=threshold_of(self._store, user_id, self._threshold)
        )
        examples = [each for each in trainable if which(each)]
        parts = dict(split_examples(examples))
        return [each for each in examples if parts[each.id] is Split.TRAIN]

    def propose(
        self,
        user_id: str,
        share: float,
        kinds: Sequence[str] | None = None,
        *,
        seed: int = 1,
        which: Callable[[Example], bool] = lambda example: True,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Proposal:
        """Variants until they make up `share` of a training on all, or on `which` of the examples;
        the same for the same seed.

        Nothing is saved. Raises `InvalidInput` and `Cancelled`.
        """
        chosen = check_kinds(kinds)
        originals = self.originals(user_id, which)
        ids = {each.id for each in originals}
        there = [each for each in self._store.variants.usable(user_id) if each.variant_of in ids]
        wanted = max(0, most_variants(len(originals), check_share(share)) - len(there))
        known: dict[str, list[Texts]] = {}
        for variant in there:
            known.setdefault(variant.variant_of or "", []).append(texts_of(variant))
        found: list[Proposed] = []
        for original, kind in drawn(originals, chosen, seed):
            if len(found) == wanted:
                break
            if cancelled():
                raise Cancelled("Making variants")
            siblings = known.setdefault(original.id, [])
            proposed = self.variant(original, vary(texts_of(original), kind, seed), kind, siblings)
            if proposed is not None:
                found.append(proposed)
                siblings.append(Texts(proposed.prompt, proposed.completion))
        return Proposal(wanted, tuple(found))

    def variant(
        self, original: Example, texts: Texts | None, kind: str, siblings: Sequence[Texts]
    ) -> Proposed | None:
        """The variant these texts make; None when they say nothing new, or spoil the original."""
        if texts is None or any(
            nearly_same(texts, each) for each in (texts_of(original), *siblings)
        ):
            return None
        if texts.completion == original.completion:
            return Proposed(original, kind, *texts, original.quality.score)
        score = self._score(original, texts.completion)
        if score < self._score(original, original.completion) - MOST_LOST:
            return None
        return Proposed(original, kind, *texts, score)

    def _score(self, original: Example, text: str) -> float:
        kind, prompt = self._kinds.find(original.kind), original.seed_prompt
        return rate(self._scorer(), kind, text, prompt=prompt, genre=original.genre).score

    def save(
        self,
        user_id: str,
        share: float,
        kinds: Sequence[str] | None = None,
        *,
        seed: int = 1,
        which: Callable[[Example], bool] = lambda example: True,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Example]:
        """Keep what `propose` gives. Raises `InvalidInput` and `Cancelled`."""
        proposal = self.propose(user_id, share, kinds, seed=seed, which=which, cancelled=cancelled)
        return self.keep(user_id, proposal.variants)

    def keep(self, user_id: str, proposed: Sequence[Proposed]) -> list[Example]:
        """Store variants; one that is there already stays once."""
        return self._store.variants.add(user_id, [new_variant(each) for each in proposed])

    def start(self, user_id: str, share: float) -> Job:
        """Queue a job that has the teacher reword prompts. Raises `InvalidInput`."""
        if not self.originals(user_id):
            raise InvalidInput(
                "examples", "are missing: keep some first, there is nothing to reword"
            )
        return self._start(user_id, JobKind.AUGMENT, {"share": check_share(share)})

    def undo(self, user_id: str) -> int:
        """Remove all variants that no training and no export holds and nobody decided about; how many."""
        return self._store.variants.remove_unused(user_id)

    def of(self, user_id: str, example_id: str) -> list[Example]:
        """Variants of one example, oldest first. Raises `NotFound`."""
        return self._store.variants.of(user_id, example_id)


def open_augmentation(
    settings: Settings,
    store: Store,
    scorer: Callable[[], Scorer],
    start: Callable[[str, JobKind, dict[str, object]], Job],
) -> Augmentation:
    """The verbs of one home. `start` queues a job."""
    kinds = open_kinds(settings.home)
    threshold, most = settings.keep_threshold, settings.data_augmentation
    return Augmentation(store, scorer, kinds, start, threshold=threshold, most=most)


def check_share(share: float) -> float:
    """Raise `InvalidInput` unless originals remain the larger part."""
    if not 0 < share <= 0.5:
        raise InvalidInput("share", f"must be above 0 and at most 0.5, got {share}")
    return share


def most_variants(originals: int, share: float) -> int:
    """How many variants beside so many originals make up this share of both."""
    return int(originals * share / (1 - share) + 1e-9) if share < 1 else originals


def drawn(
    originals: Sequence[Example], kinds: Sequence[str], seed: int
) -> list[tuple[Example, str]]:
    """Every original with every kind, mixed: first one kind of each, then the next."""
    rng = Random(seed)
    mixed = rng.sample(list(originals), len(originals))
    turns = range(len(kinds))
    return [
        (original, kinds[(place + turn) % len(kinds)])
        for turn in turns
        for place, original in enumerate(mixed)
    ]


def texts_of(example: Example) -> Texts:
    return Texts(example.prompt, example.completion)


def new_variant(proposed: Proposed) -> NewExample:
    """The row of a variant: its original's in everything but the words."""
    original = proposed.original
    return NewExample(
        user_id=original.user_id,
        kind=original.kind,
        genre=original.genre,
        style=original.style,
        seed_prompt=original.seed_prompt,
        prompt=proposed.prompt,
        completion=proposed.completion,
        source=Source.VARIANT,
        author=original.author,
        generator=original.generator,
        quality=original.quality,
        split_group=original.split_group,
        variant_of=original.id,
        variant=proposed.kind,
    )
