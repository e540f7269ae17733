"""Evaluations: have a model measured, see what was measured, and what it says. A job does the measuring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.domain.evaluation import Evaluation, EvaluationHead
from engine.domain.job import Job, JobKind
from engine.errors import InvalidInput
from engine.evaluation.contenders import Contenders
from engine.evaluation.findings import Findings, findings
from engine.settings import Settings
from engine.store import Store
from engine.teaching import Teachers
from models.catalog import find_base_model

Start = Callable[[str, JobKind, dict[str, Any]], Job]


class Evaluations:
    """All verbs. `start` makes a job and hands it to the worker."""

    def __init__(self, store: Store, contenders: Contenders, start: Start) -> None:
        self._store = store
        self._start = start
        self.contenders = contenders

    def measure(
        self, user_id: str, model: str, *, rival: str | None = None, benchmark: str | None = None
    ) -> Job:
        """Queue the evaluation of a model, and of a rival beside it, on the user's frozen set or on a
        benchmark. A model is `base`, a version's number, `teacher` or the name of a provider.

        Raises `InvalidInput`, `NotFound`, `Quarantined` and `LocalOnly`.
        """
        asked = [self.contenders.find(user_id, model)]
        if rival is not None:
            asked.append(self.contenders.find(user_id, rival, "rival"))
            if asked[0].name == asked[1].name:
                raise InvalidInput("rival", f"is the same model: {asked[0].name}")
        if benchmark is not None:
            self._store.benchmarks.get(user_id, benchmark)
        versions = [each.version.id for each in asked if each.version is not None]
        request = {"model": model, "rival": rival, "benchmark": benchmark, "versions": versions}
        return self._start(user_id, JobKind.EVALUATION, request)

    def page(
        self, user_id: str, *, limit: int = 20, offset: int = 0
    ) -> tuple[Sequence[EvaluationHead], int]:
        """What was measured for a user, newest first, and how many there are in all."""
        evaluations = self._store.evaluations
        return evaluations.heads(user_id, limit, offset=offset), evaluations.count(user_id)

    def on_benchmark(self, user_id: str, name: str) -> list[Evaluation]:
        """The newest of each model on a benchmark, newest first."""
        found: dict[str, Evaluation] = {}
        for each in self._store.evaluations.list(user_id, benchmark=name):
            found.setdefault(each.model, each)
        return list(found.values())

    def get(self, user_id: str, evaluation_id: str) -> Evaluation:
        """One evaluation. Raises `NotFound`."""
        return self._store.evaluations.get(user_id, evaluation_id)

    def findings(self, user_id: str, evaluation_id: str, rival_id: str | None = None) -> Findings:
        """All that one says, alone or beside another of the same set. Takes a second or two.

        Raises `NotFound`, and `InvalidInput` for one of another set.
        """
        rival = self.get(user_id, rival_id) if rival_id is not None else None
        return findings(self.get(user_id, evaluation_id), rival)


def open_evaluations(
    settings: Settings, store: Store, teachers: Teachers, start: Start
) -> Evaluations:
    """The evaluations of this home. Raises `WeightsMissing` for an unknown base model."""
    base = find_base_model(settings.base_model).name
    contenders = Contenders(store, teachers, base, slots=settings.generation_slots)
    return Evaluations(store, contenders, start)
