"""From prompt and answer to token rows, exactly as the server will see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.snapshot import Split
from engine.rendering import render
from engine.training.errors import TooFewRows

# Validation may have none: then nothing stops early.
NEEDED = {Split.TRAIN: "to learn from", Split.TEST: "to measure what was learned"}


@dataclass(frozen=True)
class TextRow:
    """A prompt and the answer that is learned from it; `system` is the text of their kind. An answer that
    is not whole has no end to be learned."""

    prompt: str
    completion: str
    system: str = ""
    is_whole: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class TokenRow:
    """`input_ids` of prompt and answer; the first `prompt_length` of them carry no loss."""

    input_ids: list[int]
    prompt_length: int

    @property
    def answer_length(self) -> int:
        return len(self.input_ids) - self.prompt_length


def tokenize(row: TextRow, tokenizer: Any, max_length: int) -> TokenRow:
    """Rendered prompt + answer + end token, cut to `max_length` tokens (the answer is what is cut).

    Raises ValueError when the prompt alone leaves no room for an answer.
    """
    asked = render(row.prompt, system=row.system)
    messages = [{"role": m.role, "content": m.content} for m in asked]
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
    answer = tokenizer(row.completion, add_special_tokens=False)["input_ids"]
    end = [tokenizer.eos_token_id] if row.is_whole else []
    ids = [*prompt, *answer, *end][:max_length]
    if len(ids) <= len(prompt):
        raise ValueError(f"the prompt is {len(prompt)} tokens long, max_length is {max_length}")
    return TokenRow(ids, len(prompt))


def fits(row: TextRow, tokenizer: Any, max_length: int) -> bool:
    """Whether the prompt leaves room for an answer within `max_length` tokens."""
    try:
        tokenize(row, tokenizer, max_length)
    except ValueError:
        return False
    return True


def tokenize_all(rows: Sequence[TextRow], tokenizer: Any, max_length: int) -> list[TokenRow]:
    return [tokenize(row, tokenizer, max_length) for row in rows]


def check_rows(counts: Mapping[str, int]) -> None:
    """Raise `TooFewRows` where a part that needs rows has none; `counts` by the names of the parts."""
    for part, use in NEEDED.items():
        if not counts[part]:
            raise TooFewRows(
                f"No text is left {use}: each may have too long a prompt, or there are too few different "
                "prompts, of which three are needed. Add texts, or raise max_length. Nothing was trained."
            )
