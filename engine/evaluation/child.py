"""The evaluation process: `python -m engine.evaluation.child FOLDER`.

Reads FOLDER/request.json, measures the loss on its text, or on its rows, and writes FOLDER/result.json.
torch lives here, so that whoever asks stays light. It ends when its parent does.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.evaluation.text_loss import TextLoss, text_loss
from engine.training.child import write_json
from models.lifeline import end_with_parent

REQUEST_FILE = "request.json"
RESULT_FILE = "result.json"


def measure(request: dict[str, Any]) -> TextLoss:
    """The loss of the base, or of the base with an adapter, on the request's text."""
    from engine.training.base import base_folder, load_model, load_tokenizer

    base = base_folder(Path(request["weights"]), Path(request["cache"]))
    ids = load_tokenizer(base)(request["text"], add_special_tokens=False)["input_ids"]
    model = load_model(base, bf16=False)
    if request["adapter"] is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, request["adapter"])
    return text_loss(model, ids)


def measure_rows(request: dict[str, Any]) -> dict[str, Any]:
    """The places of the rows that fit, and on them the losses of the base ("before") and its adapters."""
    from engine.training.base import base_folder
    from engine.training.causal import measure, read_rows
    from engine.training.rows import TextRow

    base = base_folder(Path(request["weights"]), Path(request["cache"]))
    most, adapters = request["max_length"], request["adapters"]
    rows = read_rows({"test": request["rows"]}, base, most)["test"]
    fitting = {*rows}
    places = [place for place, row in enumerate(request["rows"]) if TextRow(*row) in fitting]
    if not rows:
        return {"measured": places, "losses": {name: [] for name in ("before", *adapters)}}
    return {"measured": places, **measure(base, rows, trained=adapters, max_length=most)}


def main() -> None:
    folder = Path(sys.argv[1])
    end_with_parent()
    request = json.loads((folder / REQUEST_FILE).read_text(encoding="utf-8"))
    try:
        found = measure_rows(request) if "rows" in request else asdict(measure(request))
        write_json(folder / RESULT_FILE, found)
    except ValueError as error:
        # The reason alone as the last line of the log, where the parent looks for it.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
