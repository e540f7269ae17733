"""A large import: 100 files of every kind and encoding, ten of them broken, about 50 MB together.

What is previewed is what is taken in but for near repetitions, no row is without its place or its
reason, and a worker that is killed again and again loses and doubles nothing.
"""

from __future__ import annotations

import random
import resource
import signal
import time
from collections import Counter

import pytest
from sqlalchemy import select

from engine.data.preview import REPEATS
from engine.domain.imports import Import
from engine.domain.job import JobState
from engine.store.tables import examples
from tests.mixed_files import mixed_files
from tests.processes import Home, wait_for

MB = 1_000_000
# Every row is scored, which other work on the cores makes slow.
HOURS = 3 * 3600.0


def check(home: Home, found: Import) -> None:
    """Every row that was read is an example, once, or refused with its reason."""
    assert home.state(found.id) == JobState.SUCCEEDED
    with home.engine.store.database.read() as connection:
        pairs = Counter(
            connection.execute(
                select(examples.c.prompt, examples.c.completion).where(
                    examples.c.import_id == found.id
                )
            ).tuples()
        )
    assert pairs.total() == len(pairs) == found.accepted
    refused = home.engine.imports.rejections("anna", found.id, limit=1_000_000)
    assert len(refused) == found.rejected
    assert all(row.reason for row in refused)
    assert found.accepted + found.rejected == found.read
    assert sum(bool(file.problem) for file in found.files) == 10


def test_a_worker_that_is_killed_while_it_takes_files_in_loses_nothing(
    home: Home,
) -> None:
    rng = random.Random(4)
    files = mixed_files(22, MB // 8)
    found = home.engine.imports.add("anna", files)
    worker = home.start_worker()
    for _ in range(3):
        before = home.engine.imports.get("anna", found.id).read
        wait_for(
            "another batch is taken in",
            lambda before=before: (  # type: ignore[misc]
                home.engine.imports.get("anna", found.id).read > before
                or home.engine.store.jobs.get(found.id).state.is_final
            ),
        )
        time.sleep(rng.random() * 0.3)  # anywhere in the next batch
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker = home.start_worker()
    wait_for("the import ends", lambda: home.engine.store.jobs.get(found.id).state.is_final)
    taken = home.engine.imports.get("anna", found.id)
    check(home, taken)
    assert taken.read == home.engine.imports.preview("ben", files).read


@pytest.mark.prove
def test_fifty_megabytes_in_a_hundred_files(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    files = mixed_files(100, 46 * MB)  # to which zips and rows add their own
    size = sum(file.size for file in files)
    started = time.monotonic()
    preview = home.engine.imports.preview("anna", files)
    previewed = time.monotonic() - started
    found = home.engine.imports.add("anna", files)
    worker = home.start_worker()
    started = time.monotonic()
    wait_for("the import ends", lambda: home.engine.store.jobs.get(found.id).state.is_final, HOURS)
    seconds = time.monotonic() - started
    taken = home.engine.imports.get("anna", found.id)
    worker.terminate()
    worker.wait()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    started = time.monotonic()
    with capsys.disabled():
        print(
            f"\n# {len(files)} files, {size / MB:.1f} MB; preview {previewed:.1f} s; "
            f"{taken.read:,} rows, {taken.accepted:,} accepted, {taken.rejected:,} rejected, "
            f"{len(taken.skipped)} files left out; {seconds:.0f} s, worker's peak {peak:,.0f} MB"
        )
    check(home, taken)
    # What nearly repeats another text is looked for when texts are saved, not in the preview.
    assert preview.read == taken.read
    repeated = home.engine.imports.rejections("anna", taken.id, limit=1_000_000)
    near = preview.accepted - taken.accepted
    assert 0 <= near <= sum(each.reason == REPEATS for each in repeated)
    undone = home.engine.imports.undo("anna", taken.id)
    with capsys.disabled():
        print(f"# undone in {time.monotonic() - started:.1f} s: {undone.removed:,} removed")
    assert (undone.removed, undone.staying) == (taken.accepted, 0)
