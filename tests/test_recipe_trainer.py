"""The recipe "Add a trainer" of CONTRIBUTING.md, followed to the letter in a copy of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project_copy import Copy, read_recipe

TRAINER = '''
"""Trainer `plain`: a LoRA adapter of one kind of layer, a row a step, by plain descent."""

import time

import torch
from peft import LoraConfig, get_peft_model

from engine.training.base import load_model, load_tokenizer
from engine.training.causal import measure, read_rows
from engine.training.exact_resume import save_into
from engine.training.report import StepReport, TrainResult
from engine.training.rows import tokenize_all

__all__ = ["measure", "read_rows", "train"]


def train(
    train_rows, validation_rows, *, base, out, checkpoint=None, on_step, on_sample=None,
    rank, alpha, learning_rate, epochs, max_length, **settings,
):
    rows = tokenize_all(train_rows, load_tokenizer(base), max_length)
    adapter = LoraConfig(
        r=rank, lora_alpha=alpha, target_modules=["up_proj"], task_type="CAUSAL_LM"
    )
    model = get_peft_model(load_model(base, bf16=False), adapter)
    learned = [each for each in model.parameters() if each.requires_grad]
    optimizer, began = torch.optim.SGD(learned, lr=learning_rate), time.monotonic()
    for step, row in enumerate(rows * epochs, 1):
        ids = torch.tensor([row.input_ids])
        labels = ids.clone()
        labels[:, : row.prompt_length] = -100
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        done = step / len(rows)
        on_step(StepReport(step, len(rows) * epochs, done, float(loss), None, learning_rate, None, 0.0))
    return TrainResult(
        adapter=save_into(out / "adapter", model),
        trainable_parameters=sum(each.numel() for each in learned),
        tokens=sum(len(row.input_ids) for row in rows) * epochs,
        epochs=float(epochs),
        seconds=time.monotonic() - began,
        best_validation_loss=None,
    )
'''
ROW = '    "plain": Trainer("engine.training.plain", task="causal", lora=True),'
CONFIG = """
from engine.bootstrap import open_engine
from engine.training.recipe import parse_config

config = parse_config({
    "model": {"trainer": "plain", "lora": {"rank": 2}},
    "hyperparameters": {"epochs": 1, "learning_rate": 0.1},
})
assert (config.recipe.trainer, config.recipe.rank) == ("plain", 2)
engine = open_engine()
engine.ensure_user("anna")
engine.trainings.check(config)
"""
NAMED = """
import sys
from engine.training.errors import InvalidConfig

try:
    parse_config({"model": {"trainer": "plainer"}})
except InvalidConfig as error:
    assert "'seq2seq', 'plain', 'dpo', 'kto', got 'plainer'" in str(error)
else:
    raise AssertionError("plainer is no trainer")
assert not {"torch", "engine.training.plain"} & set(sys.modules)
"""
TRAINED = """
from engine.domain.example import Author, Source
from engine.domain.job import JobKind
from engine.domain.quality import Quality
from engine.serving.base import prepare_base
from engine.store.examples import NewExample
from engine.training.run import run_training

for number in range(8):
    engine.store.examples.add(NewExample(
        user_id="anna", kind="stories", genre=None, style=None, seed_prompt=f"Say {number}.",
        prompt=f"Say {number}.", completion="The fox ran home. " * (number + 1),
        source=Source.WRITE, author=Author.TEACHER, generator="fake", quality=Quality(8.0),
    ))
job = engine.store.jobs.create("anna", JobKind.TRAINING, {})
version = run_training(
    engine.store, engine.settings.home, job.id, "anna", config=config, threshold=0.0,
    min_examples=3, load_base=lambda: prepare_base(engine.settings), cancelled=lambda: False,
)
steps = engine.store.runs.steps(job.id)
assert steps[-1].epoch == 1 and version.gain.gain > 0, (steps, version)
"""


@pytest.fixture
def copy(tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """A copy in which the recipe was followed."""
    monkeypatch.setenv("ZEGA_BASE_MODEL", str(tiny_gguf))
    made, table = Copy(tmp_path), "engine/training/trainers.py"
    read_recipe("Add a trainer", "engine/training/<name>.py", table, "causal.py", "`TRAINERS`")
    made.append("engine/training/plain.py", TRAINER)
    text = (made.folder / table).read_text(encoding="utf-8")
    last = next(line for line in text.splitlines() if line.startswith('    "seq2seq": '))
    made.insert_after(table, last, ROW)
    return made


def test_add_a_trainer(copy: Copy) -> None:
    copy.run("-c", CONFIG + NAMED)


@pytest.mark.prove
def test_the_trainer_that_was_added_trains_a_version(copy: Copy) -> None:
    copy.run("-c", CONFIG + TRAINED)
