"""The training process: `python -m engine.training.child RUN_FOLDER`.

Reads RUN_FOLDER/run.json, trains, measures held-out loss, writes RUN_FOLDER/result.json. It holds the
folder's lock while it lives and ends when its parent does. Exit code 77 means: out of memory.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine.errors import Diverged
from engine.settings import load_settings
from engine.training.limits import limit_this_process
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from engine.training.report import SampleReport, StepReport
    from engine.training.rows import TextRow

OUT_OF_MEMORY = 77
# Trainers by the name a recipe gives; imported only here, where one is run.
TRAINERS = {"lora_sft": "engine.training.lora_sft"}
RUN_FILE = "run.json"
RESULT_FILE = "result.json"


def lock_folder(folder: Path) -> IO[str]:
    """Take the run folder's lock, waiting for a dying trainer to let go; keep the file open."""
    file = (folder / "lock").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write whole or not at all."""
    half = path.with_suffix(".half")
    with half.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)


def train_run(run: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Train and measure one run; the content of result.json."""
    from engine.domain.run import Sample, Step
    from engine.store import open_store
    from engine.training.log import TrainingLog

    store = open_store(load_settings().database)
    base = Path(run["base"])
    rows = read_rows(run["rows"], base, run["recipe"]["max_length"])
    left = sum(map(len, run["rows"].values())) - sum(map(len, rows.values()))
    note = f"Left out for prompts longer than a training reads of a text: {left}."
    if left and note not in store.runs.get(run["run_id"]).notes:
        store.runs.add_note(run["run_id"], note)

    log = TrainingLog()

    def on_step(report: StepReport) -> None:
        log.step(report)
        fields = asdict(report)
        store.runs.update(run["run_id"], total_steps=fields.pop("total_steps"))
        store.runs.add_step(Step(run_id=run["run_id"], at=datetime.now(UTC), **fields))

    def on_sample(report: SampleReport) -> None:
        log.sample(report)
        store.runs.add_sample(Sample(run_id=run["run_id"], **asdict(report)))

    trainer = importlib.import_module(TRAINERS[run["trainer"]])
    result = trainer.train(
        rows["train"],
        rows["validation"],
        base=base,
        out=folder,
        on_step=on_step,
        on_sample=on_sample,
        **run["recipe"],
    )
    store.jobs.progress(run["run_id"], stage="Measuring on texts it has never seen")
    losses = measure(
        base,
        rows["test"],
        adapters={"after": result.adapter, "active": run["active_adapter"]},
        max_length=run["recipe"]["max_length"],
    )
    return {
        "adapter": str(result.adapter),
        "trainable_parameters": result.trainable_parameters,
        "tokens": result.tokens,
        "epochs": result.epochs,
        "seconds": result.seconds,
        "best_validation_loss": result.best_validation_loss,
        "losses": losses,
    }


def read_rows(
    parts: dict[str, list[list[str]]], base: Path, max_length: int
) -> dict[str, list[TextRow]]:
    """The rows of each part, without those whose prompt leaves no room for an answer."""
    from engine.training.base import load_tokenizer
    from engine.training.rows import TextRow, fits

    tokenizer = load_tokenizer(base)
    rows = {part: [TextRow(*row) for row in found] for part, found in parts.items()}
    return {
        part: [row for row in found if fits(row, tokenizer, max_length)]
        for part, found in rows.items()
    }


def measure(
    base: Path, test_rows: Any, *, adapters: dict[str, Any], max_length: int
) -> dict[str, list[list[float]]]:
    """Row losses of the base ("before") and of each named adapter that is not None, in fp32."""
    from peft import PeftModel

    from engine.evaluation.held_out import row_losses
    from engine.training.base import load_model, load_tokenizer
    from engine.training.rows import tokenize_all

    rows = tokenize_all(test_rows, load_tokenizer(base), max_length)
    model = load_model(base, bf16=False)
    losses = {"before": row_losses(model, rows)}
    for name, adapter in adapters.items():
        if adapter is not None:
            adapted = PeftModel.from_pretrained(model, adapter)
            losses[name] = row_losses(adapted, rows)
            model = adapted.unload()
    return {name: [[row.nats, row.tokens] for row in found] for name, found in losses.items()}


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out (Python, CPU allocator or CUDA)."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError)
        and ("out of memory" in text or "can't allocate memory" in text)
    )


def main() -> None:
    folder = Path(sys.argv[1])
    end_with_parent()
    limit_this_process(load_settings())
    lock = lock_folder(folder)
    try:
        run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        write_json(folder / RESULT_FILE, train_run(run, folder))
    except Exception as error:
        if is_out_of_memory(error):
            print(f"out of memory: {error}", file=sys.stderr)
            sys.exit(OUT_OF_MEMORY)
        if isinstance(error, Diverged):
            print(error, file=sys.stderr)  # its last line is what people are told
            sys.exit(1)
        raise
    finally:
        lock.close()


if __name__ == "__main__":
    main()
