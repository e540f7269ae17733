"""What is off in a configuration is named, with its line and with what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidInput
from engine.training.errors import InvalidConfig
from engine.training.recipe import MOST_CHARACTERS, parse_config, read_config


def said_of(text: str) -> str:
    with pytest.raises(InvalidConfig) as caught:
        read_config(text, name="mine")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "model:\n  name: x\n\nhyperparameters:\n  learning_rte: 1.0e-4\n",
            "line 5: hyperparameters.learning_rte is not a setting; allowed: learning_rate, "
            "batch_size, gradient_accumulation, epochs, warmup_steps, weight_decay, max_length, seed",
        ),
        (
            "optimization:\n  early_stopping:\n    pace: 1",
            "line 3: optimization.early_stopping.pace is not a setting; allowed: enabled, "
            "patience, metric",
        ),
        ("\nsurprise: 1", "line 2: surprise is not a setting; allowed: model, training_data, "),
        ("model:\n  lora:\n    rang: 4", "line 3: model.lora.rang is not a setting; allowed: rank"),
        (
            "hyperparameters:\n  epochs: 2.5",
            "line 2: hyperparameters.epochs must be a whole number",
        ),
        (
            "hyperparameters:\n  epochs: yes",
            "line 2: hyperparameters.epochs must be a whole number",
        ),
        ("hyperparameters:\n  batch_size: '8'", "must be a whole number, got '8'"),
        (
            "hyperparameters:\n  epochs: 0",
            "line 2: hyperparameters.epochs must be at least 1, got 0",
        ),
        ("hyperparameters: {learning_rate: .nan}", "learning_rate must be"),
        ("hyperparameters: {learning_rate: -1}", "must be above 0, got -1"),
        ("hyperparameters: 5", "line 1: hyperparameters must be a section"),
        ("model: {lora: {dropout: 1.0}}", "model.lora.dropout must be below 1, got 1.0"),
        (
            "model: {trainer: magic}",
            "must be one of 'lora_sft', 'seq2seq', 'dpo', 'kto', got 'magic'",
        ),
        (
            "model:\n  trainer: seq2seq\n  lora: {rank: 4}",
            "line 1: model has lora, which is for lora_sft, dpo, kto, and the trainer is seq2seq",
        ),
        ("training_data:\n  source: file", "line 1: training_data has no path"),
        ("training_data: {path: x.csv}", "training_data has a path or a format, which are for"),
        ("training_data: {source: web}", "must be one of 'collected', 'file', got 'web'"),
        ("training_data: {validation_split: 0}", "cannot stop early"),
        (
            "optimization:\n  optimizer: adamx",
            "line 2: optimization.optimizer must be one of 'adamw'",
        ),
        ("optimization: {early_stopping: {metric: accuracy}}", "'validation_loss', got 'accuracy'"),
        ("evaluation:\n  metrics: [loss, f1_score]", "'perplexity', 'quality', got 'f1_score'"),
        ("evaluation:\n  metrics: []", "evaluation.metrics is empty"),
        ("evaluation:\n  save_best_model: 1", "save_best_model must be true or false, got 1"),
        (
            "deployment:\n  deployment_target: ollama",
            "line 2: deployment.deployment_target must be ",
        ),
        ("logging:\n  loggers: [paper]", "line 2: logging.loggers.0 must be one of 'store'"),
        (
            "a: 1\n\nhyperparameters: {}\nhyperparameters: {}",
            "line 4: hyperparameters is there twice",
        ),
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("[1, 2]", "line 1: the file must be settings"),
        ("just words", "line 1: the file must be settings"),
        ("1: 2", "line 1: 1 is not a setting"),
        ("a: b: c", "line 1: not YAML: mapping values are not allowed here"),
        ("model:\n\tname: x", "line 2: not YAML: a tab stands where YAML wants spaces"),
        ("model: &a {}\nlogging: *a", "line 2: not YAML: anchors are not read"),
        ("x: !!python/object:os.system y", "line 1: not YAML: could not determine a constructor"),
        ("a: 1\n---\nb: 1", "line 2: not YAML:"),
        ("? [a]\n: 1", "line 1: not YAML:"),
        ("a: 2020-13-45", "not YAML: month must be in 1..12"),
        ("x: \0", "not YAML: unacceptable character"),
        ("[" * 5000, "not YAML: it is nested too deep"),
        ("#" * (MOST_CHARACTERS + 1), "the file has 100,001 characters"),
    ],
)
def test_what_is_off_is_said_with_its_line(text: str, said: str) -> None:
    assert said in said_of(text)


def test_all_that_is_off_is_said_at_once_in_the_order_of_the_file() -> None:
    text = "hyperparameters:\n  rate: 1\n  epochs: many\ndeployment:\n  auto: true\n"
    lines = said_of(text).splitlines()
    assert [line.split(":")[0] for line in lines] == ["line 2", "line 3", "line 5"]


def test_the_error_is_one_of_input_that_carries_its_problems() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_config("model: {trainer: magic}", name="x")
    assert caught.value.field == "model.trainer"
    assert caught.value.code == "invalid_config"


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"model": {"preference": {"beta": 0.2}}}, "has preference, which is for dpo, kto"),
        ({"model": {"trainer": "kto", "preference": {"text_weight": 1.0}}}, "which is for dpo"),
        ({"model": {"trainer": "dpo"}, "training_data": {"augmentation": 0.2}}, "you preferred"),
        ({"model": {"trainer": "dpo", "preference": {"beta": 0.0}}}, "must be above 0"),
    ],
)
def test_what_preferences_have_not_is_refused(sections: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse_config(sections)


def test_settings_of_preferences_reach_the_trainer() -> None:
    found = parse_config({"model": {"trainer": "dpo", "preference": {"beta": 0.3}}}).recipe
    assert (found.beta, found.text_weight, found.rank) == (0.3, 0.0, 16)
    assert "least" not in found.settings
    assert "beta" not in parse_config({}).recipe.settings
