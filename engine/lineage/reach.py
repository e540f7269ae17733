"""What an erasure reaches: from chosen examples or a phrase to every place that holds the text, every
training set that lists it, every version that learned it and every file it lies in.

Threads between rows are followed first (variants, near-duplicates, drafts, passages cut from them);
then every text of the user is read and those that hold the same words are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.domain.erasure import PREFERRED, ErasurePlan, Noun, Reached, Selection, Why
from engine.domain.job import JobKind, JobState
from engine.domain.run import Run
from engine.domain.snapshot import Split
from engine.errors import InvalidInput, WrongState
from engine.lineage.files import export_files, training_folders
from engine.lineage.matching import Wanted
from engine.store import Store
from engine.store.rows import new_id
from engine.store.texts import HOLDERS, HeldText

LABEL = 80


def plan_erasure(store: Store, home: Path, user_id: str, selection: Selection) -> ErasurePlan:
    """Everything that erasing this selection would reach. Raises InvalidInput and NotFound."""
    selection.check()
    reach = Reach(store, user_id)
    reach.choose(selection)
    reach.follow_examples()
    reach.look_for_words()
    reach.follow_examples()
    reach.follow_texts()
    runs, learned = reach.follow_snapshots()
    exports = store.exports.holding(user_id, reach.ids(Noun.EXAMPLE))
    for export in exports:
        reach.add(Noun.EXPORT, export.id, Why.LISTS, export.place)
    written, elsewhere = export_files(exports)
    return ErasurePlan(
        id=new_id(),
        user_id=user_id,
        selection=selection,
        reached=tuple(reach.found.values()),
        files=tuple(str(path) for path in [*training_folders(home, runs, learned), *written]),
        elsewhere=(*elsewhere, *files_of_imports(store, user_id)),
    )


def files_of_imports(store: Store, user_id: str) -> list[str]:
    """The user's imports whose files still lie in the home folder: nobody knows yet what is in them."""
    return [
        f"the files of import {job.id}, which has not ended: cancel it, or look again when it has"
        for job in store.jobs.active(user_id)
        if job.kind is JobKind.IMPORT
    ]


class Reach:
    """What has been reached so far. `found` keeps the order in which things were."""

    def __init__(self, store: Store, user_id: str) -> None:
        self._store = store
        self._user = user_id
        self.found: dict[tuple[Noun, str], Reached] = {}

    def add(self, noun: Noun, id: str, why: Why, label: str = "") -> None:
        """Once only: the first reason stays."""
        self.found.setdefault((noun, id), Reached(noun, id, why, shortened(label)))

    def ids(self, noun: Noun) -> list[str]:
        return [id for found, id in self.found if found is noun]

    def choose(self, selection: Selection) -> None:
        """The examples that are named, those of the import, and every text that holds the phrase."""
        chosen = list(selection.example_ids)
        if selection.import_id:
            self._check_ended(selection.import_id)
            of_import = self._store.lineage.of_import(self._user, selection.import_id)
            if not of_import:
                raise InvalidInput("import_id", "names no import that left examples here")
            chosen += of_import
        self._add_examples(chosen, Why.CHOSEN)
        if selection.phrase:
            self._add_texts(Wanted(selection.phrase), Why.PHRASE)

    def _check_ended(self, import_id: str) -> None:
        """Raise WrongState for an import that still brings texts."""
        running = [job for job in self._store.jobs.active(self._user) if job.id == import_id]
        if running:
            ended = [state.value for state in JobState if state.is_final]
            raise WrongState("import", running[0].state, "be erased", ended)

    def follow_examples(self) -> None:
        """Examples that were made from these, and those that nearly repeat them, as far as it goes."""
        lineage, count = self._store.lineage, -1
        while count != len(self.found):
            count = len(self.found)
            self._add_examples(lineage.variants(self._user, self.ids(Noun.EXAMPLE)), Why.VARIANT)
            self._add_examples(lineage.repeats(self._user, self.ids(Noun.EXAMPLE)), Why.REPEATS)

    def look_for_words(self) -> None:
        """Every text that holds much of what the examples say."""
        examples = self._store.examples.of_ids(self._user, self.ids(Noun.EXAMPLE))
        if texts := [example.completion for example in examples]:
            self._add_texts(Wanted(texts=texts), Why.WORDS)

    def follow_texts(self) -> None:
        """Drafts that became these examples, passages cut from either, notes on either; stories, and
        inputs of two-phase trainings, that have nothing left; votes on answers to such stories."""
        lineage = self._store.lineage
        drafts = lineage.drafts(self._user, self.ids(Noun.EXAMPLE))
        self._add_ids(Noun.DRAFT, [draft.draft_id for draft in drafts], Why.VARIANT)
        gone = {*self.ids(Noun.DRAFT)}
        told = lineage.drafts_of_stories(self._user, sorted(gone))
        left = {draft.story_id for draft in told if draft.draft_id not in gone}
        self._add_ids(Noun.STORY, sorted({draft.story_id for draft in told} - left), Why.VARIANT)
        self._add_ids(Noun.VOTE, lineage.votes(self._user, self.ids(Noun.STORY)), Why.WORDS)
        examples = {*self.ids(Noun.EXAMPLE)}
        asked = lineage.inputs(self._user, sorted(examples))
        others = {key for key, id in asked if id not in examples}
        self._add_ids(Noun.INPUT, sorted({key for key, _ in asked} - others), Why.WORDS)
        sources = [f"example:{id}" for id in self.ids(Noun.EXAMPLE)]
        sources += [f"draft:{id}" for id in self.ids(Noun.DRAFT)]
        self._add_ids(Noun.PASSAGE, lineage.passages(self._user, sources), Why.VARIANT)
        about = [*self.ids(Noun.EXAMPLE), *self.ids(Noun.DRAFT)]
        noted = self._store.texts.of_ids(self._user, Noun.REMARK, about)
        self._add_ids(Noun.REMARK, [each.id for each in noted if each.texts], Why.VARIANT)

    def follow_snapshots(self) -> tuple[list[Run], list[str]]:
        """Training sets that list the examples, or preferences read from what is reached, runs on them and
        their versions; those runs, and the ids of the ones that learned from them, not only measured on
        them."""
        preferred = [id for noun in PREFERRED for id in self.ids(noun)]
        frozen = self._store.lineage.snapshots(self._user, self.ids(Noun.EXAMPLE), preferred)
        learned_from = {each.snapshot_id for each in frozen if each.split is Split.TRAIN}
        rows: dict[str, int] = {}
        for each in frozen:
            rows[each.snapshot_id] = rows.get(each.snapshot_id, 0) + 1
        for snapshot_id, count in rows.items():
            why = Why.LEARNED if snapshot_id in learned_from else Why.MEASURED
            self.add(Noun.SNAPSHOT, snapshot_id, Why.LISTS, f"{count} of its rows")
        runs = [run for run in self._store.runs.list(self._user) if run.snapshot_id in rows]
        for run in runs:
            why = Why.LEARNED if run.snapshot_id in learned_from else Why.MEASURED
            self.add(Noun.RUN, run.id, why, run.folder)
        for version in self._store.versions.list(self._user):
            if version.snapshot_id in rows:
                why = Why.LEARNED if version.snapshot_id in learned_from else Why.MEASURED
                self.add(Noun.VERSION, version.id, why, version.label)
        return runs, [run.id for run in runs if run.snapshot_id in learned_from]

    def _add_examples(self, ids: Iterable[str], why: Why) -> None:
        """Those that are still there with their words. Raises NotFound."""
        for example in self._store.examples.of_ids(self._user, list(dict.fromkeys(ids))):
            if example.erased_at is None:
                self.add(Noun.EXAMPLE, example.id, why, example.completion or example.prompt)

    def _add_ids(self, noun: Noun, ids: list[str], why: Why) -> None:
        for held in self._store.texts.of_ids(self._user, noun, ids):
            self.add(noun, held.id, why, held.texts[0] if held.texts else "")

    def _add_texts(self, wanted: Wanted, why: Why) -> None:
        for held in self._every_text():
            if any(wanted.is_in(text) for text in held.texts):
                self.add(held.noun, held.id, why, held.texts[0])

    def _every_text(self) -> Iterator[HeldText]:
        for holder in HOLDERS:
            after = ""
            while page := self._store.texts.page(self._user, holder.noun, after):
                yield from page
                after = page[-1].id


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LABEL else f"{line[: LABEL - 1].rstrip()}…"
