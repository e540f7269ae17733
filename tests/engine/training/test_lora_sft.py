"""The trainer on the tiny model: it learns, ends its answers, resumes, and its adapter is served.

One training is shared by most tests here: five short sentences, many epochs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.evaluation.held_out import held_out_loss, row_losses
from engine.kinds import stories
from engine.rendering import render
from engine.training import hardware
from engine.training.base import base_folder, load_model, load_tokenizer
from engine.training.checkpoints import is_whole, newest_checkpoint
from engine.training.hardware import SHORT_ROWS
from engine.training.lora_sft import read_rows, train
from engine.training.recipe import load_recipe
from engine.training.report import StepReport, TrainResult
from engine.training.rows import TextRow, tokenize, tokenize_all
from engine.training.token_mean import IGNORED
from engine.training.transformers_run import SHAPE_STEP
from models.base import Message, complete
from models.gguf import lora_to_gguf
from models.llamacpp import LlamaCppModel
from models.llamacpp_server import LlamaCppServer

ROWS = [TextRow("What did the fox do?", "The fox ran home and slept in the warm hay.")] * 32
SETTINGS: dict[str, Any] = {
    "epochs": 20,
    "batch_size": 8,
    "learning_rate": 1e-2,
    "max_length": 96,
    "early_stopping_patience": 100,
    "evaluations_per_epoch": 1,
    "scheduler": "cosine",
}


def recipe(**changes: Any) -> dict[str, Any]:
    return load_recipe("quick").settings | SETTINGS | changes


@dataclass
class Trained:
    base: Path
    out: Path
    result: TrainResult
    steps: list[StepReport]


@pytest.fixture(autouse=True, scope="module")
def as_it_is() -> Iterator[None]:
    """Nothing is compiled, which takes longer than all of this; test_quick_layers.py and test_adapted.py
    prove that it learns the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hardware, "COMPILE_TOKENS", 10**9)
        yield


@pytest.fixture(scope="module")
def base(tiny_gguf: Path, tiny_bases: Path) -> Path:
    return base_folder(tiny_gguf, tiny_bases)


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    out, steps = tmp_path_factory.mktemp("run"), []
    result = train(ROWS, ROWS[:1], base=base, out=out, on_step=steps.append, **recipe())
    return Trained(base, out, result, steps)


@pytest.fixture(scope="module")
def server(trained: Trained, tiny_gguf: Path) -> Iterator[LlamaCppServer]:
    gguf = lora_to_gguf(trained.result.adapter, trained.base, trained.out / "adapter.gguf")
    with LlamaCppServer(tiny_gguf, adapters=[gguf], slots=1, context=512, threads=1) as server:
        yield server


def test_the_base_is_converted_once(tiny_gguf: Path, base: Path) -> None:
    changed = (base / "model.safetensors").stat().st_mtime_ns
    assert base_folder(tiny_gguf, base.parent) == base
    assert (base / "model.safetensors").stat().st_mtime_ns == changed


def test_threads_of_a_process_convert_the_base_one_after_the_other(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a training is cancelled while its base is prepared, and the next one begins."""
    made: list[Path] = []
    monkeypatch.setattr("engine.training.base._convert", lambda gguf, out: made.append(out))
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: base_folder(tiny_gguf, tmp_path), range(4)))
    assert (len(found), len(made)) == (1, 1)


def test_loss_falls_and_every_step_is_reported(trained: Trained) -> None:
    losses = [step.loss for step in trained.steps if step.loss is not None]
    assert losses[-1] < losses[0] / 2
    assert len(losses) == trained.steps[-1].step == trained.steps[-1].total_steps == 80
    training = [step for step in trained.steps if step.loss is not None]
    assert all(step.tokens_per_second and step.tokens_per_second > 0 for step in training[1:])
    assert all(step.memory_mb > 100 for step in training)
    assert max(step.learning_rate or 0.0 for step in training) == pytest.approx(1e-2)
    assert any(step.validation_loss is not None for step in trained.steps)


def test_the_result_counts_what_was_trained(trained: Trained) -> None:
    tokenizer = load_tokenizer(trained.base)
    per_epoch = sum(len(row.input_ids) for row in tokenize_all(ROWS, tokenizer, 96))
    assert trained.result.tokens == per_epoch * 20
    assert trained.result.trainable_parameters > 0
    assert trained.result.best_validation_loss is not None


def test_loss_is_on_the_answer_only(base: Path) -> None:
    tokenizer = load_tokenizer(base)
    row = tokenize(ROWS[0], tokenizer, 96)
    answer = tokenizer.decode(row.input_ids[row.prompt_length :])
    assert answer == ROWS[0].completion + tokenizer.eos_token


def test_a_row_is_cut_at_its_answer_and_a_long_prompt_is_refused(base: Path) -> None:
    tokenizer = load_tokenizer(base)
    assert len(tokenize(TextRow("Go.", "word " * 500), tokenizer, 96).input_ids) == 96
    with pytest.raises(ValueError, match="max_length is 96"):
        tokenize(TextRow("word " * 500, "x"), tokenizer, 96)


def test_what_does_not_fit_is_left_out_and_a_kind_keeps_its_instructions(base: Path) -> None:
    parts = {"train": [["Go.", "He went.", "Tell."], ["word " * 500, "x", ""]], "test": []}
    assert read_rows(parts, base, 96) == {
        "train": [TextRow("Go.", "He went.", "Tell.")],
        "test": [],
    }
    tokenizer = load_tokenizer(base)
    asked = tokenizer.decode(tokenize(TextRow("Go.", "He went.", "Tell."), tokenizer, 96).input_ids)
    assert "Tell." in asked
    assert stories().system not in asked


def test_the_served_prompt_is_the_trained_prompt(base: Path, server: LlamaCppServer) -> None:
    import httpx

    messages = [{"role": m.role, "content": m.content} for m in render("A story, please.")]
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        prompt = client.post("/apply-template", json={"messages": messages}).json()["prompt"]
        body = {"content": prompt, "add_special": False, "parse_special": True}
        served = client.post("/tokenize", json=body).json()["tokens"]
    row = tokenize(TextRow("A story, please.", "x"), load_tokenizer(base), 96)
    assert served == row.input_ids[: row.prompt_length]


def test_the_adapter_writes_what_it_learned_and_ends_its_answer(server: LlamaCppServer) -> None:
    student = LlamaCppModel("student", server.url, lora=0)
    answer = complete(student, render(ROWS[0].prompt), temperature=0.0, max_tokens=60)
    assert answer.text.strip() == ROWS[0].completion
    assert answer.finish.reason == "stop", "the end token is learned"


def test_the_teacher_is_the_same_with_and_without_adapters_loaded(
    server: LlamaCppServer, tiny_gguf: Path
) -> None:
    ask = [Message("user", "What did the fox do?")]
    with_adapter = complete(LlamaCppModel("base", server.url), ask, max_tokens=30, seed=1)
    with LlamaCppServer(tiny_gguf, slots=1, context=512, threads=1) as bare:
        without = complete(LlamaCppModel("base", bare.url), ask, max_tokens=30, seed=1)
    assert with_adapter.text == without.text


@pytest.mark.parametrize("attention", ["sdpa", SHORT_ROWS])
def test_no_row_of_a_batch_reads_another(trained: Trained, attention: str) -> None:
    """In a batch padded as a training pads it, each row has the held-out loss it has alone."""
    import torch
    from peft import PeftModel

    from engine.training.lora_sft import AnswerLossTrainer

    rows = tokenize_all(
        [
            TextRow("Short?", "Yes."),
            TextRow("A longer one?", ROWS[0].completion),
            TextRow("And one that is longer than all of them?", ROWS[0].completion * 3),
        ],
        load_tokenizer(trained.base),
        96,
    )
    base = load_model(trained.base, bf16=False, attention=attention)
    model = PeftModel.from_pretrained(base, trained.result.adapter).eval()
    longest = max(len(row.input_ids) for row in rows)
    width = longest + -longest % SHAPE_STEP
    input_ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full_like(input_ids, IGNORED)
    for place, row in enumerate(rows):
        ids = torch.tensor(row.input_ids)
        input_ids[place, : len(ids)] = ids
        labels[place, row.prompt_length : len(ids)] = ids[row.prompt_length :]
    for place, row in enumerate(rows):
        mine = torch.full_like(labels, IGNORED)
        mine[place] = labels[place]
        with torch.inference_mode():
            loss = AnswerLossTrainer.compute_loss(
                AnswerLossTrainer, model, {"input_ids": input_ids, "labels": mine}
            )
        alone = held_out_loss(row_losses(model, [row])).loss
        assert float(loss) == pytest.approx(alone, rel=1e-4)


def test_a_killed_training_goes_on_from_its_newest_whole_checkpoint(
    trained: Trained, tmp_path: Path
) -> None:
    checkpoints = tmp_path / "checkpoints"
    shutil.copytree(trained.out / "checkpoints", checkpoints)
    newest = newest_checkpoint(checkpoints)
    assert newest is not None
    (newest / "optimizer.pt").write_bytes(b"half")
    assert not is_whole(newest)
    before = newest_checkpoint(checkpoints)
    assert before is not None
    assert before != newest
    steps: list[StepReport] = []
    train(
        ROWS,
        ROWS[:1],
        base=trained.base,
        out=tmp_path,
        checkpoint=before,
        on_step=steps.append,
        **recipe(),
    )
    assert steps[0].step == int(before.name.split("-")[1]) + 1
    assert steps[-1].step == 80


@pytest.mark.parametrize("damage", ["missing", "empty", "flipped", "manifest"])
def test_a_damaged_checkpoint_is_ignored(trained: Trained, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "checkpoints"
    shutil.copytree(trained.out / "checkpoints", folder)
    newest = newest_checkpoint(folder)
    assert newest is not None
    file = newest / ("manifest.json" if damage == "manifest" else "adapter_model.safetensors")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "flipped": bytes(data), "manifest": b"{"}[damage])
    assert newest_checkpoint(folder) != newest


def test_without_validation_rows_the_last_weights_are_kept(base: Path, tmp_path: Path) -> None:
    result = train(
        ROWS[:4], [], base=base, out=tmp_path, on_step=lambda _: None, **recipe(epochs=1)
    )
    assert result.best_validation_loss is None
    assert (result.adapter / "adapter_model.safetensors").stat().st_size > 1000
