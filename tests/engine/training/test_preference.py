"""DPO and KTO on the tiny model: held-out preferences are leant to, from the base or an adapter on, and a
training that was killed ends with the weights of one that was not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.evaluation.held_out import row_losses
from engine.training import adapted
from engine.training.base import base_folder, load_model, load_tokenizer
from engine.training.checkpoints import checkpoints_in, newest_checkpoint, step_of
from engine.training.leaning import leaning, measure
from engine.training.preference import train
from engine.training.preference_head import Head
from engine.training.preference_rows import PairRow, Row, ThumbRow
from engine.training.recipe import load_recipe
from engine.training.report import StepReport, TrainResult
from engine.training.rows import TextRow, tokenize_all
from engine.training.token_mean import IGNORED

GOOD, BAD = "The fox ran home and slept in the hay.", "Rain fell all day on the grey stone wall."
ASKED = [
    f"Tell me of {what}." for what in ("a fox", "a den", "a field", "a night", "a barn", "hay")
]
PAIRS = [PairRow(prompt, GOOD, "", BAD) for prompt in ASKED]
THUMBS = [ThumbRow(prompt, text, "", text == GOOD) for prompt in ASKED for text in (GOOD, BAD)]
HELD_OUT = [TextRow("Tell me of the sea.", "The sea was calm.")]
QUICK: dict[str, Any] = {
    "epochs": 6,
    "learning_rate": 5e-3,
    "max_length": 96,
    "early_stopping_patience": 0,
    "warmup_steps": 0,
    "rank": 4,
}


@dataclass
class Trained:
    out: Path
    result: TrainResult
    steps: list[StepReport]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Two threads wait for each other at every step, endlessly when the cores are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def base(tiny_gguf: Path, tiny_bases: Path) -> Path:
    return base_folder(tiny_gguf, tiny_bases)


def trained_by(
    recipe: str,
    base: Path,
    out: Path,
    rows: Sequence[Row],
    validation: Sequence[Row] = (),
    *,
    start: Path | None = None,
    checkpoint: Path | None = None,
    **changes: Any,
) -> Trained:
    steps: list[StepReport] = []
    out.mkdir(exist_ok=True)
    settings = load_recipe(recipe).settings | QUICK | changes
    result = train(
        rows,
        validation,
        base=base,
        out=out,
        start=start,
        checkpoint=checkpoint,
        on_step=steps.append,
        **settings,
    )
    return Trained(out, result, steps)


@pytest.fixture(scope="module")
def leant(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Pairs on four requests are learned, one decides when to stop; one is left to measure."""
    return trained_by("dpo", base, tmp_path_factory.mktemp("dpo"), PAIRS[:4], PAIRS[4:5])


@pytest.fixture(scope="module")
def moved(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Thumbs on four requests are learned, those on one decide when to stop; the rest measure. An epoch has
    two steps, with a checkpoint after each."""
    out = tmp_path_factory.mktemp("kto")
    return trained_by("kto", base, out, THUMBS[:8], THUMBS[8:10], evaluations_per_epoch=2)


# Of each recipe the training that was not killed, and what it read, how often measured.
PARTS: dict[str, tuple[str, Sequence[Row], Sequence[Row], int]] = {
    "dpo": ("leant", PAIRS[:4], PAIRS[4:5], 1),
    "kto": ("moved", THUMBS[:8], THUMBS[8:10], 2),
}


def test_the_better_text_gains_on_a_request_that_was_never_seen(base: Path, leant: Trained) -> None:
    found = measure(
        base,
        HELD_OUT,
        trained={"after": leant.result.adapter, "active": None},
        max_length=96,
        preferences=PAIRS[5:],
    )
    assert found["losses"].keys() == {"before", "after"}
    assert [len(rows) for rows in found["losses"].values()] == [1, 1]
    (note,) = found["notes"]
    assert note.startswith(
        "Of 1 held-out pairs, the better text gained on the worse one in 1 (100%)."
    )
    training = [step.loss for step in leant.steps if step.loss is not None]
    assert training[-1] < training[0]
    assert any(step.validation_loss is not None for step in leant.steps)
    assert leant.steps[-1].share == 1.0


def test_all_that_is_read_is_counted(base: Path, leant: Trained) -> None:
    texts = [text for row in PAIRS[:4] for text in row.texts]
    tokens = sum(len(row.input_ids) for row in tokenize_all(texts, load_tokenizer(base), 96))
    assert leant.result.tokens == 6 * tokens
    assert leant.result.trainable_parameters > 0
    assert leant.result.best_validation_loss is not None


def test_the_adapter_is_one_like_all_others(base: Path, leant: Trained) -> None:
    assert leant.result.adapter == leant.out / "adapter"
    files = {path.name for path in leant.result.adapter.iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors"} <= files
    assert not [path for path in leant.out.rglob("ref") if path.is_dir()]
    assert adapted._kept == {}, "the next training finds no model with another head on it"


@pytest.mark.parametrize("recipe", ["dpo", "kto"])
def test_a_killed_training_ends_with_the_same_weights(
    base: Path, recipe: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fixture, *parts, measured = PARTS[recipe]
    whole: Trained = request.getfixturevalue(fixture)
    resumed = tmp_path / "resumed"
    shutil.copytree(whole.out, resumed)
    shutil.rmtree(resumed / "adapter")
    shutil.rmtree(checkpoints_in(resumed / "checkpoints")[0])
    left = newest_checkpoint(resumed / "checkpoints")
    assert left is not None
    assert 0 < step_of(left) < whole.steps[-1].step
    assert recipe == "dpo" or step_of(left) % 2 == 1, "killed in the middle of an epoch"
    found = trained_by(
        recipe, base, resumed, *parts, checkpoint=left, evaluations_per_epoch=measured
    )
    assert found.steps[0].step > step_of(left), "it goes on, and does not begin anew"
    one, other = (
        load_file(each.result.adapter / "adapter_model.safetensors") for each in (whole, found)
    )
    assert one.keys() == other.keys()
    assert max(float((one[name] - other[name]).abs().max()) for name in one) == 0.0


def test_it_goes_on_from_an_adapter_and_is_compared_with_it(
    base: Path, leant: Trained, tmp_path: Path
) -> None:
    start = leant.result.adapter
    before = load_file(start / "adapter_model.safetensors")
    still = trained_by(
        "dpo", base, tmp_path / "still", PAIRS[:2], start=start, epochs=1, learning_rate=1e-12,
        text_weight=0.0, rank=8,
    )  # fmt: skip
    after = load_file(still.result.adapter / "adapter_model.safetensors")
    assert max(float((before[name] - after[name]).abs().max()) for name in before) < 1e-6
    config = json.loads((still.result.adapter / "adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"]) == (4, 32), "the start's own, not the recipe's"
    # Against itself it leans nowhere: -ln σ(0).
    assert still.steps[0].loss == pytest.approx(0.6931, abs=1e-3)
    found = measure(
        base,
        HELD_OUT,
        trained={"after": still.result.adapter, "active": start},
        max_length=96,
        preferences=PAIRS[5:],
        start=start,
    )
    assert found["losses"].keys() == {"before", "after", "active"}
    assert "On average by +0.00 nats" in found["notes"][0] or "by -0.00 nats" in found["notes"][0]


def test_thumbs_move_texts_their_way(base: Path, moved: Trained) -> None:
    measured = measure(
        base,
        HELD_OUT,
        trained={"after": moved.result.adapter, "active": None},
        max_length=96,
        preferences=THUMBS[10:],
    )
    (note,) = measured["notes"]
    assert note.startswith("Of 2 held-out thumbs, the text moved the way of its thumb in 2 (100%).")


def test_half_the_batch_learns_the_same(base: Path, tmp_path: Path) -> None:
    """A pair's loss is its own: a batch that is halved changes nothing but rounding."""
    plain: dict[str, Any] = {
        "epochs": 1,
        "optimizer": "sgd",
        "learning_rate": 1e-2,
        "text_weight": 0.0,
    }
    whole: dict[str, Any] = {"batch_size": 2, "gradient_accumulation": 1}
    half: dict[str, Any] = {"batch_size": 1, "gradient_accumulation": 2}
    one, other = (
        trained_by("dpo", base, tmp_path / str(name), PAIRS[:4], **plain, **batch)
        for name, batch in enumerate((whole, half))
    )
    weights = [
        load_file(each.result.adapter / "adapter_model.safetensors") for each in (one, other)
    ]
    assert (
        max(float((weights[0][name] - weights[1][name]).abs().max()) for name in weights[0]) < 1e-5
    )


def test_likelihoods_are_those_of_the_held_out_loss(base: Path) -> None:
    """Two rows of unlike length, padded on the right: each has what it has alone."""
    model = load_model(base, bf16=False).eval()
    rows = tokenize_all(
        [TextRow("Short?", "Yes."), TextRow("A longer one?", GOOD)], load_tokenizer(base), 96
    )
    alone = [row.nats for row in row_losses(model, rows)]
    longest = max(len(row.input_ids) for row in rows)
    ids = torch.zeros(2, longest, dtype=torch.long)
    labels = torch.full_like(ids, IGNORED)
    for place, row in enumerate(rows):
        ids[place, : len(row.input_ids)] = torch.tensor(row.input_ids)
        labels[place, row.prompt_length : len(row.input_ids)] = ids[
            place, row.prompt_length : len(row.input_ids)
        ]
    plain = model(input_ids=ids, labels=labels).logits
    head = Head(model.forward)
    head.put_on(model)
    with torch.inference_mode():
        found = model(input_ids=ids, labels=labels, fused_lm_head=True).log_probs
    assert found.shape == (2, longest - 1)
    assert (-found.sum(dim=1)).tolist() == pytest.approx(alone, rel=1e-4)
    assert torch.equal(model(input_ids=ids, labels=labels).logits, plain), (
        "else it is asked as ever"
    )


def test_what_held_out_preferences_say_is_counted() -> None:
    pairs = [PairRow("Go.", GOOD, "", BAD)] * 3
    note = leaning(pairs, [-5, -4, -4, -5, -6, -4], [-3, -4, -5, -5, -5, -4])
    assert note.startswith(
        "Of 3 held-out pairs, the better text gained on the worse one in 2 (67%)."
    )
    assert "It is the likelier one in 1, before in 1." in note
    assert "by +0.67 nats a text (95 % interval" in note
    thumbs = [ThumbRow("Go.", GOOD, "", True), ThumbRow("Go.", BAD, "", False)]
    assert "in 1 (50%)" in leaning(thumbs, [-5, -5], [-4, -4])
    assert "No preference was held out" in leaning([], [], [])
