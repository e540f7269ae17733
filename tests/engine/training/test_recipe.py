"""Recipes and configurations: one schema, every key checked, the offender named with its line."""

from __future__ import annotations

import importlib
import json
from typing import Any, get_args

import pytest

from engine.errors import NotFound
from engine.training.config import OPTIMIZERS, Optimization, TrainingConfig
from engine.training.errors import InvalidConfig
from engine.training.loggers import REMOTE, STORE, LoggerName
from engine.training.recipe import (
    allowed,
    config_of,
    load_config,
    load_recipe,
    parse_config,
    read_config,
    recipe_names,
)
from engine.training.trainers import TRAINERS

TEMPLATE = """\
model:
  name: "custom_model_v1"
  base_model: "microsoft/DialoGPT-medium"
  model_type: "fine_tuned"

training_data:
  source: "file"
  path: "/app/training-data/processed/data.jsonl"
  format: "jsonl"
  validation_split: 0.1

hyperparameters:
  learning_rate: 5e-5
  batch_size: 8
  epochs: 3
  warmup_steps: 100
  weight_decay: 0.01

optimization:
  optimizer: "adamw"
  scheduler: "linear"
  early_stopping:
    enabled: true
    patience: 2
    metric: "validation_loss"

evaluation:
  metrics: ["perplexity"]
  save_best_model: true

deployment:
  auto_deploy: false
  deployment_target: "local"
  health_check_enabled: true
"""


# Recipes


def test_the_recipes_are_these_and_each_has_its_own_name_and_sentence() -> None:
    assert recipe_names() == ["careful", "dpo", "kto", "large", "quick", "t5"]
    sentences = {load_config(name).model.description for name in recipe_names()}
    assert len(sentences) == 6
    assert all(20 < len(each) <= 120 for each in sentences)
    assert [load_recipe(name).name for name in recipe_names()] == recipe_names()


def test_a_recipe_states_every_number_that_its_trainer_is_called_with() -> None:
    """So a default of the schema that changes moves no recipe."""
    import yaml

    from engine.training.recipe import FOLDER

    for name in recipe_names():
        stated = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
        assert set(stated["hyperparameters"]) == set(allowed(("hyperparameters",))), name
        assert set(stated["optimization"]) == set(allowed(("optimization",))), name
        assert stated["deployment"]["auto_deploy"] is True


def test_careful_is_slow_long_and_augmented_and_keeps_every_epoch() -> None:
    config, recipe = load_config("careful"), load_recipe("careful")
    assert (recipe.epochs, recipe.learning_rate, recipe.max_length) == (15, 1e-4, 4096)
    assert recipe.keep_epochs
    assert config.training_data.augmentation == 0.3


def test_large_names_its_teacher_and_its_student() -> None:
    model = load_config("large").model
    assert (model.teacher, model.base_model) == (
        "Qwen/Qwen2.5-7B-Instruct",
        "Qwen/Qwen2.5-1.5B-Instruct",
    )


def test_t5_has_its_trainer_and_nothing_of_a_lora() -> None:
    recipe = load_recipe("t5")
    assert (recipe.trainer, recipe.epochs, recipe.batch_size) == ("seq2seq", 3, 4)
    assert (recipe.learning_rate, recipe.max_length) == (1e-4, 512)
    assert not {"rank", "alpha", "dropout", "four_bit"} & set(recipe.settings)


@pytest.mark.parametrize("name", TRAINERS)
def test_every_trainer_can_be_named_and_is_there(name: str) -> None:
    recipe = parse_config({"model": {"trainer": name}}).recipe
    assert recipe.trainer == name
    assert (recipe.rank is not None) == TRAINERS[name].lora
    module = importlib.import_module(TRAINERS[name].module)
    assert all(callable(getattr(module, each)) for each in ("read_rows", "train", "measure"))


def test_an_unknown_recipe_is_not_a_path() -> None:
    with pytest.raises(NotFound):
        load_recipe("../../secrets")


# Defaults


def test_what_a_configuration_leaves_out_has_the_defaults_of_the_schema() -> None:
    config = read_config("model: {name: mine}", name="file")
    assert config.recipe.settings == {
        "learning_rate": 5e-5,
        "batch_size": 8,
        "gradient_accumulation": 1,
        "epochs": 3,
        "warmup_steps": 100,
        "weight_decay": 0.01,
        "optimizer": "adamw_torch_fused",
        "scheduler": "linear",
        "max_length": 512,
        "early_stopping_patience": 2,
        "save_best_model": True,
        "evaluations_per_epoch": 1,
        "keep_epochs": False,
        "loggers": (),
        "seed": 17,
        "rank": 16,
        "alpha": 32,
        "dropout": 0.0,
        "four_bit": False,
    }
    assert (config.training_data.source, config.training_data.validation_split) == (
        "collected",
        0.1,
    )
    assert config.optimization.early_stopping.metric == "validation_loss"
    assert config.deployment.auto_deploy is False
    assert config.deployment.deployment_target == "local"


def test_a_configuration_in_the_form_people_know_is_read() -> None:
    config = read_config(TEMPLATE, name="file")
    assert config.model.name == "custom_model_v1"
    assert config.hyperparameters.learning_rate == 5e-5
    assert config.training_data.path.endswith("data.jsonl")
    assert parse_config({}, name="custom_model_v1").recipe == config.recipe


def test_without_a_name_it_has_the_files_and_an_empty_section_its_defaults() -> None:
    config = read_config("hyperparameters:\nevaluation:\n", name="novel")
    assert config.model.name == "novel"
    assert config.hyperparameters == TrainingConfig().hyperparameters


def test_early_stopping_can_be_switched_off() -> None:
    text = "optimization: {early_stopping: {enabled: false}}\ntraining_data: {validation_split: 0}"
    assert read_config(text, name="x").recipe.early_stopping_patience == 0


def test_optimizers_and_schedulers_are_transformers_own() -> None:
    from transformers.trainer_utils import SchedulerType
    from transformers.training_args import OptimizerNames

    names = get_args(Optimization.model_fields["optimizer"].annotation)
    assert set(names) == set(OPTIMIZERS)
    assert set(OPTIMIZERS.values()) <= {each.value for each in OptimizerNames}
    schedulers = get_args(Optimization.model_fields["scheduler"].annotation)
    assert set(schedulers) <= {each.value for each in SchedulerType}


def test_loggers_are_transformers_own() -> None:
    from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

    names = set(get_args(LoggerName))
    assert names - {STORE} <= set(INTEGRATION_TO_CALLBACK)
    assert set(REMOTE) < names
    config = read_config("logging: {loggers: [store, tensorboard]}", name="x")
    assert config.recipe.loggers == ("tensorboard",)


# What a job's request holds


def test_a_request_holds_all_the_worker_needs() -> None:
    config = read_config(TEMPLATE, name="x")
    request: dict[str, Any] = {"recipe": config.model.name, "config": config.model_dump()}
    assert config_of(json.loads(json.dumps(request))) == config
    for name in recipe_names():
        assert config_of({"recipe": name}) == load_config(name)


def test_changes_of_a_two_phase_training_take_the_place_of_the_recipes() -> None:
    changes = {"epochs": 2, "learning_rate": 3e-4, "max_length": 256}
    recipe = config_of({"recipe": "careful", "changes": changes}).recipe
    assert (recipe.epochs, recipe.learning_rate, recipe.max_length) == (2, 3e-4, 256)
    assert recipe.keep_epochs
    with pytest.raises(InvalidConfig, match=r"hyperparameters\.epochs must be at least 1"):
        config_of({"recipe": "careful", "changes": {"epochs": 0}})
