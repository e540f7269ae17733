"""Keeps one llama.cpp server answering, with the right adapters beside the base.

An adapter list is fixed when a server starts. When the versions to hold change, a new server is
started on a new port, published once it is healthy, and the old one is drained: nobody's answer is
cut. The same happens when a server dies.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from engine.domain.job import Job, JobKind, JobState
from engine.domain.version import Student, Version
from engine.serving.adapters import Loadable, loadable
from engine.store import Store
from engine.store.releases import Release
from models.errors import Unavailable
from models.gguf import identity
from models.llamacpp_server import LlamaCppServer

log = logging.getLogger(__name__)

# A request may have read the old address just before the new one was published.
GRACE_SECONDS = 1.0
DRAIN_SECONDS = 120.0
UNLOADABLE = (
    "Not served: its adapter file cannot be loaded. Train again, or go back to another version."
)


class ModelServer:
    """Owns the server process. Call `refresh` every second or so, and in the end `close`."""

    def __init__(
        self,
        store: Store,
        home: Path,
        *,
        base_model: str,
        gguf: Path,
        slots: int,
        context: int,
        threads: int,
        hot_adapters: int,
        log_file: Path | None = None,
        embeddings: Callable[[], str] = lambda: "",
        others_in_memory: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._home = home
        self._base_model = base_model
        self._gguf = gguf
        self._identity = identity(gguf)
        self._slots = slots
        self._context = context
        self._threads = threads
        self._hot_adapters = hot_adapters
        self._log_file = log_file
        self._embeddings = embeddings
        self._others_in_memory = others_in_memory
        self._server: LlamaCppServer | None = None
        self._serving: tuple[str, ...] = ()
        self._unloadable: set[str] = set()
        self._draining: list[tuple[LlamaCppServer, float]] = []

    def wanted(self) -> Loadable:
        """Active and previous versions, and those a training is comparing with the base right now,
        whose files are whole and belong to this base."""
        hot = self._store.versions.hot(self._hot_adapters)
        new = [version for version in under_evaluation(self._store) if version not in hot]
        return loadable(
            [version for version in [*hot, *new] if version.id not in self._unloadable],
            self._home,
            base_sha256=self._identity.sha256,
            template_sha256=self._identity.template_sha256,
        )

    def refresh(self) -> bool:
        """Start a new generation if one is needed; True when it did. Raises `Unavailable`.

        While a job asks for room, the base leaves memory instead.
        """
        self._end_drained()
        if standing := self._store.releases.standing():
            self._let_go(standing)
            return False
        wanted = self.wanted()
        ids = tuple(version.id for version in wanted.versions)
        # The order of adapters is free, so only a change of the set is worth a new server.
        if self._server and self._server.is_alive() and set(ids) == set(self._serving):
            self._keep_published(self._server)
            return False
        for reason in wanted.refused.values():
            log.warning("not loaded: %s", reason)
        try:
            server = self._start(wanted.files)
        except Unavailable:
            if not self._leave_out_unloadable(wanted):
                raise
            return self.refresh()
        if self._server is not None:
            self._draining.append((self._server, time.monotonic()))
        self._server, self._serving = server, ids
        self._keep_published(server)
        return True

    def _let_go(self, standing: Sequence[Release]) -> None:
        """Withdraw the base, let it finish what it is answering, and say when no model is left."""
        if self._server is not None:
            log.info("the base leaves memory: a training asks for room")
            self._store.serving.clear()
            self._draining.append((self._server, time.monotonic()))
            self._server, self._serving = None, ()
        elif self._draining or self._others_in_memory():
            return
        elif any(each.done_at is None for each in standing):
            self._store.releases.done()

    def _start(self, adapters: Sequence[Path]) -> LlamaCppServer:
        return LlamaCppServer(
            self._gguf,
            adapters=adapters,
            slots=self._slots,
            context=self._context,
            threads=self._threads,
            log=self._log_file,
        )

    def _leave_out_unloadable(self, wanted: Loadable) -> bool:
        """Try each new adapter alone and leave out those that no server starts with, so that one
        user's file does not stop everybody else's; True when there were any.

        A version says so in its verdict. It is tried again when this process is started again. Raises
        `Unavailable` when the base alone does not start either: no adapter is to blame then.
        """
        self._start([]).close()
        before = len(self._unloadable)
        for version, file in zip(wanted.versions, wanted.files, strict=True):
            if version.id in self._serving:
                continue
            try:
                self._start([file]).close()
            except Unavailable:
                log.error("not loaded: llama.cpp refuses the adapter file of %s", version.label)
                self._unloadable.add(version.id)
                if UNLOADABLE not in version.verdict:
                    self._store.versions.set_verdict(version.id, f"{UNLOADABLE} {version.verdict}")
        return len(self._unloadable) > before

    def _keep_published(self, server: LlamaCppServer) -> None:
        """Publish the server's address unless it is the one that is published.

        The embedding model's goes with it; it may come later, and change alone.
        """
        current, embeddings_url = self._store.serving.current(), self._embeddings()
        published = (current.url, current.embeddings_url) if current else None
        if published != (server.url, embeddings_url):
            self._store.serving.publish(
                server.url,
                self._base_model,
                self._identity.sha256,
                {version_id: place for place, version_id in enumerate(self._serving)},
                embeddings_url,
            )

    def close(self) -> None:
        """Withdraw the address and end every server."""
        self._store.serving.clear()
        for server, _ in self._draining:
            server.close()
        if self._server is not None:
            self._server.close()
        self._draining, self._server = [], None

    def _end_drained(self) -> None:
        left = []
        for server, since in self._draining:
            age = time.monotonic() - since
            if age > DRAIN_SECONDS or (age > GRACE_SECONDS and not is_busy(server.url)):
                server.close()
            else:
                left.append((server, since))
        self._draining = left


def under_evaluation(store: Store) -> list[Version]:
    """Adapters whose training still runs, registered and not yet compared, and those that an evaluation
    which runs has named."""
    kinds = (JobKind.TRAINING, JobKind.EVALUATION)
    running = [job for job in store.jobs.unfinished() if job.kind in kinds]
    return [
        version
        for job in running
        for version in store.versions.list(job.user_id)
        if (version.run_id == job.id or _is_named(job, version))
        and version.student is Student.ZEGA
        and version.quarantined_at is None
    ]


def _is_named(job: Job, version: Version) -> bool:
    named = job.kind is JobKind.EVALUATION and job.state is JobState.RUNNING
    return named and version.id in job.request["versions"]


def is_busy(url: str) -> bool:
    """Whether any slot of the server at this address is answering."""
    try:
        slots = httpx.get(f"{url}/slots", timeout=2.0, trust_env=False).json()
        return any(slot["is_processing"] for slot in slots)
    except (httpx.HTTPError, ValueError):
        return False


def is_healthy(url: str) -> bool:
    """Whether the server at this address answers now."""
    try:
        return httpx.get(f"{url}/health", timeout=2.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
