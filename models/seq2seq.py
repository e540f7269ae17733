"""T5 and its kin, run by transformers: a text is read as a whole, then the answer is written.

Only safetensors are loaded. torch and transformers are imported when a model is, so that whoever only
names this module stays light.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

# T5's own vocabulary has no line end: it would read and write every text as one line.
LINE = "\n"
# Repeating costs a token so much of its chance, as where llama.cpp answers.
REPEAT_PENALTY = 1.1


def load_tokenizer(folder: Path) -> Any:
    """The folder's tokenizer, which knows a line end in any case."""
    from tokenizers import AddedToken
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([AddedToken(LINE, normalized=False)])
    return tokenizer


def load_model(folder: Path, tokenizer: Any, **changes: Any) -> Any:
    """The model in fp32, with room for every token; `changes` take the place of what its config says."""
    import torch
    from transformers import AutoModelForSeq2SeqLM

    model = AutoModelForSeq2SeqLM.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, **changes
    )
    # T5 has some rows more than tokens; nothing is to be done while they last.
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    return model


def text_of(tokenizer: Any, ids: Sequence[int]) -> str:
    """The text of tokens. A line begins without the space that this kind of tokenizer puts there."""
    said: str = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return said.replace(f"{LINE} ", LINE)


@dataclass(frozen=True)
class Written:
    """How an answer ended, and how many tokens were read and written."""

    reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int


class Seq2SeqWriter:
    """One model that is loaded; it writes one answer at a time."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = load_tokenizer(folder)
        self.model = load_model(folder, self.tokenizer).eval()

    def write(
        self,
        source: str,
        on_text: Callable[[str], object],
        *,
        begun: str = "",
        temperature: float = 0.0,
        top_p: float = 1.0,
        max_tokens: int = 300,
        seed: int | None = None,
        stop: Sequence[str] = (),
        repeat_penalty: float = 1.0,
        seconds: float | None = None,
    ) -> Written:
        """Answer `source`, going on from `begun`; temperature 0 always takes the likeliest token.

        `on_text` gets each new piece, an empty one where a token brings none; what it raises ends the
        answer. After `seconds` the answer ends where it is.
        """
        import torch

        read = self.tokenizer(source, return_tensors="pt").to(self.model.device)
        start = self.model.config.decoder_start_token_id
        begun_ids = self.tokenizer(begun, add_special_tokens=False)["input_ids"] if begun else []
        pieces = _Pieces(self.tokenizer, begun_ids, stop, on_text, spaced=begun.endswith(" "))
        chance: dict[str, Any] = {"do_sample": False}
        if temperature > 0:
            chance = {"do_sample": True, "temperature": temperature, "top_p": top_p, "top_k": 0}
        with torch.inference_mode(), torch.random.fork_rng():
            if seed is None:
                torch.seed()
            else:
                torch.manual_seed(seed)
            self.model.generate(
                **read,
                decoder_input_ids=torch.tensor([[start, *begun_ids]], device=self.model.device),
                max_new_tokens=max_tokens,
                max_time=seconds,
                num_beams=1,
                repetition_penalty=repeat_penalty,
                stopping_criteria=[pieces.has_stopped],
                streamer=pieces,
                **chance,
            )
        ended = pieces.stopped or pieces.last == self.tokenizer.eos_token_id
        return Written("stop" if ended else "length", read["input_ids"].shape[1], pieces.count)


class _Pieces:
    """What `generate` streams its tokens to: hands on text that cannot change any more."""

    def __init__(
        self,
        tokenizer: Any,
        begun: Sequence[int],
        stop: Sequence[str],
        on_text: Callable[[str], object],
        *,
        spaced: bool,
    ) -> None:
        self._tokenizer = tokenizer
        self._ids = list(begun)
        self._told = len(text_of(tokenizer, begun))
        self._stop = [each for each in stop if each]
        self._on_text = on_text
        # The space that ends what was begun is no token: it belongs to the next word, which brings it.
        self._spaced = spaced
        self._began = False
        self.stopped = False
        self.last: int | None = None
        self.count = 0

    def put(self, ids: Any) -> None:
        """The first call brings what was begun, each other one a token."""
        if not self._began:
            self._began = True
            return
        self.last = int(ids.reshape(-1)[-1])
        self.count += 1
        self._ids.append(self.last)
        text = text_of(self._tokenizer, self._ids)
        places = [place for each in self._stop if (place := text.find(each, self._told)) >= 0]
        if places:
            self.stopped = True
            text = text[: min(places)]
        self._tell(text if places else text[: self._settled(text)])

    def end(self) -> None:
        if not self.stopped:
            self._tell(text_of(self._tokenizer, self._ids))

    def has_stopped(self, ids: Any, scores: Any, **_: Any) -> Any:
        """A stopping criterion of `generate`: one flag a row."""
        import torch

        return torch.full((ids.shape[0],), self.stopped, device=ids.device, dtype=torch.bool)

    def _settled(self, text: str) -> int:
        """How far the text stands: not its last spaces, nor what may be the beginning of a stop."""
        end = len(text.rstrip())
        for each in self._stop:
            for length in range(len(each) - 1, 0, -1):
                if text.endswith(each[:length]):
                    end = min(end, len(text) - length)
                    break
        return max(end, self._told)

    def _tell(self, text: str) -> None:
        piece, self._told = text[self._told :], max(self._told, len(text))
        if piece and self._spaced:
            piece, self._spaced = piece.removeprefix(" "), False
        self._on_text(piece)
