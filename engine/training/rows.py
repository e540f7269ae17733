"""From prompt and answer to token rows, exactly as the server will see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.rendering import render


@dataclass(frozen=True)
class TextRow:
    """A prompt and the answer that is learned from it; `system` is the text of their kind."""

    prompt: str
    completion: str
    system: str = ""


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
    ids = [*prompt, *answer, tokenizer.eos_token_id][:max_length]
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
