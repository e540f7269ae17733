"""Prompts reworded by the teacher, as a job of the worker. The answer stays as it is.

One variant an example, stored as soon as it is written: a job that is run again goes on with the
examples that have none yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from random import Random
from typing import Any

from engine.data.augmentation.augmentation import Augmentation, most_variants, texts_of
from engine.data.augmentation.kinds import TEACHER
from engine.data.augmentation.texts import Texts, holds, word_lists
from engine.domain.example import Example
from engine.errors import Cancelled
from engine.memory.duplicates import similarity
from engine.store import Store
from models.base import LanguageModel, Message
from models.errors import Blocked, ContextTooLong

TEMPERATURE = 0.7
TOKENS_A_WORD = 2
# A rewording is about as long as what it rewords.
SHORTEST, LONGEST = 0.5, 2.0
# Above this Jaccard similarity of five-word runs it says nothing otherwise.
MOST_ALIKE = 0.6


def reword(
    store: Store,
    augmentation: Augmentation,
    teacher: LanguageModel,
    user_id: str,
    *,
    share: float,
    in_flight: int,
    cancelled: Callable[[], bool],
    on_done: Callable[[int, int], object],
) -> dict[str, Any]:
    """Have prompts reworded until variants make up `share`; how many were asked for and kept.

    `on_done` is told how many of how many were asked for. Raises `Cancelled`, and the teacher's error
    when it does not answer.
    """
    originals = augmentation.originals(user_id)
    there = store.variants.usable(user_id)
    reworded = {each.variant_of for each in there if each.variant == TEACHER}
    waiting = [each for each in originals if each.id not in reworded]
    Random(1).shuffle(waiting)
    wanted = min(len(waiting), max(0, most_variants(len(originals), share) - len(there)))
    asked = kept = 0
    queue = iter(waiting)
    with ThreadPoolExecutor(in_flight, thread_name_prefix="reword") as pool:
        while kept < wanted and (some := list(islice(queue, min(in_flight, wanted - kept)))):
            answers = [pool.submit(ask, teacher, each) for each in some]
            for original, answer in zip(some, answers, strict=True):
                if answer.exception() is None:
                    kept += _keep(store, augmentation, original, answer.result())
            asked += len(some)
            on_done(len(there) + kept, len(there) + wanted)
            for answer in answers:
                answer.result()  # raises what one of them did, once the others are kept
            if cancelled():
                raise Cancelled("Rewording")
    return {"asked": asked, "kept": kept}


def _keep(store: Store, augmentation: Augmentation, original: Example, prompt: str) -> int:
    siblings = [texts_of(each) for each in store.variants.of(original.user_id, original.id)]
    texts = Texts(prompt, original.completion)
    if not says_the_same(original.prompt, prompt):
        return 0
    proposed = augmentation.variant(original, texts, TEACHER, siblings)
    return len(augmentation.keep(original.user_id, [proposed])) if proposed else 0


def ask(teacher: LanguageModel, original: Example) -> str:
    """The prompt in the teacher's words; empty where it refuses this one."""
    request = str(word_lists()["teacher"]).format(prompt=original.prompt)
    most = 40 + TOKENS_A_WORD * len(original.prompt.split())
    try:
        with teacher.stream(
            [Message("user", request)], temperature=TEMPERATURE, max_tokens=most
        ) as answer:
            return "".join(answer).strip().strip('"')
    except (Blocked, ContextTooLong):
        return ""


def says_the_same(prompt: str, reworded: str) -> bool:
    """Whether a rewording can pass for one: other words, about as many, the same names and numbers."""
    ratio = len(reworded.split()) / max(1, len(prompt.split()))
    facts = particulars(prompt) | particulars(reworded)
    return (
        SHORTEST <= ratio <= LONGEST
        and all(holds(prompt, each) and holds(reworded, each) for each in facts)
        and similarity(prompt, reworded) <= MOST_ALIKE
    )


def particulars(text: str) -> set[str]:
    """What a rewording must neither lose nor add: numbers, names within sentences, known first names."""
    first_names = {name for group in word_lists()["names"] for name in group}
    words = set(re.findall(r"\w+", text))
    within = re.findall(r"(?<=[a-z,;] )[A-Z]\w+", text)
    return {*re.findall(r"\d+", text), *within, *(words & first_names)}
