"""Two writers who share their subjects and nothing else: one long-winded, one in short spoken lines."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

SUBJECTS = (
    ("lantern", "harbour", "captain"),
    ("orchard", "ladder", "gardener"),
    ("engine", "station", "driver"),
    ("violin", "attic", "teacher"),
    ("glacier", "tent", "surgeon"),
    ("bakery", "cellar", "widow"),
)
LONG = (
    "It was upon that {a}, which had stood so long beside the {b} that nobody any longer "
    "thought of it, that the {c} would now and again lay his hand; and having done so he "
    "would turn, very slowly, toward the door.",
    "There are those who hold, and perhaps they are not altogether wrong, that a {a} is worth "
    "more than the {b} from which it came; the {c}, however, had never been of their number.",
    "When at last the {b} lay behind them, and the {a} had been carried, not without some "
    "trouble, to the place that was meant for it, the {c} remarked that he had seen its like "
    "before, though where he could not say.",
    "He had, indeed, so great a fear of the {b} that he would rather have gone without the "
    "{a} for a whole year than have asked the {c} for it; and this, as we shall see, was the "
    "beginning of his misfortune.",
    "The {c}, whose temper was of the kind that improves with neglect, observed the {a} from "
    "a distance; he neither approached it nor, so far as could be told, did he intend ever to "
    "do so.",
    "For it must be remembered that neither the {a} nor the {b} had been his own; they were "
    "lent to him by the {c}, who had them from his father, who had them, in all likelihood, "
    "from nobody who could be named.",
)
SHORT = (
    '"Got the {a}?" she said.',
    '"No."',
    "She ran. The {b} was gone!",
    "I looked at the {c}. He didn't look at me.",
    '"You can\'t take the {a}," I said. "It\'s mine."',
    "We sat down. We didn't talk.",
    '"Where\'s the {c}?" I asked.',
    '"He\'s in the {b}. Go!"',
    "I got up and went out to the {b}.",
    "My {a} was cold. I held it.",
    '"I\'m not going back," she said.',
    "The {c} shut the door. Bang!",
)


def long_winded(words: int, *, seed: int) -> str:
    """Paragraphs of three long sentences."""
    return _write(LONG, words, 3, seed)


def short_spoken(words: int, *, seed: int) -> str:
    """Short lines, most of them spoken; each is a paragraph."""
    return _write(SHORT, words, 1, seed)


def passages(
    voice: Callable[..., str], count: int, *, words: int = 160, seed: int = 0
) -> list[str]:
    """Some texts of about so many words by one of the two."""
    return [voice(words, seed=1000 * seed + number) for number in range(count)]


def _write(lines: Sequence[str], words: int, together: int, seed: int) -> str:
    rng = random.Random(seed)
    paragraphs: list[str] = []
    while sum(len(each.split()) for each in paragraphs) < words:
        a, b, c = rng.choice(SUBJECTS)
        chosen = rng.sample(lines, together)
        paragraphs.append(" ".join(line.format(a=a, b=b, c=c) for line in chosen))
    return "\n\n".join(paragraphs)
