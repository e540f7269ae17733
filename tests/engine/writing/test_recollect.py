"""Writing with memory: what the model reads, what is kept of it, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.kinds import stories
from engine.memory.address import publish, withdraw
from engine.rendering import MEMORY_TEXT, render
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.memory_servers import chroma, fake_embeddings
from tests.processes import Home

KEY = "Mara hid the brass key under the third stair of the lighthouse."
PROMPT = "Mara looks for the brass key in the lighthouse."


@pytest.fixture
def teacher(home: Home, tmp_path: Path) -> Iterator[FakeLlamaCpp]:
    """A teacher, with a memory that runs."""
    with fake_llamacpp() as server, fake_embeddings() as meanings, chroma(tmp_path / "i") as index:
        home.engine.store.serving.publish(server.url, "tiny", "0" * 64, {}, meanings.url)
        publish(home.folder, index.url)
        yield server


def write(home: Home, *, memory: bool) -> str:
    """A story with one draft; its id."""
    story = home.engine.start_story("anna", PROMPT)
    list(home.engine.write("anna", story.id, memory=memory))
    return story.id


def test_recalled_passages_are_read_and_never_trained_on(home: Home, teacher: FakeLlamaCpp) -> None:
    passage = home.engine.memory.remember("anna", KEY).passages[0]
    home.engine.memory.remember("anna", "Bread rises in warm air.")
    story = home.engine.store.stories.get("anna", write(home, memory=True))
    system, request = (each["content"] for each in teacher.requests[0]["messages"])
    assert KEY in system
    assert "Bread" not in system
    assert system.startswith(stories().system)
    assert PROMPT in request
    assert KEY not in request

    (draft,) = story.drafts
    (use,) = draft.memory.passages
    assert (use.passage_id, use.words, use.words_cut) == (passage.id, len(KEY.split()), 0)
    assert use.score is not None
    assert use.score > 0.5
    assert draft.example_id is not None
    example = home.engine.store.examples.get("anna", draft.example_id)
    assert KEY not in example.prompt + example.completion


def test_without_asking_nothing_is_recalled(home: Home, teacher: FakeLlamaCpp) -> None:
    home.engine.memory.remember("anna", KEY)
    story = home.engine.store.stories.get("anna", write(home, memory=False))
    assert teacher.requests[0]["messages"][0]["content"] == stories().system
    assert not story.drafts[0].memory.asked


def test_training_passages_are_not_recalled_for_a_story(home: Home, teacher: FakeLlamaCpp) -> None:
    home.engine.memory.remember("anna", KEY, scope="training")
    write(home, memory=True)
    assert teacher.requests[0]["messages"][0]["content"] == stories().system


def test_writing_goes_on_without_a_memory_and_says_so(home: Home, teacher: FakeLlamaCpp) -> None:
    home.engine.memory.remember("anna", KEY)
    withdraw(home.folder)
    story = home.engine.store.stories.get("anna", write(home, memory=True))
    assert teacher.requests[0]["messages"][0]["content"] == stories().system
    assert story.drafts[0].memory.asked
    assert "not running" in story.drafts[0].memory.problem
    assert story.drafts[0].text


def test_what_does_not_fit_is_cut_at_a_sentence_and_counted(
    home: Home, teacher: FakeLlamaCpp
) -> None:
    """Six passages of 190 words are more than two fifths of what the model reads."""
    for number in range(6):
        text = " ".join(f"Mara finds brass key {number}{place}." for place in range(38))
        home.engine.memory.remember("anna", text)
    story = home.engine.store.stories.get("anna", write(home, memory=True))
    use = story.drafts[0].memory
    system = teacher.requests[0]["messages"][0]["content"]
    recalled = system.removeprefix(stories().system).strip().removeprefix(MEMORY_TEXT)
    assert use.words == len(recalled.split())
    assert use.words_cut > 100
    assert use.words + use.words_cut == 6 * 190
    assert recalled.strip().endswith(".")
    # Written by hand in tokens, three bytes each at the most: it fits with request and answer.
    assert len(recalled.encode()) / 3 <= 0.4 * home.engine.settings.context


def test_the_request_reads_as_in_training() -> None:
    assert render("p")[1:] == render("p", ["a", "b"])[1:]
    assert render("p", ["a", "b"])[0].content.endswith("a\n\nb")
