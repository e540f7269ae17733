"""What of the memory goes into one text: the nearest passages, as much of them as the model can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.domain.passage import MemoryUse, PassageUse, RecalledPassage
from engine.writing.passage import last_full_sentence

# Less than this of a passage tells a model nothing.
LEAST_WORDS = 12
# So much of what a model reads at once may be memory: the rest is the request and the answer.
SHARE = 0.4


@dataclass(frozen=True)
class Recollection:
    """`texts` go to the model, `use` is kept with the draft."""

    texts: tuple[str, ...] = ()
    use: MemoryUse = field(default_factory=MemoryUse)


def tokens(text: str) -> int:
    """Upper estimate of a text's tokens: English has about 4 bytes a token, other scripts 3.

    >>> tokens("A lighthouse keeper finds a letter.")
    12
    """
    return -(-len(text.encode()) // 3)


def room_for(context: int, *, max_tokens: int, request: str) -> int:
    """Tokens of memory that fit beside the request and the answer in `context` tokens."""
    return max(0, min(int(SHARE * context), context - max_tokens - tokens(request) - 64))


def fit(recalled: Sequence[RecalledPassage], room: int) -> Recollection:
    """As many passages as fit, in their order; one that does not is cut after a sentence."""
    texts: list[str] = []
    uses: list[PassageUse] = []
    for each in recalled:
        text = each.passage.text
        kept = text if tokens(text) <= room else cut(text, room)
        words, words_cut = len(kept.split()), len(text.split()) - len(kept.split())
        uses.append(PassageUse(each.passage.id, each.score, words, words_cut))
        if kept:
            texts.append(kept)
            room -= tokens(kept)
    return Recollection(tuple(texts), MemoryUse(asked=True, passages=tuple(uses)))


def cut(text: str, room: int) -> str:
    """The beginning of a text up to a sentence's end within `room` tokens; empty if that says little."""
    start = text.encode()[: 3 * max(0, room)].decode(errors="ignore")
    kept = last_full_sentence(start)
    whole = kept[-1:] in tuple(".!?…\"'”’)")
    return kept if whole and len(kept.split()) >= LEAST_WORDS else ""
