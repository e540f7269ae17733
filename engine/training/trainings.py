"""Trainings by a recipe or a person's own configuration: what there is, and whether it can be done.

A configuration that takes its rows from a file has them imported first, like any file (`take_in`), so that
lineage, decontamination and erasure hold for them; then what the file holds is frozen and trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.calibration import Calibrator
from engine.data.imports import Imports
from engine.data.preferences import collect, missing
from engine.data.readers import MOST_MB, Upload, open_file
from engine.data.training_set import Rules
from engine.domain.example import Example
from engine.domain.imports import Import
from engine.domain.preference import Learns
from engine.domain.snapshot import Snapshot
from engine.errors import InvalidInput, NotEnoughExamples, NotFound
from engine.evaluation.report import EvaluationReport, report
from engine.kinds import open_kinds
from engine.settings import Settings
from engine.store import Store
from engine.training.config import TrainingConfig
from engine.training.estimate import TrainingEstimate, estimate_training
from engine.training.limits import check_allowed, check_room
from engine.training.loggers import check_loggers
from engine.training.preference_set import WITHOUT_PREFERENCES, check_enough
from engine.training.recipe import load_config, load_recipe, read_config, recipe_names
from engine.training.run import check_whole, take_snapshot
from engine.training.split import split_examples
from engine.training.trainers import TRAINERS
from models.catalog import find_base_model


@dataclass(frozen=True)
class RecipeCard:
    """A recipe for people: its name and one sentence."""

    name: str
    description: str


@dataclass(frozen=True)
class PreferenceCount:
    """How many preferences a training would learn from, and in a sentence what it lacks, if it does."""

    learns: Learns
    count: int
    missing: str


class Trainings:
    """All verbs. `local_only` says whether nothing may leave this machine or be fetched to it."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        imports: Imports,
        calibration: Calibrator,
        rules: Rules,
        *,
        local_only: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._store = store
        self._imports = imports
        self._calibration = calibration
        self._rules = rules
        self._local_only = local_only

    def recipes(self) -> list[RecipeCard]:
        """Every recipe, the one of the settings first."""
        names = sorted(recipe_names(), key=lambda name: (name != self._settings.recipe, name))
        return [RecipeCard(name, load_config(name).model.description) for name in names]

    def read(self, text: str, name: str) -> TrainingConfig:
        """The configuration in a text of YAML. Raises `InvalidConfig` with lines."""
        return read_config(text, name=name)

    def request(
        self,
        user_id: str,
        recipe: str | None = None,
        *,
        config: TrainingConfig | None = None,
        snapshot_id: str | None = None,
        kind: str | None = None,
    ) -> dict[str, Any]:
        """What a training's job is asked, whole, so that the worker needs no file.

        With a `kind` only its texts are trained on. Raises what `check` raises, `NotFound` for a recipe
        or a frozen set that is not there, `SnapshotErased` for one that cannot be used,
        `NotEnoughExamples` for a set or a kind that is too small, `TooFewPreferences`, and `InvalidInput`
        for rows of a file that were not taken in and frozen before.
        """
        name = recipe or self._settings.recipe
        chosen = config or load_config(name)
        self.check(chosen)
        request: dict[str, Any] = {"recipe": chosen.model.name}
        if kind is not None:
            have = len(self.examples(user_id, kind))
            if have < self._settings.min_examples:
                raise NotEnoughExamples(have, self._settings.min_examples)
            request["kind"] = kind
        if config is not None:
            request["config"] = config.model_dump()
        if chosen.learns is not None:
            self._check_preferences(user_id, chosen, kind, snapshot_id)
        if snapshot_id is not None:
            snapshot = self._store.snapshots.get(user_id, snapshot_id)
            check_whole(self._store, snapshot)
            if len(snapshot.rows) < self._settings.min_examples:
                raise NotEnoughExamples(len(snapshot.rows), self._settings.min_examples)
            request["snapshot_id"] = snapshot.id
        elif chosen.training_data.source == "file":
            raise InvalidInput(
                "training_data.source",
                "is file: import the file and train on `collected`, or use `zega train --config`, "
                "which does both",
            )
        return request

    def examples(self, user_id: str, kind: str | None = None) -> list[Example]:
        """What a training would learn from and be measured on, of one kind or of all."""
        threshold = self._calibration.threshold(user_id)
        trainable = self._store.examples.trainable(user_id, threshold=threshold)
        return [each for each in trainable if kind in (None, each.kind)]

    def preferences(self, user_id: str, recipe: str) -> PreferenceCount | None:
        """What a training by a recipe would learn preferences from; None for one that learns examples.

        Raises `NotFound`."""
        config = load_config(recipe)
        if config.learns is None:
            return None
        found = collect(self._store, user_id, open_kinds(self._settings.home), config.learns)
        said = missing(found, config.learns, config.least_preferences)
        return PreferenceCount(config.learns, len(found), said)

    def _check_preferences(
        self, user_id: str, config: TrainingConfig, kind: str | None, snapshot_id: str | None
    ) -> None:
        """Raise `TooFewPreferences`, and `InvalidInput` for what a preference training does not do."""
        if kind is not None:
            raise InvalidInput("kind", "must be left out: preferences of all kinds are learned")
        if snapshot_id is not None:
            if self._store.snapshots.get(user_id, snapshot_id).preferences is None:
                raise InvalidInput("snapshot_id", WITHOUT_PREFERENCES)
            return
        assert config.learns is not None
        found = collect(self._store, user_id, open_kinds(self._settings.home), config.learns)
        check_enough(found, config.learns, config.least_preferences)

    def estimate(self, user_id: str, recipe: str, *, kind: str | None = None) -> TrainingEstimate:
        """How long a training by a recipe will take. Raises `NotFound`."""
        runs = self._store.runs.list(user_id)
        return estimate_training(self.examples(user_id, kind), load_recipe(recipe), runs)

    def check(self, config: TrainingConfig, *, held_mb: int = 0) -> None:
        """Whether a training by it can begin here; `held_mb` of memory are held by the process it gets.

        Raises `TrainingOff`, `InvalidInput`, `LocalOnly` for a logger elsewhere, and for a base that it
        names itself `WeightsMissing` and `DoesNotFit`.
        """
        check_allowed(self._settings)
        trainer = config.model.trainer
        check_loggers(config.logging.loggers, local_only=self._local_only())
        base = find_base_model(config.model.base_model or self._settings.base_model)
        if base.task != TRAINERS[trainer].task:
            raise InvalidInput(
                "model.base_model", f"is {base.name}, which the trainer {trainer} cannot train"
            )
        if config.model.base_model:
            check_room(self._settings, base, held_mb=held_mb)

    def report(
        self, user_id: str, config: TrainingConfig, number: int | None = None
    ) -> EvaluationReport:
        """What a configuration's metrics say of a version, or of the one that answers.

        Raises `NotFound`, and what `engine.evaluation.report.report` raises.
        """
        versions = self._store.versions
        version = versions.active(user_id) if number is None else versions.get(user_id, number)
        if version is None:
            raise NotFound("active version of", user_id)
        settings = self._settings.model_copy(update={"local_only": self._local_only()})
        return report(self._store, settings, version, config)

    # Rows of a file

    def file_of(self, config: TrainingConfig, folder: Path) -> Upload:
        """The file a configuration names, from `folder` on. Raises `InvalidInput`."""
        root = self._settings.training_data_dir
        path = Path(root or folder, config.training_data.path).resolve()
        if root and not path.is_relative_to(Path(root).resolve()):
            raise InvalidInput("training_data.path", f"must lie in {root} (ZEGA_TRAINING_DATA_DIR)")
        try:
            if path.stat().st_size > MOST_MB * 1_000_000:
                raise InvalidInput("training_data.path", f"has more than {MOST_MB} MB")
            data = path.read_bytes()
        except OSError as error:
            raise InvalidInput("training_data.path", f"cannot be read: {error.strerror}") from None
        ending = config.training_data.format
        return Upload(f"{path.stem}.{ending}" if ending else path.name, data)

    def take_in(self, user_id: str, file: Upload) -> Import:
        """Import the file: follow the job that has the import's id. Rows that are there stay once."""
        return self._imports.add(user_id, [file])

    def freeze(self, user_id: str, config: TrainingConfig, file: Upload) -> Snapshot:
        """Freeze what is trainable of the file's rows. Raises `NotEnoughExamples`."""
        # A row without a prompt was imported as the text after its first sentence.
        texts = {
            (row.completion if row.prompt else row.completion.removeprefix(row.before)).strip()
            for row in open_file(file).rows
            if not row.problem
        }
        share = config.training_data.validation_split
        return take_snapshot(
            self._store,
            user_id,
            threshold=self._calibration.threshold(user_id),
            min_examples=self._settings.min_examples,
            split=partial(split_examples, validation_share=share),
            rules=self._rules,
            which=lambda example: example.completion.strip() in texts,
        )


def is_same(request: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two jobs would train alike: by the same numbers, on the same set."""
    return all(
        request.get(key) == other.get(key) for key in ("recipe", "config", "snapshot_id", "kind")
    )
