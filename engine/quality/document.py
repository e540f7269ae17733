"""The score of structured texts: sections, subject, names, plain words, order of words, repetition.

What counts, and how much, is said by the kind; nothing here knows epics or procedures. It judges
surface: whether a criterion can be tested or a summary is true it cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from engine.domain.kind import Kind, Length
from engine.domain.quality import Quality
from engine.quality.gates import find_foreign, repeated_share
from engine.quality.relevance import cover, find_subject
from engine.quality.score import GATE_CAP, GOOD, Scorer
from engine.quality.sections import Found, find_sections
from engine.quality.tokens import Passage, parse

# Drawn towards its weakest part by this share, so that no merit hides a failing.
WEAKEST = 0.5
# The word order model reads labels and lists as odd English: what prose never falls below.
SALAD, FLUENT = -0.6, 0.1
# Share of the subject's words that a text, and its weakest section, has: from where on it counts, and
# from where on it counts in full. Sections that may be shorter than this are not asked.
WHOLE, SECTION = ((0.3, 0.8), (0.0, 1.0)), ((0.1, 0.4), (0.0, 1.0))
DRIFT_WORDS = 10
# A text with more of its runs of words from the prompt, or from the answer teachers are shown, copies.
COPIED = 0.25
ROUTINE = re.compile(
    r"\b(?:procedure|function|trigger|proc|def|func|sub)\s+([\w.]+)\s*"
    r"(?:\(((?:[^()]|\([^()]*\))*)\))?",
    re.I,
)
_NAME = re.compile(r"\b[A-Za-z]+\d*(?:_\w+)+\b")
_SYMBOL = re.compile(r"[;={}<>$|]|:=|\bNULL\b")


def score_document(scorer: Scorer, kind: Kind, text: str, prompt: str) -> Quality:
    """Score a structured text from 0 to 10, with its parts and what lowered it."""
    found = find_sections(text, kind.sections)
    body = parse("\n\n".join(each.body for each in found.values()) if found else text)
    whole = parse(text)
    if not whole.words:
        return Quality(0.0, {}, ("The text is empty.",))
    measures = {
        "sections": sections_met(kind, found),
        "relevance": kept_to(scorer, prompt, whole, found),
        "names": names_kept(prompt, text),
        "plain": plainness(kind, text),
        "lexicon": lexicon_met(kind, text),
        "wording": float(np.interp(scorer.word_order.gain(body), (SALAD, FLUENT), (0.0, 1.0))),
        "repetition": repetition(body.words, kind.scoring.repetition),
        "length": brevity(len(whole.words), kind.length),
    }
    marks, score = combined(kind, {name: m for name, m in measures.items() if m is not None})
    faults = find_faults(scorer, kind, body, text, prompt)
    reasons = (*faults, *_explain(marks, kind, found, prompt, text))
    return Quality(round(min(score, GATE_CAP) if faults else score, 2), marks, reasons)


def combined(kind: Kind, measures: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """Marks of 0-10 for the parts that the kind weighs, and their mean drawn towards the weakest."""
    weights = {name: kind.scoring.weights.get(name, 0.0) for name in measures}
    marks = {name: round(10 * measures[name], 2) for name in measures if weights[name] > 0}
    if not marks:
        return {}, 0.0
    mean = float(np.average(list(marks.values()), weights=[weights[name] for name in marks]))
    return marks, (1 - WEAKEST) * mean + WEAKEST * min(marks.values())


def find_faults(
    scorer: Scorer, kind: Kind, body: Passage, text: str, prompt: str
) -> tuple[str, ...]:
    """What no other merit makes up for, as plain sentences."""
    if kind.sections and not find_sections(text, kind.sections[1:] or kind.sections):
        return ("It has none of the sections it needs.",)
    if language := find_foreign(body, scorer.limits, scorer.vocabulary, scorer.english):
        return (language,)
    faults = []
    if len(body.words) < kind.length.fewest // 2:
        faults.append(f"It says only {len(body.words)} words; {kind.length.fewest} are wanted.")
    if scorer.word_order.gain(body) < SALAD:
        faults.append("The words stand in no sensible order.")
    if repeated_share(body.words) > (1 + kind.scoring.repetition) / 2:
        faults.append("Most of the text repeats words it has already said.")
    if copied_share(text, prompt) > COPIED:
        faults.append("It copies what it was asked about.")
    if kind.shown and COPIED < copied_share(text, kind.shown.answer) < 1:
        faults.append("It copies the answer that the teacher was shown.")
    if any(re.search(rf"\b{re.escape(each)}\b", text.lower()) for each in scorer.english.asides):
        faults.append("The text speaks of its own task.")
    return tuple(faults)


def sections_met(kind: Kind, found: Mapping[str, Found]) -> float | None:
    """How far the sections are there, their mean and the thinnest; None for a kind without."""
    if not kind.sections:
        return None
    shares = [found[each.name].share if each.name in found else 0.0 for each in kind.sections]
    return (sum(shares) / len(shares) + min(shares)) / 2


def share_met(scorer: Scorer, prompt: str, passage: Passage) -> float | None:
    """0-1: how much of the prompt's subject the text has; None for a prompt without a subject."""
    subject = find_subject(prompt, scorer.vocabulary, scorer.english)
    return cover(subject, passage, scorer.vocabulary).share if subject.words else None


def kept_to(
    scorer: Scorer, prompt: str, whole: Passage, found: Mapping[str, Found]
) -> float | None:
    """0-1: the text's share of the subject, and that of the section that drifted furthest from it."""
    share = share_met(scorer, prompt, whole)
    told = [each.body for each in found.values() if each.section.min_words >= DRIFT_WORDS]
    if share is None or not told:
        return share
    drifted = min(share_met(scorer, prompt, parse(body)) or 0.0 for body in told)
    return float(np.mean([np.interp(share, *WHOLE), np.interp(drifted, *SECTION)]))


def names_kept(prompt: str, text: str) -> float | None:
    """0-1: the routine in the prompt and its parameters that the text names, less names it made up.

    None when the prompt holds no routine.
    """
    routine = ROUTINE.search(prompt)
    if routine is None:
        return None
    given = re.sub(r"\([^()]*\)", "", routine[2] or "")
    words = [re.sub(r"^\s*(?:in|out|inout)\s+", "", each, flags=re.I) for each in given.split(",")]
    wanted = [routine[1], *(m[0] for each in words if (m := re.search(r"@?\w+", each)))]
    said = _spaced(text)
    kept = sum(_spaced(name) in said for name in wanted) / len(wanted)
    named = {name.lower() for name in _NAME.findall(text)}
    known = prompt.lower()
    invented = sum(name not in known for name in named) / max(1, len(named))
    return kept * (1 - invented)


def plainness(kind: Kind, text: str) -> float:
    """1 for words alone, 0 once every tenth word is code or does not belong into plain language."""
    lower = text.lower()
    unwanted = sum(
        len(re.findall(rf"\b{re.escape(w)}\b", lower)) for w in kind.scoring.lexicon.unwanted
    )
    found = unwanted + len(_SYMBOL.findall(text))
    return max(0.0, 1 - 10 * found / max(1, len(lower.split())))


def lexicon_met(kind: Kind, text: str) -> float | None:
    """0-1: half of the wanted words are enough for 1, each unwanted one takes a quarter."""
    lexicon, lower = kind.scoring.lexicon, text.lower()
    if not lexicon.wanted and not lexicon.unwanted:
        return None
    has = [bool(re.search(rf"\b{re.escape(word)}\b", lower)) for word in lexicon.wanted]
    met = min(1.0, 2 * sum(has) / len(has)) if has else 1.0
    spoiled = sum(bool(re.search(rf"\b{re.escape(word)}\b", lower)) for word in lexicon.unwanted)
    return max(0.0, met - spoiled / 4)


def repetition(words: tuple[str, ...], allowed: float) -> float:
    """1 up to the share of repeated words that the kind allows, then down to 0."""
    return float(np.interp(repeated_share(words), (allowed, (1 + allowed) / 2), (1.0, 0.0)))


def brevity(words: int, length: Length) -> float:
    """1 within the kind's length, 0 at half the fewest and at twice the most words."""
    points = (length.fewest / 2, length.fewest, length.most, 2 * length.most)
    return float(np.interp(words, points, (0.0, 1.0, 1.0, 0.0)))


def copied_share(text: str, prompt: str) -> float:
    """Share of the text's runs of four words that stand in the prompt, too."""
    words, asked = (re.findall(r"\w+", each.lower()) for each in (text, prompt))
    runs = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    there = {tuple(asked[i : i + 4]) for i in range(len(asked) - 3)}
    return sum(run in there for run in runs) / max(1, len(runs))


def _spaced(text: str) -> str:
    """Names with underscores and with spaces are the same name."""
    return re.sub(r"[\W_]+", " ", text.lower())


def _explain(
    marks: Mapping[str, float], kind: Kind, found: Mapping[str, Found], prompt: str, text: str
) -> tuple[str, ...]:
    """A sentence for each part that is too weak, weakest first."""
    missing = [each.name for each in kind.sections if each.name not in found]
    thin = [name for name, each in found.items() if each.share < 0.7]
    why = (
        f"It has no section {', '.join(missing)}."
        if missing
        else f"Too little in {', '.join(thin)}."
    )
    reasons = {
        "sections": why,
        "relevance": "The text keeps little to what was asked.",
        "names": "It does not keep the names of what it explains, or makes up others.",
        "plain": "It is not in plain words: there is code in it.",
        "lexicon": f"It does not use the words of {kind.title.lower()}.",
        "wording": "The wording is unusual for English.",
        "repetition": "Several phrases are said more than once.",
        "length": f"{len(text.split())} words long; {kind.length.fewest} to {kind.length.most} are wanted.",
    }
    weak = sorted((mark, name) for name, mark in marks.items() if mark < GOOD - 1)
    return tuple(reasons[name] for _, name in weak)
