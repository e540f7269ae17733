"""What a user preferred: votes in the arena, edits, decisions on answers to one request, and thumbs.

Every preference is read from rows that stay where they are; nothing is copied. Of two that contradict each
other the newer one counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from engine.domain.example import Decision, Example
from engine.domain.preference import Learns, Origin, Preference, PreferencePair, Thumb
from engine.domain.vote import Choice, Vote
from engine.kinds import Kinds
from engine.rendering import request_for
from engine.store import Store
from engine.store.judged import Stopped

# Of the thumbs that are needed, so many must go up and so many down.
EACH_WAY = 0.25
SAID = {Origin.VOTE: "votes", Origin.EDIT: "edits", Origin.DECIDED: "decisions"}


def collect(store: Store, user_id: str, kinds: Kinds, learns: Learns) -> list[Preference]:
    """Everything the user preferred, each once, newest first."""
    if learns is Learns.THUMBS:
        rated = [of_thumb(each) for each in store.judged.texts(user_id) if each.feedback]
        stopped = [each for each in store.judged.stopped(user_id) if each.thumb]
        parts = [of_stopped(each, kinds) for each in stopped if not each.is_erased]
        return once([*rated, *parts])
    votes = [of_vote(vote, kinds) for vote in store.votes.list(user_id)]
    edits = edited(store, user_id)
    decided = decided_pairs(store.judged.texts(user_id))
    return once(each for each in [*votes, *edits, *decided] if each is not None)


def of_vote(vote: Vote, kinds: Kinds) -> PreferencePair | None:
    """The pair of a vote; None for a tie, for two bad texts, and where a text is gone."""
    if vote.choice not in (Choice.LEFT, Choice.RIGHT) or not vote.has_texts:
        return None
    texts = [vote.left_text, vote.right_text]
    better, worse = texts if vote.choice is Choice.LEFT else reversed(texts)
    kind = kinds.find(vote.kind)
    return PreferencePair(
        origin=Origin.VOTE,
        ids=(vote.id,),
        seed_prompt=vote.prompt,
        prompt=request_for(kind, vote.prompt, genre=vote.genre, style=vote.style),
        kind=vote.kind,
        group=vote.prompt,
        chosen=better,
        rejected=worse,
        at=vote.created_at,
    )


def of_examples(origin: Origin, better: Example, worse: Example) -> PreferencePair:
    """The pair of two examples on one request."""
    said = [each.decided_at or each.created_at for each in (better, worse)]
    return PreferencePair(
        origin=origin,
        ids=(better.id, worse.id),
        seed_prompt=better.seed_prompt,
        prompt=better.prompt,
        kind=better.kind,
        group=better.split_group,
        chosen=better.completion,
        rejected=worse.completion,
        at=max(said),
    )


def of_thumb(example: Example, origin: Origin | None = None) -> Thumb:
    """The thumb on an example, as it is now unless it is said what it was."""
    return Thumb(
        origin=origin or (Origin.UP if example.feedback > 0 else Origin.DOWN),
        ids=(example.id,),
        seed_prompt=example.seed_prompt,
        prompt=example.prompt,
        kind=example.kind,
        group=example.split_group,
        completion=example.completion,
        at=example.created_at,
    )


def of_stopped(draft: Stopped, kinds: Kinds, origin: Origin | None = None) -> Thumb:
    """The thumb on a text that was stopped, likewise."""
    kind = kinds.find(draft.kind)
    return Thumb(
        origin=origin or (Origin.UP if draft.thumb > 0 else Origin.DOWN),
        ids=(draft.draft_id, draft.story_id),
        seed_prompt=draft.seed_prompt,
        prompt=request_for(kind, draft.seed_prompt, genre=draft.genre, style=draft.style),
        kind=draft.kind,
        group=draft.seed_prompt,
        completion=draft.text,
        at=draft.at,
        is_whole=False,
    )


def edited(store: Store, user_id: str) -> list[PreferencePair]:
    """Of each edit the person's text over the one it changed, unless it was refused since."""
    found = store.judged.edits(user_id)
    ids = list(dict.fromkeys(id for edit in found for id in (edit.better_id, edit.worse_id)))
    examples = {each.id: each for each in store.examples.of_ids(user_id, ids)}
    pairs = []
    for edit in found:
        better, worse = examples[edit.better_id], examples[edit.worse_id]
        there = better.erased_at is None and worse.erased_at is None
        if there and better.prompt == worse.prompt and not is_refused(better):
            pairs.append(of_examples(Origin.EDIT, better, worse))
    return pairs


def decided_pairs(judged: Sequence[Example]) -> list[PreferencePair]:
    """Each refused text under a liked one on the same request; the liked ones take turns. A text that was
    rejected and has a thumb up is neither."""
    liked: dict[str, list[Example]] = defaultdict(list)
    refused: dict[str, list[Example]] = defaultdict(list)
    for each in judged:
        if each.decision is Decision.REJECTED and each.feedback > 0:
            continue
        (refused if is_refused(each) else liked)[each.prompt].append(each)
    return [
        of_examples(Origin.DECIDED, liked[prompt][place % len(liked[prompt])], worse)
        for prompt, found in refused.items()
        if prompt in liked
        for place, worse in enumerate(found)
    ]


def is_refused(example: Example) -> bool:
    """Whether a person said no to it."""
    return example.feedback < 0 or example.decision is Decision.REJECTED


def once(found: Iterable[Preference]) -> list[Preference]:
    """Each request with the same texts once, as it was said last; newest first."""
    newest: dict[tuple[str, frozenset[str]], Preference] = {}
    for each in sorted(found, key=lambda each: (each.at, each.ids), reverse=True):
        texts = frozenset(" ".join(text.split()) for text in each.texts)
        if len(texts) == len(each.texts) and "" not in texts:
            newest.setdefault((each.prompt, texts), each)
    return list(newest.values())


def missing(found: Sequence[Preference], learns: Learns, least: int) -> str:
    """What a training on these still needs, in a sentence; empty when there is enough."""
    counts = Counter(each.origin for each in found)
    if learns is Learns.THUMBS:
        each_way = max(1, round(least * EACH_WAY))
        up, down = counts[Origin.UP], counts[Origin.DOWN]
        if up + down >= least and min(up, down) >= each_way:
            return ""
        return (
            f"A training on thumbs needs at least {least}, of which {each_way} or more are up and as many "
            f"down, and there are {up} up and {down} down. Say of more texts on Write how you like them."
        )
    if len(found) >= least:
        return ""
    parts = ", ".join(f"{counts[each]} from {said}" for each, said in SAID.items() if counts[each])
    have = f"{len(found)} ({parts})" if parts else "none"
    return (
        f"A training on preferences needs at least {least} pairs of a better and a worse text, and there "
        f"are {have}: {least - len(found)} missing. Vote in the Arena, or edit texts of a model."
    )
