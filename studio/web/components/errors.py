"""Errors as people can use them: what happened, what to do, a code to copy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from engine.errors import EngineError
from models.errors import ModelError
from rag.errors import RagError
from studio.web.wording import plain

ADVICE = {
    "model_unavailable": "Wait a few seconds and try again. If it stays, restart the studio.",
    "invalid_key": "Open Settings, enter the key of this teacher again and press Test.",
    "unknown_model": "Open Settings, choose Edit and then Show its models.",
    "blocked": "Word the prompt differently, or choose another teacher in Settings.",
    "rate_limited": "Wait a minute and try again.",
    "context_too_long": "Shorten the prompt, or start a new story instead of continuing this one.",
    "memory_unavailable": "Wait a few seconds and try again. If it stays, restart the studio.",
    "not_found": "It may have been removed elsewhere. Reload the page.",
    "not_enough_examples": "Generate more above, or write and keep texts on the Write page.",
    "does_not_fit": "Close other programs, or set a smaller ZEGA_BASE_MODEL (see Settings).",
    "weights_missing": "Run `make setup` to fetch the base model again.",
    "checksum_mismatch": "Run `make setup` to fetch the file again.",
    "too_few_rows": "Generate more above, or write and keep texts on the Write page.",
    "training_failed": "Press Resume: it goes on from its last checkpoint.",
    "identity_mismatch": "Train again on the base model that is served now.",
    "parked": "Start it again. If it ends the same way, look into the log named above.",
}


# States that pass by themselves, and are no errors to a person.
CALM = ("model_paused",)

# Fields as pages call them, where an error begins with one.
FIELDS = {
    "day_money": "The cap of a day",
    "day_tokens": "The cap of a day",
    "job_money": "The cap of one job",
    "job_tokens": "The cap of one job",
    "month_money": "The cap of a month",
    "month_tokens": "The cap of a month",
    "base_url": "The address",
    "concurrency": "The number of answers at once",
    "max_tokens": "The longest answer",
    "file": "The file",
    "genres": "The mix of genres",
    "key": "The key",
    "model": "The model",
    "name": "The name",
    "num_examples": "The number of texts",
    "price_in": "The price of tokens read",
    "price_out": "The price of tokens written",
    "prompt": "The prompt",
    "query": "What to look for",
    "teachers": "The number of teachers",
    "temperature": "The temperature",
    "text": "The text",
    "title": "The title",
    "top_p": "Top-p",
}


def show_error(message: str, code: str, *, safe: str = "", advice: bool = True) -> None:
    """One error; `safe` says what was not lost, where that is true. `advice` says what to do."""
    lines = [plain(sentence(message))]
    if safe and "safe" not in message:
        lines.append(safe)
    if advice and code in ADVICE:
        lines.append(ADVICE[code])
    with st.container(gap="xxsmall"):
        if code in CALM:
            st.info("  \n".join(lines), icon=":material/hourglass_top:")
            return
        st.error("  \n".join(lines), icon=":material/error:")
        st.caption(f"Code to quote: `{code}`")


def sentence(message: str) -> str:
    """A message that may begin with the name of a field, as a sentence.

    >>> sentence("base_url is empty: give the address")
    'The address is empty: give the address.'
    """
    field, _, rest = message.partition(" ")
    if field in FIELDS:
        message = f"{FIELDS[field]} {rest}"
    return message if message.endswith((".", "!", "?")) else f"{message}."


@contextmanager
def told(*, safe: str = "") -> Iterator[None]:
    """Draw an error that people can act on instead of raising it."""
    try:
        yield
    except (EngineError, ModelError, RagError) as error:
        show_error(str(error), error.code, safe=safe)


def unexpected(error: Exception) -> bool:
    """Draw what nobody foresaw, without its insides. The traceback is in the studio's log."""
    show_error(
        f"Something went wrong inside the studio ({type(error).__name__}). Reload the page.",
        "internal_error",
        safe="Everything saved so far is safe.",
    )
    return True
