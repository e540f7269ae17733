"""Review: a person looks at texts one by one and decides which are trained on.

`engine.review` is the facade (`Review`, review.py). Every verb takes the user's id first.

    queue(user, where, order, limit=, offset=) -> Queue     a page of texts: .examples, .total
    next(user, where, order) -> Card | None                 the card to decide about now
    card(user, example_id) -> Card                          any text as a card
    progress(user, where) -> ReviewProgress                 .waiting .accepted .edited .rejected
                                                            .target .to_go .decided
    reasons() -> (Reason(id, label), …)                     chips for rejecting
    diff(card) -> (Change(what, text), …)                   from card.original to card.example
    history(user, limit=, offset=) -> [Decided]             newest first

    accept(user, example_id, seen=card.seen)                -> Decided
    reject(user, example_id, seen=card.seen, reasons=, note=) -> Decided
    edit(user, example_id, text, seen=card.seen)            -> Example, the person's version
    skip(user, example_id)                                  -> Decided; comes again last
    undo(user) -> Undone | None                             one step back, again and again

    preview_repair(user, Repair(…), where) -> RepairPreview .scanned .changed .samples
    apply_repair(user, preview, on_progress=) -> Repaired   one step for undo

`where` is a `ReviewFilter(pile, kind, genre, source, job_id)`, `order` an `Order`
(engine/domain/review.py). A `Card` has .example (prompt, completion, quality.score, .parts, .reasons),
.seen, .flags (start, end, code, reason), .original, .history. A decision on a card that somebody else
decided about meanwhile raises `DecidedMeanwhile` (.what, .by, .at) and saves nothing: draw the
next card and show the message. Deciding verbs take `reviewer=`, the name or the tab that decides;
undo goes back over that reviewer's own steps.
"""

from engine.review.repair import Repair, RepairKind
from engine.review.review import Review
from engine.review.views import Queue, Repaired, RepairPreview, Sample, Undone

__all__ = [
    "Queue",
    "Repair",
    "RepairKind",
    "RepairPreview",
    "Repaired",
    "Review",
    "Sample",
    "Undone",
]
