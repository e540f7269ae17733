"""Imports from the files to the examples: nothing lost, nothing twice, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.data.readers import Upload
from engine.domain.example import Author, Source
from engine.domain.job import JobState
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.errors import InvalidInput, NotFound, WrongState
from engine.training.run import take_snapshot
from tests.engine.data.takings import NOVEL, ROW, STORIES, examples, rows, take_in
from tests.fake_llamacpp import fake_llamacpp
from tests.fake_openai import fake_openai
from tests.mixed_files import mixed_files


def test_mixed_files_come_to_what_the_preview_said(engine: Engine) -> None:
    files = mixed_files(22, 150_000)
    preview = engine.imports.preview("anna", files)
    assert examples(engine) == []
    taken = take_in(engine, *files)
    assert [(each.name, each.read, each.accepted, each.problem) for each in taken.files] == [
        (each.name, each.read, each.accepted, each.problem) for each in preview.files
    ]
    assert len(taken.skipped) == 10
    assert taken.accepted + taken.rejected == taken.read > 100
    assert len(examples(engine)) == taken.accepted
    refused = engine.imports.rejections("anna", taken.id)
    assert len(refused) == taken.rejected > 3
    assert all(each.reason and each.row > 0 for each in refused)
    assert {each.import_id for each in examples(engine)} == {taken.id}
    assert not any((engine.settings.home / "imports").iterdir())


def test_the_same_file_again_only_repeats(engine: Engine) -> None:
    first = take_in(engine, NOVEL)
    again = Upload("copy.md", NOVEL.data.replace(b"\n\n", b"\r\n\r\n"))
    preview = engine.imports.preview("anna", [again])
    assert (preview.accepted, preview.rejected) == (0, first.accepted)
    second = take_in(engine, again)
    assert (second.accepted, second.rejected) == (0, first.accepted > 10 and first.accepted)
    reasons = {each.reason for each in engine.imports.rejections("anna", second.id)}
    assert len(reasons) == 1
    assert "repeats" in reasons.pop()


def test_a_text_with_a_few_other_words_is_a_repetition(engine: Engine) -> None:
    take_in(engine, NOVEL)
    words = NOVEL.data.decode().split(" ")
    words[50::50] = ["ship"] * len(words[50::50])
    changed = Upload("second-draft.txt", " ".join(words).encode())
    assert engine.imports.preview("anna", [changed]).accepted > 10
    assert take_in(engine, changed).accepted == 0


def test_short_answers_repeat_only_with_their_prompts(engine: Engine) -> None:
    taken = take_in(engine, rows(ROW, ROW | {"prompt": "Write of a lake."}, ROW))
    assert (taken.accepted, taken.rejected) == (2, 1)
    assert [each.row for each in engine.imports.rejections("anna", taken.id)] == [3]


def test_who_wrote_a_row_is_what_it_says_else_what_the_user_says(engine: Engine) -> None:
    take_in(engine, rows(ROW, ROW | {"prompt": "b", "author": "person"}))
    take_in(engine, rows(ROW | {"prompt": "c", "genre": "horror"}), author="person")
    by_prompt = {each.prompt: each for each in examples(engine)}
    assert by_prompt["Write of the sea."].author is Author.TEACHER
    assert by_prompt["b"].author is Author.PERSON
    assert by_prompt["c"].author is Author.PERSON
    assert by_prompt["c"].genre == "horror"
    assert {each.source for each in by_prompt.values()} == {Source.IMPORT}
    assert all(each.quality.parts for each in by_prompt.values())


def test_undone_its_examples_are_gone_but_for_what_a_training_set_holds(engine: Engine) -> None:
    taken = take_in(engine, STORIES)
    other = take_in(engine, rows(ROW))
    snapshot = take_snapshot(engine.store, "anna", threshold=7.0, min_examples=3)
    later = take_in(engine, rows(*(ROW | {"prompt": f"p{number}"} for number in range(9))))
    assert engine.imports.undo("anna", later.id).removed == 9
    undone = engine.imports.undo("anna", taken.id)
    held = {example_id for example_id, _ in snapshot.rows}
    assert len(held) > 20
    assert (undone.removed, undone.staying) == (taken.accepted - len(held), len(held))
    assert engine.imports.undo("anna", other.id).removed == 1
    assert {each.id for each in examples(engine)} == held
    assert engine.imports.get("anna", later.id).undone_at is not None
    assert [each.id for each in engine.imports.list("anna")] == [later.id, other.id, taken.id]


def test_while_it_is_taken_in_it_cannot_be_undone(engine: Engine) -> None:
    found = engine.imports.add("anna", [NOVEL])
    with pytest.raises(WrongState):
        engine.imports.undo("anna", found.id)
    with pytest.raises(NotFound):
        engine.imports.undo("ben", found.id)


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"prompts": "riddle"}, "prompts"),
        ({"author": "student"}, "author"),
        ({"genre": "x"}, "genre"),
    ],
)
def test_a_choice_there_is_not_is_named(
    engine: Engine, choices: dict[str, str], field: str
) -> None:
    for verb in (engine.imports.preview, engine.imports.add):
        with pytest.raises(InvalidInput) as caught:
            verb("anna", [NOVEL], **choices)  # type: ignore[arg-type,operator]
        assert caught.value.field == field


def test_own_writing_alone_can_be_trained_on_and_neighbours_stay_together(engine: Engine) -> None:
    taken = take_in(engine, STORIES)
    assert taken.accepted >= 10
    assert engine.readiness("anna").can_train
    assert engine.start_training("anna").state is JobState.QUEUED
    snapshot = take_snapshot(engine.store, "anna", threshold=7.0, min_examples=10)
    parts = dict(snapshot.rows)
    assert set(parts.values()) == set(Split)
    by_group: dict[str, set[Split]] = {}
    for each in examples(engine):
        assert each.source is Source.OWN_WRITING
        assert each.author is Author.PERSON
        if each.id in parts:  # else it repeats what measures
            by_group.setdefault(each.split_group, set()).add(parts[each.id])
    assert all(len(found) == 1 for found in by_group.values())
    assert 3 <= len(by_group) < len(parts)


def test_an_instruction_names_what_is_in_the_passage(engine: Engine) -> None:
    take_in(engine, NOVEL, prompts="instruction")
    for each in examples(engine):
        assert "words" in each.prompt
        assert not each.prompt.startswith("Continue")
        subject = each.prompt.lower()
        assert any(
            word in subject for word in each.completion.lower().rstrip(".").split() if len(word) > 4
        )


def teach_by(engine: Engine, url: str) -> None:
    provider = engine.teachers.add("Next door", "openai", base_url=f"{url}/v1", model="m")
    engine.teachers.choose("anna", [provider.id])


def test_the_teacher_says_what_a_passage_answers(engine: Engine) -> None:
    with fake_llamacpp(texts=['"Tell me of a ferryman in winter."']) as server:
        engine.store.serving.publish(server.url, "base", "0" * 64, {}, "")
        taken = take_in(engine, NOVEL, prompts="teacher")
    assert {each.prompt for each in examples(engine)} == {"Tell me of a ferryman in winter."}
    assert taken.files[0].by_template == 0
    assert taken.note == ""
    sent = str(server.requests[0]["messages"])
    assert any(each.completion[:60] in str(server.requests) for each in examples(engine))
    assert "Answer with the request only" in sent


def test_without_its_teacher_an_import_goes_on_by_template_and_says_so(engine: Engine) -> None:
    with fake_openai(key="right") as server:
        teach_by(engine, server.url)
        taken = take_in(engine, NOVEL, prompts="teacher")
    assert taken.accepted == taken.files[0].by_template > 10
    assert "key" in taken.note
    assert all("words" in each.prompt for each in examples(engine))


def every_verb(engine: Engine) -> dict[str, Callable[[str, str], object]]:
    return {
        "get": engine.imports.get,
        "rejections": engine.imports.rejections,
        "undo": engine.imports.undo,
    }


@pytest.mark.parametrize("name", ["get", "rejections", "undo"])
def test_anothers_import_is_not_there(engine: Engine, name: str) -> None:
    taken = take_in(engine, rows(ROW))
    engine.ensure_user("ben")
    with pytest.raises(NotFound):
        every_verb(engine)[name]("ben", taken.id)
    assert engine.imports.list("ben") == []
