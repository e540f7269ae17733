"""The report on a version: locked, rough or measured; made of human writing alone, and kept without it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.domain.example import Author, Example, Source
from engine.domain.style import Certainty
from engine.errors import NotFound
from engine.kinds import open_kinds
from engine.store.examples import NewExample
from engine.style.style import Style
from tests.engine.style.conftest import Shelf
from tests.engine.style.voices import long_winded, passages, short_spoken

BEFORE, AFTER = passages(short_spoken, 10, seed=8), passages(long_winded, 10, seed=9)


@pytest.fixture
def style(shelf: Shelf, tmp_path: object) -> Style:
    return Style(shelf.store, open_kinds(tmp_path))  # type: ignore[arg-type]


def test_little_writing_of_ones_own_locks_it_and_says_what_is_missing(
    shelf: Shelf, style: Style
) -> None:
    version = shelf.version(shelf.own(6), held_out=2)
    assert style.prompts(version) == []
    report = style.measure(version, (), ())
    assert report.certainty is Certainty.LOCKED
    assert report.match is None
    assert report.words < 2000
    assert f"has {report.words:,}. Bring in {2000 - report.words:,} more words" in report.sentence


def test_without_held_out_writing_there_is_no_scale(shelf: Shelf, style: Style) -> None:
    report = style.measure(shelf.version(shelf.own(20), held_out=0), (), ())
    assert report.certainty is Certainty.LOCKED
    assert "none of it was held out" in report.sentence


def test_below_ten_thousand_words_it_is_rough(shelf: Shelf, style: Style) -> None:
    report = style.measure(shelf.version(shelf.own(20), held_out=4), BEFORE, AFTER)
    assert report.certainty is Certainty.ROUGH
    assert report.match is not None
    assert report.before is not None
    assert report.match.value > 70 > 30 > report.before.value
    assert "That is rough" in report.sentence
    held_out = 4 * 170
    assert 160 < int(report.sentence.split("about ")[1].split()[0]) < held_out // 2
    assert f"interval {report.match.low:.0f} to {report.match.high:.0f}" in report.sentence
    assert len(report.habits) == 5
    assert report.copied is not None


def test_from_ten_thousand_words_on_it_is_measured(shelf: Shelf, style: Style) -> None:
    version = shelf.version(shelf.own(60), held_out=8)
    report = style.measure(version, BEFORE, AFTER)
    assert report.words > 10_000
    assert report.certainty is Certainty.MEASURED
    assert "rough" not in report.sentence


def test_prompts_are_those_of_the_held_out_writing_and_at_most_sixteen(
    shelf: Shelf, style: Style
) -> None:
    own = shelf.own(60)
    asked = [each.request for each in style.prompts(shelf.version(own, held_out=20))]
    assert len(set(asked)) == len(asked) == 16
    assert set(asked) <= {each.prompt for each in own[-20:]}
    few = style.prompts(shelf.version(own, held_out=3))
    assert [each.request for each in few] == [each.prompt for each in own[-3:]]


@pytest.mark.parametrize(
    "changes",
    [
        {"author": Author.TEACHER, "source": Source.WRITE},
        {"author": Author.STUDENT, "source": Source.WRITE},
        {"author": Author.PERSON, "source": Source.WRITE},
        {"author": Author.PERSON, "source": Source.REVIEW},
        {"author": Author.PERSON, "source": Source.OWN_WRITING, "kind": "code"},
    ],
)
def test_only_prose_that_a_person_wrote_and_brought_in_counts(
    shelf: Shelf, style: Style, changes: dict[str, object]
) -> None:
    own = shelf.own(10)
    others = [shelf.store.examples.add(changed(each, changes)) for each in own]
    version = shelf.version([*others, *own], held_out=2)
    found = style.own_text(version)
    assert [each.id for each in (*found.trained, *found.held_out)] == [each.id for each in own]
    assert [each.id for each in found.others] == [each.id for each in others]


def changed(example: Example, changes: dict[str, object]) -> NewExample:
    new = NewExample(
        user_id=example.user_id,
        kind=example.kind,
        genre=None,
        style=None,
        seed_prompt=example.seed_prompt,
        prompt=example.prompt,
        completion=example.completion,
        source=example.source,
        author=example.author,
        generator=example.generator,
        quality=example.quality,
    )
    return replace(new, **changes)  # type: ignore[arg-type]


def test_what_a_teachers_text_taught_is_copied_too(shelf: Shelf, style: Style) -> None:
    own = shelf.own(20)
    taught = {
        "author": Author.TEACHER,
        "completion": "Six grey geese crossed the frozen weir at dawn.",
    }
    teacher = shelf.store.examples.add(changed(own[0], taught))
    version = shelf.version([teacher, *own], held_out=4)
    answers = ["Six grey geese crossed the frozen weir again.", *AFTER[:2]]
    assert style.measure(version, BEFORE, answers).copied is not None
    alone = style.measure(version, BEFORE, ["Six grey geese crossed the frozen weir again."])
    assert alone.copied is not None
    assert alone.copied.longest == 7
    assert alone.match is None, "eight words are no two samples"
    assert "is not known" in alone.sentence


def test_the_report_is_kept_as_it_was_made_and_holds_no_words_of_the_text(
    shelf: Shelf, style: Style
) -> None:
    version = shelf.version(shelf.own(20), held_out=4)
    assert style.style("anna") is None
    report = style.measure(version, BEFORE, AFTER)
    assert style.style("anna") == style.style("anna", version.number) == report
    value = json.dumps(shelf.store.preferences.get("anna", f"style/{version.id}"))
    assert not {"captain", "gardener", "glacier"} & set(value.split())
    assert len(value) < 4000


def test_there_is_no_report_without_a_version(shelf: Shelf, style: Style) -> None:
    assert style.style("anna") is None
    with pytest.raises(NotFound):
        style.style("anna", 7)
