"""Training sets: what measures is not trained on, and variants go where their original goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.data.training_set import Rules, training_set
from engine.domain.decontamination import HeldOut, Likeness
from engine.domain.example import Example, Source
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.errors import NothingToTrainOn
from engine.settings import load_settings
from engine.store.examples import NewExample
from engine.training.run import take_snapshot
from engine.training.split import split_examples
from tests.engine.data.examples import new_example
from tests.engine.data.leaks import passages


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home", train_at=0))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()


def story(number: int, **values: object) -> NewExample:
    """A passage with a prompt of its own."""
    row = passages()[number]
    asked = {"seed_prompt": row.prompt, "prompt": row.prompt, "completion": row.completion}
    return new_example(**{**asked, **values})


def keep(engine: Engine, count: int = 40) -> list[Example]:
    return [engine.store.examples.add(story(number)) for number in range(count)]


def of_part(examples: list[Example], part: Split) -> list[Example]:
    parts = dict(split_examples(examples))
    return [each for each in examples if parts[each.id] is part]


def variant(original: Example, **values: object) -> NewExample:
    new = new_example(
        prompt=f"Please tell: {original.prompt}",
        completion=original.completion,
        seed_prompt=original.seed_prompt,
        split_group=original.split_group,
        source=Source.VARIANT,
        variant_of=original.id,
        variant="prompt",
    )
    return replace(new, **values)  # type: ignore[arg-type]


def leak(engine: Engine, source: Example) -> Example:
    """An example that falls into the training part and repeats this one with other capitals."""
    for number in range(50):
        prompt = f"Write something else, number {number}."
        new = story(0, seed_prompt=prompt, prompt=prompt, completion=source.completion.upper())
        added = engine.store.examples.add(new)
        everything = engine.store.examples.trainable("anna", threshold=7.0)
        if added in of_part(everything, Split.TRAIN):
            return added
        engine.store.examples.set_feedback("anna", added.id, -1)
    raise AssertionError("every prompt was held out")


def freeze(engine: Engine) -> object:
    return take_snapshot(
        engine.store, "anna", threshold=7.0, min_examples=3, rules=engine.training_rules
    )


def test_a_snapshot_leaves_leaks_out_and_says_why(engine: Engine) -> None:
    examples = keep(engine)
    (source, *_) = of_part(examples, Split.TEST)
    leaked = leak(engine, source)
    checked = engine.decontaminator.check("anna")
    snapshot = take_snapshot(
        engine.store, "anna", threshold=7.0, min_examples=3, rules=engine.training_rules
    )
    assert leaked.id not in dict(snapshot.rows)
    assert source.id in dict(snapshot.rows)
    assert len(snapshot.rows) == len(examples)
    (overlap,) = snapshot.left_out.removed
    assert (overlap.example_id, overlap.held_out, overlap.held_out_name, overlap.likeness) == (
        leaked.id,
        HeldOut.TEST,
        source.id,
        Likeness.EXACT,
    )
    assert snapshot.left_out == checked
    assert snapshot.left_out.sentence == "1 row left out: it repeats test rows."
    assert "Meanings were not compared" in snapshot.left_out.note
    assert engine.lineage.freeze("anna").rows == snapshot.rows
    (shown,) = engine.decontaminator.leaks("anna", snapshot.left_out)
    assert shown.why == "the same words"
    assert shown.held_out_text == source.completion[:200]
    assert shown.text == leaked.completion[:200]


def test_benchmarks_of_the_home_are_held_out(engine: Engine) -> None:
    examples = keep(engine)
    chosen = of_part(examples, Split.TRAIN)[0]
    folder = engine.settings.home / "benchmarks"
    folder.mkdir()
    row = {"prompt": "Anything.", "completion": chosen.completion.lower()}
    (folder / "own.jsonl").write_text(json.dumps(row), encoding="utf-8")
    report = engine.decontaminator.check("anna")
    assert [(each.example_id, each.held_out_name) for each in report.removed] == [
        (chosen.id, "own.jsonl:1")
    ]
    assert report.held_out["benchmark"] == 1
    (shown,) = engine.decontaminator.leaks("anna", report)
    assert shown.held_out_text == row["completion"][:200]
    (folder / "own.jsonl").unlink()
    (shown,) = engine.decontaminator.leaks("anna", report)
    assert shown.held_out_text == "(no longer there)"


def test_benchmarks_that_the_user_added_are_held_out(engine: Engine) -> None:
    examples = keep(engine)
    chosen = of_part(examples, Split.TRAIN)[0]
    row = {"prompt": "Anything.", "reference": chosen.completion.lower()}
    engine.ensure_user("ben")
    engine.benchmarks.add("ben", "his", json.dumps(row).encode())
    assert engine.decontaminator.check("anna").removed == ()
    engine.benchmarks.add("anna", "hers", json.dumps(row).encode())
    report = engine.decontaminator.check("anna")
    assert [(each.example_id, each.held_out_name) for each in report.removed] == [
        (chosen.id, "benchmark hers, row 1")
    ]
    (shown,) = engine.decontaminator.leaks("anna", report)
    assert shown.held_out_text == row["reference"][:200]
    snapshot = engine.lineage.freeze("anna")
    assert chosen.id not in dict(snapshot.rows)
    engine.benchmarks.remove("anna", "hers")
    assert engine.decontaminator.check("anna").removed == ()


def test_variants_join_only_where_their_original_is_trained_on(engine: Engine) -> None:
    examples = keep(engine)
    store, learned = engine.store, of_part(examples, Split.TRAIN)
    measured = [*of_part(examples, Split.TEST), *of_part(examples, Split.VALIDATION)]
    variants = store.variants.add("anna", [variant(each) for each in [*measured, *learned[:5]]])
    snapshot = take_snapshot(
        store, "anna", threshold=7.0, min_examples=3, rules=engine.training_rules
    )
    joined = [each for each in variants if each.id in dict(snapshot.rows)]
    assert [each.variant_of for each in joined] == [each.id for each in learned[:5]]
    assert {dict(snapshot.rows)[each.id] for each in joined} == {Split.TRAIN}
    assert snapshot.variants == 5
    assert engine.readiness("anna").total == len(examples)
    assert engine.readiness("anna").variants == len(variants)


def test_a_setting_bounds_their_share(engine: Engine) -> None:
    examples = keep(engine)
    learned = of_part(examples, Split.TRAIN)
    variants = engine.store.variants.add("anna", [variant(each) for each in learned])
    for most in (0.0, 0.2, 0.5):
        chosen = training_set(
            examples, split_examples(examples), variants, rules=Rules(most_augmented=most)
        )
        train = sum(part is Split.TRAIN for _, part in chosen.rows)
        assert chosen.variants == int(len(learned) * most / (1 - most))
        assert chosen.variants <= most * train + 1e-9


def test_a_variant_is_left_out_with_its_original_and_for_what_it_repeats(engine: Engine) -> None:
    examples = keep(engine)
    (source, *_) = of_part(examples, Split.TEST)
    leaked = leak(engine, source)
    clean = of_part(examples, Split.TRAIN)[0]
    orphan, copied = engine.store.variants.add(
        "anna",
        [variant(leaked, completion="A new text."), variant(clean, completion=source.completion)],
    )
    report = engine.decontaminator.check("anna")
    reasons = {each.example_id: each.held_out_name for each in report.removed}
    assert reasons == {leaked.id: source.id, orphan.id: source.id, copied.id: source.id}


def test_when_nothing_is_left_it_says_so(engine: Engine) -> None:
    same = passages()[0].completion
    for number in range(12):
        prompt = f"Prompt number {number} of many."
        new = story(0, seed_prompt=prompt, prompt=prompt, completion=same)
        engine.store.examples.add(new)
    with pytest.raises(NothingToTrainOn, match="nothing left to train on"):
        freeze(engine)
