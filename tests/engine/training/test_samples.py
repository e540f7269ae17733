"""Answers after each epoch, on the tiny model: there they are, and the training did not notice."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.errors import Diverged
from engine.training import samples as module
from engine.training.base import base_folder, load_model, load_tokenizer
from engine.training.log import TrainingLog
from engine.training.lora_sft import train
from engine.training.report import Reporter, SampleReport, StepReport
from engine.training.rows import TextRow
from engine.training.samples import Prompt, Samples, answers, fixed_prompts, undisturbed
from tests.engine.training.test_lora_sft import recipe

FOX = TextRow("What did the fox do?", "The fox ran home and slept in the warm hay.")
OWL = TextRow("And the owl?", "The owl flew up to the roof.")
SHORT = {"epochs": 2, "batch_size": 8, "dropout": 0.2, "gradient_accumulation": 2}


@pytest.fixture(scope="module")
def base(tiny_gguf: Path, tiny_bases: Path) -> Path:
    return base_folder(tiny_gguf, tiny_bases)


def nothing(report: Any) -> None:
    """For what a test does not look at."""


def run(base: Path, out: Path, on_sample: Callable[[SampleReport], None] | None) -> list[float]:
    """Train; every loss there was."""
    steps: list[StepReport] = []
    train(
        [FOX] * 32,
        [FOX, OWL, FOX],
        base=base,
        out=out,
        on_step=steps.append,
        on_sample=on_sample,
        **recipe(**SHORT),
    )
    return [step.loss or step.validation_loss or 0.0 for step in steps]


def test_each_epoch_answers_the_same_prompts_and_changes_no_weight(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_SECONDS", 60.0)
    monkeypatch.setattr(module, "NEW_TOKENS", 12)
    found: list[SampleReport] = []
    with_samples = run(base, tmp_path / "with", found.append)
    assert with_samples == run(base, tmp_path / "without", None)
    one, other = (
        load_file(tmp_path / name / "adapter" / "adapter_model.safetensors")
        for name in ("with", "without")
    )
    assert one.keys() == other.keys()
    assert max(float((one[key] - other[key]).abs().max()) for key in one) == 0.0
    assert [(each.step, each.position, each.prompt) for each in found] == [
        (2, 0, FOX.prompt),
        (2, 1, OWL.prompt),
        (4, 0, FOX.prompt),
        (4, 1, OWL.prompt),
    ]
    assert [each.epoch for each in found] == [1.0, 1.0, 2.0, 2.0]
    assert all(each.text and each.seconds > 0 for each in found)


def test_random_numbers_and_modes_are_what_they_were(base: Path) -> None:
    model = load_model(base, bf16=False)
    model.train()
    model.lm_head.eval()
    torch.manual_seed(3)
    random.seed(3)
    before = (torch.get_rng_state(), random.getstate())
    modes = [part.training for part in model.modules()]
    with undisturbed(model):
        assert not model.training
        torch.rand(9)
        text = answers(model, load_tokenizer(base), [Prompt("", [1, 2, 3])], 5, 10.0)
    assert len(text) == 1
    assert [part.training for part in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]


def test_prompts_of_different_lengths_are_answered_as_each_alone(base: Path) -> None:
    model, tokenizer = load_model(base, bf16=False), load_tokenizer(base)
    model.eval()
    model.generation_config.do_sample = False
    asked = [Prompt("a", [40, 41, 42, 43, 44, 45, 46]), Prompt("b", [50, 51])]
    free = dict(module.FREEDOM)
    module.FREEDOM.clear()
    try:
        together = answers(model, tokenizer, asked, 1, 60.0)
        alone = [answers(model, tokenizer, [each], 1, 60.0)[0] for each in asked]
    finally:
        module.FREEDOM.update(free)
    assert together == alone
    assert together[0] != together[1]


def test_the_same_seed_repeats_an_answer(base: Path) -> None:
    model, tokenizer = load_model(base, bf16=False), load_tokenizer(base)
    asked = [Prompt("a", [40, 41, 42])]
    first, again, other = (answers(model, tokenizer, asked, seed, 60.0) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_prompts_are_few_different_and_short() -> None:
    asked = ["long", "a", "a", "b", "c"]
    rendered = [[1] * (module.LONGEST_PROMPT + 1), [1], [1], [2], [3]]
    assert fixed_prompts(asked, rendered) == [Prompt("a", [1]), Prompt("b", [2])]


def test_a_failing_sample_ends_no_training(base: Path) -> None:
    samples = Samples([Prompt("a", [1])], load_tokenizer(base), nothing, seed=1)
    broken = SimpleNamespace(modules=list)
    state = SimpleNamespace(global_step=3, epoch=1.0)
    samples.on_epoch_end(None, state, None, model=broken)  # and does not raise


def test_a_loss_that_is_no_number_ends_the_training(base: Path, tmp_path: Path) -> None:
    steps: list[StepReport] = []
    settings = recipe(**SHORT) | {"learning_rate": 1e30}
    with pytest.raises(Diverged, match="lower learning rate") as caught:
        train([FOX] * 64, [FOX], base=base, out=tmp_path, on_step=steps.append, **settings)
    assert steps[-1].step == caught.value.step
    assert steps[-1].loss is None
    assert steps[-1].validation_loss is None
    assert not (tmp_path / "adapter").exists()


def test_the_share_of_the_work_grows_to_the_whole(base: Path, tmp_path: Path) -> None:
    steps: list[StepReport] = []
    rows = [TextRow(FOX.prompt, FOX.completion * length) for length in (1, 1, 4, 4)] * 8
    train(rows, [FOX, OWL], base=base, out=tmp_path, on_step=steps.append, **recipe(**SHORT))
    shares = [step.share or 0.0 for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    gained = [after - before for before, after in pairwise([0.0, *shares])]
    assert max(gained) > 1.05 * min(gained), (
        "a step on long rows is more work than one on short ones"
    )
    assert all((step.gradient_norm or 0.0) > 0 for step in steps if step.loss is not None)


def test_an_evaluation_counts_once_it_was_made() -> None:
    found: list[StepReport] = []
    reporter = Reporter(100, found.append, evaluation_tokens=50)
    args = SimpleNamespace(num_train_epochs=2, eval_strategy="steps")
    state = SimpleNamespace(
        global_step=5, max_steps=10, eval_steps=5, num_input_tokens_seen=100, epoch=1.0
    )
    reporter.on_log(args, state, None, logs={"loss": 3.0, "grad_norm": float("inf")})
    reporter.on_log(args, state, None, logs={"eval_loss": 3.1})
    assert [each.share for each in found] == [200 / 500, 250 / 500]
    assert found[0].gradient_norm is None


def test_the_log_has_a_line_a_step_and_a_summary_an_epoch(capsys: pytest.CaptureFixture) -> None:  # type: ignore[type-arg]
    log = TrainingLog()
    for number in range(1, 5):
        row = StepReport(
            number, 4, number / 2, 3.5 - number / 10, None, 1e-4, 300.0, 900.0 + number, 1.25
        )
        log.step(row)
        if number % 2 == 0:
            log.step(StepReport(number, 4, number / 2, None, 3.4, None, None, 900.0))
    log.sample(SampleReport(4, 2.0, 0, "A secret prompt.", "One two three.", 0.5))
    lines = [line[9:] for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == (
        "step 1/4, epoch 0.50, loss 3.4000, learning rate 1.0e-04, gradient norm 1.250, "
        "300 tokens/s, 901 MB"
    )
    summaries = [line for line in lines if line.startswith("epoch")]
    assert len(summaries) == 2
    assert summaries[0].startswith("epoch 1 done: mean loss 3.3500, 300 tokens/s, ")
    assert "best validation loss so far 3.4000 at step 2" in summaries[1]
    assert "peak memory 904 MB" in summaries[1]
    assert lines[-1] == "sample 1: 3 words in 0.5 s"
    assert not any("secret" in line for line in lines)
