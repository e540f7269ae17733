"""Trainings that are asked for by a recipe or a configuration: what is refused before anything waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_engine
from engine.data.readers import Upload
from engine.domain.example import Source
from engine.domain.job import JobKind
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.errors import InvalidInput, LocalOnly, NotEnoughExamples, NotFound
from engine.jobs.work import Runner
from engine.settings import load_settings
from engine.training.config import TrainingConfig
from engine.training.errors import TrainingOff
from engine.training.loggers import check_loggers
from engine.training.recipe import config_of, load_config, parse_config
from models import catalog
from models.errors import DoesNotFit, WeightsMissing
from tests.fake_llamacpp import good_texts
from tests.studio.web.shelf import Shelf


def opened(tmp_path: Path, **settings: Any) -> Engine:
    engine = open_engine(load_settings(home=tmp_path / "home", **settings))
    engine.ensure_user("anna")
    return engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    found = opened(tmp_path)
    yield found
    found.store.database.dispose()


def config(**sections: Any) -> TrainingConfig:
    return parse_config(sections, name="mine")


def rows_of(count: int) -> bytes:
    texts = good_texts()[-count:]
    pairs = [{"prompt": row["prompt"], "completion": row["text"]} for row in texts]
    return "\n".join(map(json.dumps, pairs)).encode()


def test_recipes_have_a_sentence_and_the_one_of_the_settings_is_first(engine: Engine) -> None:
    cards = engine.trainings.recipes()
    assert cards[0].name == "quick"
    assert {"careful", "large"} < {card.name for card in cards}
    assert all(card.description for card in cards)


def test_a_request_names_a_recipe_or_holds_a_configuration(engine: Engine) -> None:
    assert engine.trainings.request("anna") == {"recipe": "quick"}
    assert engine.trainings.request("anna", "careful") == {"recipe": "careful"}
    own = config(hyperparameters={"epochs": 7})
    request = engine.trainings.request("anna", config=own)
    assert request["recipe"] == "mine"
    assert config_of(json.loads(json.dumps(request))) == own
    with pytest.raises(NotFound):
        engine.trainings.request("anna", "../quick")
    with pytest.raises(NotFound):
        engine.trainings.request("anna", snapshot_id="nobody's")


def test_trainings_that_are_switched_off_are_refused(tmp_path: Path) -> None:
    engine = opened(tmp_path, training_enabled=False)
    with pytest.raises(TrainingOff):
        engine.start_training("anna")
    assert engine.jobs("anna") == []
    job = engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    Runner(engine).run(job.id)
    assert engine.job("anna", job.id).error_code == "training_off"


def test_a_base_its_trainer_cannot_train_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match=r"model\.base_model is t5-small, which the trainer"):
        engine.trainings.check(config(model={"base_model": "t5-small"}))
    with pytest.raises(WeightsMissing):
        engine.trainings.check(config(model={"base_model": "no-such-model"}))


def test_a_student_that_does_not_fit_is_refused_with_both_figures(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Memory:
        available = 6000 * 2**20

    monkeypatch.setattr(catalog.psutil, "virtual_memory", Memory)
    with pytest.raises(DoesNotFit, match="12,000 MB of memory and 6,000 MB"):
        engine.start_training("anna", "large")
    assert engine.jobs("anna") == []
    engine.trainings.check(load_config("careful"))


def test_loggers_that_are_not_installed_or_send_elsewhere_are_refused() -> None:
    check_loggers(["store"], local_only=True)
    with pytest.raises(InvalidInput, match="names comet_ml, whose package is not installed"):
        check_loggers(["store", "comet_ml"], local_only=False)
    with pytest.raises(LocalOnly, match="The logger wandb is elsewhere"):
        check_loggers(["wandb"], local_only=True)


def test_the_switch_keeps_figures_here_when_it_is_asked_for_and_when_it_is_run(
    engine: Engine,
) -> None:
    own = config(logging={"loggers": ["store", "wandb"]})
    job = engine.store.jobs.create(
        "anna", JobKind.TRAINING, {"recipe": "mine", "config": own.model_dump()}
    )
    engine.teachers.set_local_only(True)
    with pytest.raises(LocalOnly, match="The logger wandb is elsewhere"):
        engine.trainings.request("anna", config=own)
    Runner(engine).run(job.id)
    assert engine.job("anna", job.id).error_code == "local_only"


def test_the_same_training_is_queued_once_and_another_beside_it(engine: Engine) -> None:
    Shelf(engine, "anna").examples(12)
    first = engine.start_training("anna")
    assert engine.start_training("anna", "quick").id == first.id
    other = engine.start_training("anna", "careful")
    own = engine.start_training("anna", config=config())
    assert engine.start_training("anna", config=config()).id == own.id
    assert len({first.id, other.id, own.id}) == 3


# Rows of a file


def test_a_file_is_imported_frozen_and_split_as_it_was_asked(engine: Engine) -> None:
    own = Shelf(engine, "anna").examples(3)
    file = Upload("rows.jsonl", rows_of(20))
    share = {"source": "file", "path": "rows.jsonl", "validation_split": 0.4}
    chosen = config(training_data=share)
    Runner(engine).run(engine.trainings.take_in("anna", file).id)
    imported = [
        each
        for each in engine.store.examples.list("anna", limit=100)
        if each.source is Source.IMPORT
    ]
    assert len(imported) == 20
    snapshot = engine.trainings.freeze("anna", chosen, file)
    assert {row[0] for row in snapshot.rows} <= {each.id for each in imported}
    assert not {row[0] for row in snapshot.rows} & set(own)
    small = engine.trainings.freeze("anna", with_share(chosen, 0.05), file)
    assert snapshot.count(Split.VALIDATION) > small.count(Split.VALIDATION)
    assert snapshot.count(Split.TEST) == small.count(Split.TEST)
    # Again: nothing is imported twice, and the same rows are trained on.
    Runner(engine).run(engine.trainings.take_in("anna", file).id)
    assert engine.trainings.freeze("anna", chosen, file).rows == snapshot.rows


def with_share(chosen: TrainingConfig, share: float) -> TrainingConfig:
    plain = chosen.model_dump()
    plain["training_data"]["validation_split"] = share
    return parse_config(plain)


def test_too_few_rows_and_rows_that_were_not_frozen_are_refused(engine: Engine) -> None:
    file = Upload("rows.jsonl", rows_of(4))
    chosen = config(training_data={"source": "file", "path": "rows.jsonl"})
    Runner(engine).run(engine.trainings.take_in("anna", file).id)
    with pytest.raises(NotEnoughExamples, match="there are 4: 6 missing"):
        engine.trainings.freeze("anna", chosen, file)
    with pytest.raises(InvalidInput, match=r"training_data\.source is file: import the file"):
        engine.trainings.request("anna", config=chosen)


def test_a_path_starts_at_the_configuration_and_its_format_may_be_said(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "rows.data").write_bytes(b"prompt,completion\na,b\n")
    said = {"source": "file", "path": "rows.data", "format": "csv"}
    file = engine.trainings.file_of(config(training_data=said), tmp_path)
    assert (file.name, file.data[:6]) == ("rows.csv", b"prompt")
    for path in ("gone.csv", "."):
        missing = config(training_data={"source": "file", "path": path})
        with pytest.raises(InvalidInput, match=r"^training_data\.path cannot be read"):
            engine.trainings.file_of(missing, tmp_path)


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "link.csv"])
def test_no_path_leaves_the_folder_of_training_data(tmp_path: Path, path: str) -> None:
    root = tmp_path / "data"
    root.mkdir()
    (tmp_path / "secret.csv").write_text("prompt,completion\na,b\n")
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    (root / "good.csv").write_text("prompt,completion\na,b\n")
    engine = opened(tmp_path, training_data_dir=str(root))
    good = config(training_data={"source": "file", "path": "good.csv"})
    assert engine.trainings.file_of(good, tmp_path).name == "good.csv"
    bad = replace_path(good, path)
    with pytest.raises(InvalidInput, match="must lie in"):
        engine.trainings.file_of(bad, tmp_path)


def replace_path(chosen: TrainingConfig, path: str) -> TrainingConfig:
    plain = chosen.model_dump()
    plain["training_data"]["path"] = path
    return parse_config(plain)
