"""Calibrate the score by a person's own decisions. The threshold moves only when they agree."""

from __future__ import annotations

from collections.abc import Sequence

from engine.calibration.threshold import CUTS, cuts_of, threshold_of
from engine.domain.calibration import Calibration, Cut, Share, Verdict
from engine.errors import InvalidInput
from engine.store import Store

NEEDED = 30
# Fewer accepted or rejected ones say too little about where the two part.
FEWEST = 5
# Taste changes: older decisions are not looked at.
NEWEST = 500
MOST_CUTS = 20


class Calibrator:
    """Verbs around a user's threshold. `default` holds for who never moved theirs."""

    def __init__(self, store: Store, default: float) -> None:
        self._store = store
        self._default = default

    def threshold(self, user_id: str) -> float:
        """From which score this user's texts are kept."""
        return threshold_of(self._store, user_id, self._default)

    def look(self, user_id: str) -> Calibration:
        """How the score agrees with the newest decisions, and which threshold fits them better."""
        verdicts = self._store.verdicts.newest(user_id, limit=NEWEST)
        now, accepted = self.threshold(user_id), sum(each.accepted for each in verdicts)
        cut_now: Cut | None = None
        order: Share | None = None
        better: Cut | None = None
        if len(verdicts) < NEEDED:
            finding = (
                f"{len(verdicts)} of {NEEDED} decisions: accept or reject "
                f"{NEEDED - len(verdicts)} more, and the score can be compared with your taste."
            )
        elif accepted in (0, len(verdicts)):
            word = "accepted" if accepted else "rejected"
            finding = f"You {word} every text, so nothing tells which scores you would want."
        elif (fewer := min(accepted, len(verdicts) - accepted)) < FEWEST:
            word = "accepted" if accepted == fewer else "rejected"
            finding = (
                f"You {word} {fewer} of {len(verdicts)} texts: from {FEWEST} on the score can be "
                "compared with your taste."
            )
        else:
            finding, cut_now, order, better = _compare(verdicts, now)
        return Calibration(
            decisions=len(verdicts),
            needed=NEEDED,
            now=cut_now,
            ranking=order,
            suggested=better,
            finding=finding,
            threshold=now,
            can_go_back=bool(cuts_of(self._store, user_id)),
        )

    def accept(self, user_id: str, threshold: float) -> float:
        """Keep texts from this score on; the person agreed. Raises `InvalidInput`."""
        if isinstance(threshold, bool) or not 0 <= threshold <= 10:
            raise InvalidInput("threshold", f"must be from 0 to 10, got {threshold}")
        cuts = [*cuts_of(self._store, user_id), float(threshold)][-MOST_CUTS:]
        self._store.preferences.set(user_id, CUTS, cuts)
        return cuts[-1]

    def accept_suggested(self, user_id: str) -> float:
        """Take the threshold that fits best now. Raises `InvalidInput` when none fits better."""
        found = self.look(user_id)
        if found.suggested is None:
            raise InvalidInput("threshold", f"stays at {found.threshold:g}: {found.finding}")
        return self.accept(user_id, found.suggested.threshold)

    def go_back(self, user_id: str) -> float:
        """The threshold from before the last that was agreed to; the default stays the default."""
        cuts = cuts_of(self._store, user_id)
        self._store.preferences.set(user_id, CUTS, cuts[:-1])
        return self.threshold(user_id)


def _compare(verdicts: Sequence[Verdict], threshold: float) -> tuple[str, Cut, Share, Cut | None]:
    # scipy takes a moment to load, and most look at a page where there is nothing to fit yet.
    from engine.calibration.fit import cut, fit, fitted_cut, ranking

    now, order, better = cut(verdicts, threshold), ranking(verdicts), fit(verdicts)
    if order.low <= 0.5:
        return (
            f"The score is no better than chance at telling what you accept (an accepted text scores "
            f"above a rejected one in {_percent(order)} of pairs; 50 % is chance). "
            "Your threshold stays: decide by reading.",
            now,
            order,
            None,
        )
    agrees = f"The score decides as you do in {_percent(now.agreement)} of {now.agreement.n} texts"
    if better is None:
        return f"{agrees}. You reject most texts whatever their score.", now, order, None
    fitted = fitted_cut(verdicts, better)
    if fitted.agreement.value <= now.agreement.value:
        return f"{agrees}. No other threshold is known to do better.", now, order, None
    return (
        f"{agrees}; from {better:g} on it would in {_percent(fitted.agreement)}.",
        now,
        order,
        fitted,
    )


def _percent(share: Share) -> str:
    return f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"
