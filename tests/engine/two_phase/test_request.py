"""What a two-phase training is asked, and what is refused before anything is begun."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.domain.example import Decision
from engine.domain.two_phase import Input, TwoPhaseSettings
from engine.engine import Engine
from engine.errors import (
    InvalidInput,
    NotEnoughExamples,
    NotFound,
    UnreadableFile,
    WrongState,
)
from engine.two_phase.request import read_inputs, read_settings
from tests.engine.store.conftest import Make
from tests.processes import Home


@pytest.fixture
def engine(home: Home) -> Engine:
    return home.engine


def test_the_defaults_are_those_that_are_documented() -> None:
    settings = read_settings({})
    assert settings == TwoPhaseSettings()
    assert (settings.summary_model_name, settings.training_model_name) == (
        "Qwen/Qwen2.5-7B-Instruct",
        "Qwen/Qwen2.5-1.5B-Instruct",
    )
    assert (settings.target_summaries, settings.batch_size, settings.training_epochs) == (
        200,
        8,
        15,
    )
    assert (settings.learning_rate, settings.max_length) == (1e-4, 4096)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"epochs": 3}, "epochs is no setting; there are summary_model_name"),
        ({"batch_size": 0}, "batch_size must be from 1 to 64, got 0"),
        ({"batch_size": "8"}, "batch_size must be int, got '8'"),
        ({"training_epochs": True}, "training_epochs must be int, got True"),
        ({"two_phase_training": 1}, "two_phase_training must be bool, got 1"),
        ({"learning_rate": 1.0}, "learning_rate must be from 1e-07 to 0.01"),
        ({"summary_model_name": " "}, "summary_model_name is empty"),
        ({"auto_accept_above": 11}, "auto_accept_above must be from 0 to 10"),
        ({"target_summaries": 5}, "target_summaries is 5: a training needs at least 10"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    engine: Engine, given: dict[str, object], says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        engine.two_phase.start("anna", **given)  # type: ignore[arg-type]
    assert str(caught.value).startswith(says)
    assert engine.jobs("anna") == []


def test_inputs_are_lines_or_json() -> None:
    assert read_inputs("ideas.txt", "A lamp.\n\n  A boat. \n") == [
        Input("A lamp."),
        Input("A boat."),
    ]
    rows = '{"prompt": "A lamp.", "genre": "horror"}\n"A boat."\n{"input": "A bell."}\n'
    assert read_inputs("ideas.jsonl", rows) == [
        Input("A lamp.", "horror"),
        Input("A boat."),
        Input("A bell."),
    ]
    with pytest.raises(UnreadableFile, match=r"ideas.jsonl cannot be read: line 2 is not JSON"):
        read_inputs("ideas.jsonl", '"A lamp."\n{')
    with pytest.raises(UnreadableFile, match="line 1 has no text under prompt"):
        read_inputs("ideas.jsonl", '{"title": "A lamp."}')


def test_inputs_count_once_and_without_any_the_kinds_prompts_are_used(engine: Engine) -> None:
    only = [Input("A lamp."), Input("A lamp."), Input(" ")]
    job = engine.two_phase.start("anna", only, two_phase_training=False)
    assert engine.store.two_phases.inputs(job.id) == [Input("A lamp.")]
    other = engine.two_phase.start("anna")
    prompts = engine.kinds.get("stories").prompts
    assert len(engine.store.two_phases.inputs(other.id)) == sum(map(len, prompts.values()))
    assert engine.store.two_phases.inputs(other.id)[0].genre in prompts
    with pytest.raises(InvalidInput, match="genre must be of"):
        engine.two_phase.start("anna", [Input("A lamp.", "poem")], two_phase_training=False)


def test_a_target_that_the_inputs_cannot_reach_is_said(engine: Engine) -> None:
    few = [Input(f"A lamp in window {number}.") for number in range(3)]
    job = engine.two_phase.start("anna", few, target_summaries=16)
    assert (
        "3 inputs give 15 texts at most" in engine.two_phase.view("anna", job.id).state.notices[0]
    )
    job = engine.two_phase.start("anna", few, target_summaries=15)
    assert engine.two_phase.view("anna", job.id).state.notices == ()
    with pytest.raises(InvalidInput, match="a training needs at least 10 texts"):
        engine.two_phase.start("anna", few[:1], target_summaries=10)


def test_enough_is_what_a_training_needs(engine: Engine) -> None:
    """A job that went on with less could only fail, and would never be gone on with."""
    job = engine.two_phase.start("anna", [Input("A lamp."), Input("A boat.")], target_summaries=10)
    make = Make(engine.store)
    for number in range(9):
        new = make.slot_example(job, number)
        engine.store.examples.add(replace(new, decision=Decision.ACCEPTED))
    with pytest.raises(NotEnoughExamples, match="at least 10 kept examples and there are 9"):
        engine.two_phase.enough("anna", job.id)
    view = engine.two_phase.view("anna", job.id)
    assert (view.state.enough, view.progress.accepted, view.needed) == (False, 9, 10)
    engine.store.examples.add(replace(make.slot_example(job, 9), decision=Decision.ACCEPTED))
    engine.two_phase.enough("anna", job.id)
    assert engine.two_phase.view("anna", job.id).state.enough


def test_another_ones_training_is_not_found_and_an_ended_one_has_had_enough(
    engine: Engine,
) -> None:
    job = engine.two_phase.start("anna", [Input("A lamp.")], two_phase_training=False)
    assert engine.two_phase.newest("anna") == job
    assert engine.two_phase.view("anna", job.id).phase == 1
    engine.ensure_user("ben")
    for attempt in (engine.two_phase.view, engine.two_phase.enough):
        with pytest.raises(NotFound):
            attempt("ben", job.id)
    engine.cancel("anna", job.id)
    with pytest.raises(WrongState, match="is cancelled"):
        engine.two_phase.enough("anna", job.id)


def test_signs_within_a_json_string_end_no_line() -> None:
    told = "A lamp\u2028and a\x85boat\f."
    rows = json.dumps({"prompt": told}, ensure_ascii=False)
    assert read_inputs("ideas.jsonl", f"{rows}\r\n{rows}\n") == [Input(told)] * 2
