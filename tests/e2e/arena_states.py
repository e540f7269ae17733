"""States of the Arena; see states.py."""

from __future__ import annotations

from collections.abc import Callable

from engine.arena.contenders import called_base
from engine.domain.vote import Choice
from tests.e2e.chromium import Window
from tests.e2e.studio import BASE
from tests.studio.web.shelf import Shelf

GENRES = ("horror", "romance", "sci_fi")


def voted_in_arena(shelf: Shelf) -> None:
    """Two versions, the newer one active, and votes on them and on the base."""
    engine, votes = shelf.engine, shelf.engine.store.votes
    versions = [shelf.version(gain=gain) for gain in (0.2, 0.4)]
    engine.activate(shelf.user, versions[-1].number)
    engine.start_story(shelf.user, "A toll troll must judge a dying wizard.", genre="fantasy")
    labels = [called_base(BASE), *(version.label for version in versions)]
    for number in range(72):
        left, right = labels[number % 3], labels[(number + 1) % 3]
        better = Choice.LEFT if labels.index(left) > labels.index(right) else Choice.RIGHT
        worse = Choice.RIGHT if better is Choice.LEFT else Choice.LEFT
        choice = (better, Choice.TIE, better, worse, Choice.BOTH_BAD, better)[number // 3 % 6]
        pair = votes.add(
            shelf.user,
            prompt=f"The lamp of house {number} goes out.",
            kind="stories",
            genre=GENRES[number // 24],
            left_model=left,
            right_model=right,
            left_text="The lamp went out.",
            right_text="It was dark.",
        )
        votes.vote(shelf.user, pair.id, choice)


def new_in_arena(shelf: Shelf) -> None:
    """A version, and no vote yet."""
    shelf.engine.activate(shelf.user, shelf.version().number)


def arena(who: str) -> Callable[[Window], None]:
    """A pair to vote on."""

    def take(opened: Window) -> None:
        page = opened.open(f"/arena?who={who}")
        page.get_by_role("button", name="Both bad (4)").wait_for()

    return take


def arena_writing(opened: Window) -> None:
    """While two models write."""
    arena("wanda")(opened)
    opened.settle()
    opened.page.keyboard.press("s")
    opened.page.get_by_text("Two models are writing").wait_for()


def arena_voted(opened: Window) -> None:
    """After a vote by key."""
    arena("vito")(opened)
    opened.settle()
    opened.page.keyboard.press("1")
    opened.page.get_by_role("button", name="Next pair (N)").wait_for()


def arena_failed(opened: Window) -> None:
    """A teacher that cannot be reached."""
    page = opened.open("/arena?who=olaf")
    page.get_by_role("button", name="Try again").wait_for()


def arena_empty(opened: Window) -> None:
    """One model alone."""
    opened.open("/arena?who=anna")


ARENA: dict[str, Callable[[Window], None]] = {
    "arena-empty": arena_empty,
    "arena-failed": arena_failed,
    "arena-first": arena("wanda"),
    "arena-writing": arena_writing,
    "arena": arena("vito"),
    "arena-voted": arena_voted,
}
