"""Augmentation's verbs, with word lists and with a teacher that is a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_engine
from engine.budget.errors import BudgetUsedUp
from engine.data.augmentation.teacher import reword
from engine.data.augmentation.texts import Texts
from engine.domain.example import Author, Example, Source
from engine.domain.job import JobState
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.errors import InvalidInput
from engine.jobs.events import history
from engine.jobs.work import Runner
from engine.rendering import story_prompt
from engine.settings import load_settings
from engine.training.split import split_examples
from models.base import Answer, Finish, Message
from tests.engine.data.examples import new_example
from tests.engine.data.leaks import passages
from tests.fake_llamacpp import fake_llamacpp, good_texts


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home", train_at=0))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def kept(engine: Engine) -> list[Example]:
    """Forty passages, with requests as auto-training makes them."""
    examples = []
    for number, row in enumerate(passages()[:40]):
        idea = f"Clara finds thing number {number} of the drowned house and must say whose it was."
        asked = story_prompt(idea, genre="mystery")
        new = new_example(
            seed_prompt=idea,
            prompt=asked,
            completion=row.completion,
            genre="mystery",
            author=Author.PERSON if number % 5 == 0 else Author.TEACHER,
        )
        examples.append(engine.store.examples.add(new))
    return examples


def test_a_proposal_makes_the_share_and_saves_nothing(engine: Engine, kept: list[Example]) -> None:
    proposal = engine.augmentation.propose("anna", 0.3)
    originals = engine.augmentation.originals("anna")
    assert proposal.wanted == len(proposal.variants) == int(len(originals) * 3 / 7)
    assert engine.augmentation.state("anna").variants == 0
    parts = dict(split_examples(kept))
    assert {parts[each.original.id] for each in proposal.variants} == {Split.TRAIN}
    for each in proposal.variants:
        assert (each.prompt, each.completion) != (each.original.prompt, each.original.completion)


def test_what_was_proposed_is_saved_with_its_provenance(
    engine: Engine, kept: list[Example]
) -> None:
    proposal = engine.augmentation.propose("anna", 0.3, seed=3)
    saved = engine.augmentation.save("anna", 0.3, seed=3)
    assert [each.prompt for each in saved] == [each.prompt for each in proposal.variants]
    originals = {each.id: each for each in kept}
    for each in saved:
        original = originals[each.variant_of or ""]
        assert each.source is Source.VARIANT
        assert (each.author, each.split_group) == (original.author, original.split_group)
        assert engine.augmentation.of("anna", original.id) == [each]
    state = engine.augmentation.state("anna")
    assert state.variants == len(saved) == sum(state.by_kind.values())
    assert 0.27 <= state.share <= 0.3
    assert engine.get_stats("anna").total_examples == len(kept)
    assert engine.augmentation.save("anna", 0.3, seed=3) == []
    assert engine.augmentation.undo("anna") == len(saved)
    assert engine.augmentation.state("anna").variants == 0


def test_variants_of_others_are_not_counted_for_a_training_on_some(
    engine: Engine, kept: list[Example]
) -> None:
    ids = [each.id for each in kept]
    earlier, accepted = set(ids[:20]), set(ids[20:])
    engine.augmentation.save("anna", 0.5, which=lambda example: example.id in earlier)
    saved = engine.augmentation.save("anna", 0.3, which=lambda example: example.id in accepted)
    assert saved
    assert {each.variant_of for each in saved} <= accepted
    count = len(engine.augmentation.originals("anna", lambda example: example.id in accepted))
    assert len(saved) == int(count * 3 / 7)


def test_only_the_kinds_that_are_asked_for(engine: Engine, kept: list[Example]) -> None:
    proposal = engine.augmentation.propose("anna", 0.5, ["prompt"])
    assert {each.kind for each in proposal.variants} == {"prompt"}
    assert len(proposal.variants) == proposal.wanted
    assert engine.augmentation.propose("anna", 0.5, ["parameters"]).variants == ()
    for share in (0.0, 0.6, -1.0):
        with pytest.raises(InvalidInput, match="share"):
            engine.augmentation.propose("anna", share)


def test_a_variant_that_spoils_its_original_is_dropped(engine: Engine, kept: list[Example]) -> None:
    original = replace(kept[0], completion=good_texts()[0]["text"])
    loop = Texts("Another request altogether, if you please.", "The lamp. " * 80)
    assert engine.augmentation.variant(original, loop, "names", []) is None
    same = Texts(original.prompt + "!", original.completion)
    assert engine.augmentation.variant(original, same, "prompt", []) is None
    good = Texts(loop.prompt, original.completion)
    assert engine.augmentation.variant(original, good, "prompt", []) is not None
    assert engine.augmentation.variant(original, good, "prompt", [good]) is None


# What the teacher says to any request: it keeps the facts of one of them only.
REWORDED = (
    "In roughly 150 words, a mystery please: tell how Clara comes upon a thing, the one with the number "
    "{number}, that lay under water in a house, and whose it has been."
)


def test_the_teacher_rewords_prompts_and_what_changes_facts_is_dropped(
    engine: Engine, kept: list[Example]
) -> None:
    originals = engine.augmentation.originals("anna")
    number = originals[0].seed_prompt.split()[4]
    with fake_llamacpp(texts=[REWORDED.format(number=number)]) as teacher:
        engine.store.serving.publish(teacher.url, "base", "0" * 64, {}, "")
        job = engine.augmentation.start("anna", 0.5)
        Runner(engine).run(job.id)
        asked = len(teacher.requests)
    ended = engine.job("anna", job.id)
    assert ended.state is JobState.SUCCEEDED, ended.error
    (variant,) = engine.store.variants.usable("anna")
    assert variant.variant == "teacher"
    assert variant.variant_of == originals[0].id
    assert variant.completion == originals[0].completion
    assert "Clara" in variant.prompt
    assert ended.result == {"asked": len(originals), "kept": 1}
    assert asked == len(originals)
    assert history(engine.store, ended).events[-1].name == "augmentCompleted"


class Paid:
    """A teacher in this process that rewords one prompt, and then its budget is used up."""

    name = "paid"

    def __init__(self) -> None:
        self._room = [Answered]

    def stream(self, messages: Sequence[Message], **_: Any) -> Answer:
        try:
            answered = self._room.pop()
        except IndexError:
            raise BudgetUsedUp("month", "tokens", 9, 9) from None
        found = re.search(r"thing number (\d+)", messages[-1].content)
        assert found is not None
        return answered(REWORDED.format(number=found.group(1)))


class Answered(Answer):
    def __init__(self, text: str) -> None:
        self.model, self.finish, self._text = "paid", Finish("stop", 1, 1), text

    def __iter__(self) -> Iterator[str]:
        yield self._text

    def close(self) -> None:
        """Nothing runs."""


def test_what_was_paid_for_is_kept_when_the_budget_is_used_up(
    engine: Engine, kept: list[Example]
) -> None:
    with pytest.raises(BudgetUsedUp):
        reword(
            engine.store,
            engine.augmentation,
            Paid(),
            "anna",
            share=0.5,
            in_flight=3,
            cancelled=lambda: False,
            on_done=lambda done, total: None,
        )
    (variant,) = engine.store.variants.usable("anna")
    assert variant.variant == "teacher"


def test_rewording_can_be_cancelled(engine: Engine, kept: list[Example]) -> None:
    job = engine.augmentation.start("anna", 0.5)
    with fake_llamacpp(texts=["No."], delay=0.01) as teacher:
        engine.store.serving.publish(teacher.url, "base", "0" * 64, {}, "")
        engine.cancel("anna", job.id)
        Runner(engine).run(job.id)
    assert engine.job("anna", job.id).state is JobState.CANCELLED


def test_without_examples_there_is_nothing_to_reword(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="nothing to reword"):
        engine.augmentation.start("anna", 0.3)
    assert engine.augmentation.propose("anna", 0.3).variants == ()
