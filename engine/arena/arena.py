"""The verbs of the arena. A pair is a row before its answers are there, so nothing is shown half, and
whoever comes again sees the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

from engine.arena.answering import answer_to
from engine.arena.contenders import Contender, called_base, contenders
from engine.arena.pairs import next_models, next_prompt, prompts_for
from engine.arena.ratings import Ballot, Ratings, rate_models
from engine.domain.vote import Choice, Pair, Vote
from engine.kinds import Kinds
from engine.quality.score import Scorer
from engine.store import Store
from engine.teaching import Teachers

SEED = 6
# So many of the newest stories give prompts.
STORIES = 200


class Arena:
    """`rng` chooses among equals and the sides; a test gives its own."""

    def __init__(
        self,
        store: Store,
        teachers: Teachers,
        kinds: Kinds,
        scorer: Callable[[], Scorer],
        *,
        base_model: str,
        rng: random.Random | None = None,
    ) -> None:
        self._store = store
        self._teachers = teachers
        self._kinds = kinds
        self._scorer = scorer
        self._base_model = base_model
        self._rng = rng or random.SystemRandom()

    def contenders(self, user_id: str) -> list[str]:
        """Names of the models that can be compared now."""
        return list(self._contenders(user_id))

    def pair(self, user_id: str) -> Pair | None:
        """The pair to vote on; its answers may have to be written first. None with nothing to compare.

        One that is not written and whose model is there no more gives way to another.
        """
        there = self._contenders(user_id)
        opened = self._store.votes.open(user_id)
        while opened is not None and not _can_be_shown(opened, there):
            self._store.votes.skip(user_id, opened.id)
            opened = self._store.votes.open(user_id)
        if opened is not None:
            return opened
        if len(there) < 2:
            return None
        shown = self._store.votes.shown(user_id)
        stories = self._store.stories.list(user_id, STORIES)
        asked = next_prompt(prompts_for(stories, self._kinds), shown, self._rng)
        left, right = next_models(list(there), shown, self._rng)
        return self._store.votes.add(
            user_id,
            prompt=asked.prompt,
            kind=asked.kind,
            genre=asked.genre,
            style=asked.style,
            left_model=left,
            right_model=right,
            left_version_id=there[left].version_id,
            right_version_id=there[right].version_id,
        )

    def write(
        self, user_id: str, pair: Pair, on_answer: Callable[[], object] = lambda: None
    ) -> Pair:
        """Have both models answer at once, each unless it has; the pair with what is there then.

        What came is stored when one of them fails, and the error is raised: `ModelError`, or one of
        the engine. Asked again, only the missing answer is written.
        """
        there, kind = self._contenders(user_id), self._kinds.find(pair.kind)
        sides = [
            (side, name)
            for side, name, text in (
                ("left", pair.left_model, pair.left_text),
                ("right", pair.right_model, pair.right_text),
            )
            if not text and name in there
        ]
        if not sides:
            return pair

        def answer(side: str, name: str) -> None:
            text = answer_to(pair, there[name], kind, self._scorer)
            self._store.votes.write(user_id, pair.id, **{side: text})

        with ThreadPoolExecutor(len(sides)) as pool:
            running = [pool.submit(answer, *side) for side in sides]
            for _ in as_completed(running):
                on_answer()
        for each in running:
            each.result()
        return self._store.votes.write(user_id, pair.id)

    def vote(self, user_id: str, pair_id: str, choice: Choice) -> Vote:
        """Vote on a pair and learn who wrote what. Raises `NotFound`, `InvalidInput`, `WrongState`."""
        return self._store.votes.vote(user_id, pair_id, choice)

    def skip(self, user_id: str, pair_id: str) -> None:
        """Set a pair aside; it counts for nobody. Raises as `vote` does."""
        self._store.votes.skip(user_id, pair_id)

    def newest_vote(self, user_id: str) -> Vote | None:
        """The vote that `undo` would take back now; None where there is none."""
        return self._store.votes.newest(user_id)

    def undo(self, user_id: str, vote_id: str | None = None) -> Pair | None:
        """Take the newest vote back: its pair is the one to vote on. None where there is no vote, and
        where `vote_id` names another than the newest: so the same request twice takes one back."""
        return self._store.votes.undo(user_id, vote_id)

    def votes(self, user_id: str) -> list[Vote]:
        """All votes, in the order they were cast."""
        return self._store.votes.list(user_id)

    def ratings(self, user_id: str, genre: str | None = None) -> Ratings:
        """What the votes say, those on texts of one genre if it is named; the base at 0, where it has
        votes enough, else the teacher."""
        ballots = tuple(
            Ballot(vote.left_model, vote.right_model, vote.choice)
            for vote in self.votes(user_id)
            if genre is None or vote.genre == genre
        )
        anchors = (called_base(self._base_model), *self._teaching(user_id))
        return rate_models(ballots, anchors=anchors, seed=SEED)

    def _contenders(self, user_id: str) -> dict[str, Contender]:
        return contenders(self._store, self._teachers, self._base_model, user_id)

    def _teaching(self, user_id: str) -> list[str]:
        return [each.name for each in self._contenders(user_id).values() if each.teaches]


def _can_be_shown(pair: Pair, there: dict[str, Contender]) -> bool:
    """Whether what is missing of the pair can still be written."""
    missing = [
        name
        for name, text in ((pair.left_model, pair.left_text), (pair.right_model, pair.right_text))
        if not text
    ]
    return all(name in there for name in missing)
