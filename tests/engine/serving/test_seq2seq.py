"""T5s as people meet them: trained by the real worker, answered by the real process, changed in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from engine.domain.example import Author, Source
from engine.domain.job import Job, JobState
from engine.domain.quality import Quality
from engine.domain.snapshot import Split
from engine.domain.version import Student, Version
from engine.errors import NotEnoughExamples, NotFound, Quarantined
from engine.rendering import story_prompt
from engine.serving.base import prepare_base
from engine.serving.model_server import is_busy
from engine.serving.resolve import own_model
from engine.serving.seq2seq import Seq2SeqKeeper
from engine.settings import load_settings
from engine.store.examples import NewExample
from engine.training.recipe import load_config, parse_config
from engine.writing.writer import Sampling
from models.base import Message
from models.errors import WeightsMissing
from models.weights import sha256_of
from tests.processes import Home, descendants, wait_for
from tests.tiny_t5 import make_tiny_t5, pairs

GREEDY = Sampling(temperature=0.0, max_tokens=200, seed=1)
PATIENCE = 600.0


@pytest.fixture
def t5_home(home: Home, tmp_path: Path) -> Iterator[Home]:
    """A home whose `t5-small` is a tiny one, with twenty kept texts."""
    asked = [story_prompt(prompt) for prompt, _ in pairs()]
    texts = [*asked, *(text for _, text in pairs())]
    models = tmp_path / "models"
    make_tiny_t5(models / "t5-small", texts=texts)
    home.environment["ZEGA_MODELS_DIR"] = str(models)
    home.engine.store.database.dispose()
    home.engine = home.open_engine()
    for prompt, text in pairs():
        home.engine.store.examples.add(
            NewExample(
                user_id="anna",
                kind="stories",
                genre=None,
                style=None,
                seed_prompt=prompt,
                prompt=story_prompt(prompt),
                completion=text,
                source=Source.WRITE,
                author=Author.TEACHER,
                generator="fake",
                quality=Quality(8.0),
            )
        )
    return home


def begin(home: Home, epochs: int) -> Job:
    """A training by the recipe `t5`, with as many passes as a tiny model needs."""
    plain = load_config("t5").model_dump()
    plain["model"]["base_model"] = "t5-small"
    plain["hyperparameters"] |= {"epochs": epochs, "learning_rate": 5e-3, "weight_decay": 0.0}
    plain["training_data"]["validation_split"] = 0.0
    plain["optimization"]["early_stopping"]["enabled"] = False
    config = parse_config(plain, name="t5")
    return home.engine.start_training("anna", config=config, kind="stories")


def trained(home: Home, job: Job) -> Version:
    ended = home.engine.store.jobs.get
    wait_for("the T5", lambda: ended(job.id).state.is_final, PATIENCE)
    assert ended(job.id).state is JobState.SUCCEEDED, ended(job.id).error
    return home.engine.store.versions.by_id(ended(job.id).result["version_id"])


@dataclass
class Said:
    text: str
    model: str
    author: Author


def ask(home: Home, prompt: str) -> Said:
    story = home.engine.start_story("anna", prompt)
    writing = home.engine.write("anna", story.id, writer="t5", sampling=GREEDY)
    text = "".join(writing)
    assert writing.draft is not None
    assert writing.draft.example_id is not None
    example = home.engine.store.examples.get("anna", writing.draft.example_id)
    return Said(text, writing.model_name, example.author)


def learned(home: Home, version: Version) -> dict[str, str]:
    """The ideas a version was trained on, and the text of each."""
    rows = home.engine.store.snapshots.get("anna", version.snapshot_id).rows
    ids = [row[0] for row in rows if row[1] is Split.TRAIN]
    examples = home.engine.store.examples.of_ids("anna", ids)
    return {example.seed_prompt: example.completion for example in examples}


def servers(home: Home) -> list[psutil.Process]:
    return [
        child
        for process in home.started
        for child in descendants(process.pid)
        if "engine.serving.seq2seq_process" in child.cmdline()
    ]


def test_a_t5_is_trained_answers_is_changed_and_reverted(t5_home: Home) -> None:
    home, engine = t5_home, t5_home.engine
    # The second goes on in the process of the first.
    jobs = [begin(home, epochs) for epochs in (70, 1)]
    home.start_worker()
    first = trained(home, jobs[0])
    assert first.student is Student.T5
    assert re.fullmatch(r"t5-retrained-\d{8}-\d{6}", first.label)
    folder = home.folder / "versions" / "anna" / first.label / "final"
    assert home.folder / first.adapter_path == folder
    assert sha256_of(folder / "model.safetensors") == first.adapter_sha256
    assert first.overlap["after"]["rouge_l"] > first.overlap["before"]["rouge_l"]
    assert first.comparisons[0].prompt.startswith("Write a")
    run = home.folder / "runs" / "anna" / first.run_id / "processed"
    assert len((run / "source.txt").read_text().splitlines()) == len(learned(home, first))
    second = trained(home, jobs[1])
    assert [version.number for version in engine.versions("anna")] == [2, 1]
    assert engine.active_version("anna") is None  # that is zega's
    assert engine.readiness("anna").examples == len(pairs())  # which has learned nothing of them

    engine.activate("anna", first.number)
    home.start("engine.serving.process")
    wait_for("the model server", lambda: engine.store.serving.current() is not None)
    taught = learned(home, first)
    told = {prompt: ask(home, prompt) for prompt in taught}
    known = {prompt: text for prompt, text in taught.items() if told[prompt].text == text}
    assert len(known) >= 0.8 * len(taught)  # a tiny model has not always learned every one by heart
    assert {(said.model, said.author) for said in told.values()} == {(first.label, Author.STUDENT)}
    (process,) = servers(home)

    prompt = next(iter(known))
    engine.activate("anna", second.number)
    other = ask(home, prompt)
    assert (other.model, other.text == known[prompt]) == (second.label, False)
    assert engine.roll_back("anna", Student.T5) == engine.versions("anna")[1]
    assert ask(home, prompt).text == known[prompt]
    assert servers(home) == [process]
    assert sha256_of(folder / "model.safetensors") == first.adapter_sha256
    engine.activate("anna", None, Student.T5)
    with pytest.raises(NotFound):
        ask(home, prompt)

    # Who stops reading frees the process.
    model = own_model(engine.store, first)
    with model.stream([Message("user", "lamp " * 50)], temperature=2.0, max_tokens=1000) as answer:
        next(iter(answer))
    wait_for("the process to be free", lambda: not is_busy(engine.store.seq2seq.current().url))

    # A text that it learned is erased: it answers nobody, and its files are gone.
    example = next(
        each for each in engine.trainings.examples("anna") if each.completion == known[prompt]
    )
    engine.lineage.erase(engine.lineage.plan_erasure("anna", [example.id]))
    assert not folder.exists()
    with pytest.raises(Quarantined):
        engine.activate("anna", first.number)
    with pytest.raises(Quarantined):
        own_model(engine.store, first)
    url = f"{engine.store.seq2seq.current().url}/versions/{first.id}/v1/chat/completions"
    asked = {"messages": [{"role": "user", "content": "x"}]}
    assert httpx.post(url, json=asked, trust_env=False).status_code == 400


def test_too_few_pairs_of_a_kind_say_how_many_are_missing(t5_home: Home) -> None:
    with pytest.raises(NotEnoughExamples) as caught:
        t5_home.engine.start_training("anna", "t5", kind="epics")
    assert (caught.value.have, caught.value.missing) == (0, 10)


def test_the_process_is_there_while_it_is_wanted(t5_home: Home) -> None:
    store = t5_home.engine.store
    keeper = Seq2SeqKeeper(store, home=t5_home.folder, idle=timedelta(seconds=30))
    keeper.tend()
    assert store.seq2seq.current().url == ""
    store.seq2seq.want()

    def answers() -> bool:
        keeper.tend()
        return store.seq2seq.current().url != ""

    try:
        wait_for("the process", answers)
        url = store.seq2seq.current().url
        assert httpx.get(f"{url}/health", trust_env=False).json() == {"status": "ok"}
        missing = httpx.post(
            f"{url}/versions/{'0' * 32}/v1/chat/completions",
            json={"messages": [{"role": "user", "content": "x"}]},
            trust_env=False,
        )
        assert (missing.status_code, "no version" in missing.text) == (400, True)
        assert not store.seq2seq.withdraw(unused_for=timedelta(hours=1))
        assert store.seq2seq.current().url == url
        keeper._idle = timedelta()
        keeper.tend()
        assert store.seq2seq.current().url == ""
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/health", trust_env=False)
    finally:
        keeper.close()


def test_a_base_that_is_not_there_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    settings = load_settings(home=tmp_path, base_model="google-t5/t5-small", models_dir="")
    with pytest.raises(WeightsMissing, match="set ZEGA_MODELS_DIR"):
        prepare_base(settings)


def test_a_folder_with_a_t5_is_a_base(tmp_path: Path) -> None:
    folder = make_tiny_t5(tmp_path / "mine")
    settings = load_settings(home=tmp_path, base_model=str(folder))
    base = prepare_base(settings)
    assert (base.model.task, base.folder) == ("seq2seq", folder)
    assert base.identity.sha256 == sha256_of(folder / "model.safetensors")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(WeightsMissing, match=r"has no model\.safetensors"):
        prepare_base(settings)
