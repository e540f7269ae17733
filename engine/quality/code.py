"""The score of code: does it parse, does it define what was asked, does it use what it is given?

It reads and never runs the code: a function that is well made and wrong passes.
"""

from __future__ import annotations

import re

import numpy as np

from engine.domain.kind import Kind
from engine.domain.quality import Quality
from engine.quality.document import brevity, combined, repetition, share_met
from engine.quality.score import GATE_CAP, Scorer
from engine.quality.source_code import Source, read_source, unfenced, words_of
from engine.quality.tokens import parse

# A function as prompts name it: `is_prime(number)`.
ASKED = re.compile(r"\b([A-Za-z_]\w*)\(([\w\s,]*)\)")
# Problems whose answer is not what a function gives back.
SHOWING = re.compile(r"\b(?:print|show|save|log|draw|send)s?\b", re.I)


def score_code(scorer: Scorer, kind: Kind, text: str, prompt: str) -> Quality:
    """Score code from 0 to 10 for its problem, with parts and reasons. Any text is accepted."""
    code = unfenced(text)
    source = read_source(code, kind.scoring.language)
    faults = find_faults(source, code, prompt, kind.scoring.language)
    if not code.strip():
        return Quality(0.0, {}, ("The text is empty.",))
    asked = [(name, _parameters(given)) for name, given in ASKED.findall(prompt)]
    reasons: list[str] = []
    measures = {"parses": 1.0 if source.parses else 0.0}
    if asked:
        measures["names"] = max(_named(source, name, given) for name, given in asked)
        if measures["names"] < 1:
            reasons.append(f"It does not define {asked[0][0]} as it was asked for.")
    if any(function.parameters for function in source.functions):
        measures["parameters"] = _used(source)
        if measures["parameters"] < 1:
            reasons.append("It does not use everything it is given.")
    said = parse(words_of(code))
    if (met := share_met(scorer, words_of(ASKED.sub(" ", prompt)), said)) is not None:
        # Code says little of its problem in words: half of what prose would say is plenty.
        measures["relevance"] = float(np.interp(met, (0.0, 0.3), (0.4, 1.0)))
        if met < 0.1:
            reasons.append("Its names have little to do with the problem.")
    measures["repetition"] = repetition(said.words, kind.scoring.repetition)
    if measures["repetition"] < 0.6:
        reasons.append("Lines are repeated.")
    measures["length"] = brevity(len(said.words), kind.length)
    if measures["length"] < 0.6:
        reasons.append(f"It has {len(said.words)} words; {kind.length.fewest} to "
                       f"{kind.length.most} are wanted.")  # fmt: skip
    marks, score = combined(kind, measures)
    score = min(score, GATE_CAP) if faults else score
    return Quality(round(score, 2), marks, (*faults, *reasons))


def find_faults(source: Source, code: str, prompt: str, language: str) -> tuple[str, ...]:
    """What no other merit makes up for, as plain sentences."""
    if not source.parses:
        return (f"It is no valid {language.capitalize()}.",)
    if not source.functions:
        return ("It defines no function.",)
    faults = []
    if all(function.is_empty for function in source.functions):
        faults.append("The function does nothing.")
    if not SHOWING.search(prompt) and not any(f.gives_back for f in source.functions):
        faults.append("The function gives nothing back.")
    if source.unknown:
        faults.append(f"It uses names that nobody defines: {', '.join(source.unknown[:3])}.")
    if any(f.parameters for f in source.functions) and not _used(source):
        faults.append("It uses nothing of what it is given.")
    lines = [line.strip() for line in code.splitlines() if len(line.strip()) > 12]
    if len(lines) - len(set(lines)) >= max(3, len(lines) // 3):
        faults.append("The same lines are repeated again and again.")
    return tuple(faults)


def _parameters(given: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in given.split(",") if each.strip())


def _named(source: Source, name: str, given: tuple[str, ...]) -> float:
    """1 for the function as asked, 0.7 with as many parameters of other names, 0 without it."""
    found = [function for function in source.functions if function.name == name]
    if any(function.parameters == given for function in found):
        return 1.0
    return (
        0.7
        if any(len(function.parameters) == len(given) for function in found)
        else 0.3 * bool(found)
    )


def _used(source: Source) -> float:
    """Share of all parameters that their functions use."""
    given = sum(len(function.parameters) for function in source.functions)
    return sum(len(function.used) for function in source.functions) / given if given else 1.0
