"""From "who should write" to a model that can be asked, in one read of the published generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from engine.domain.version import Student, Version
from engine.store import Store
from engine.store.serving import Generation
from models.base import Answer, Message
from models.errors import Paused, Unavailable
from models.llamacpp import TIMEOUT, LlamaCppModel

# A model server starts in a few seconds; a new version is loaded in as many.
START_SECONDS = 20.0
PAUSE_SECONDS = 1.0
# A T5 is loaded when it is asked, and torch with it, on cores that may be busy.
LOAD_SECONDS = 90.0


def current_generation(store: Store) -> Generation:
    """The server that answers now. Raises `Paused` while it made room, or `Unavailable`."""
    generation = store.serving.current()
    if generation is not None:
        return generation
    if store.releases.standing():
        raise Paused("a training")
    raise Unavailable("The model server is starting. Try again in a few seconds.", unreachable=True)


def teacher(store: Store, client: httpx.Client | None = None) -> LlamaCppModel:
    """The untouched base. Raises `Unavailable` while no server is up."""
    generation = current_generation(store)
    return LlamaCppModel(generation.base_model, generation.url, client=client)


def student(store: Store, version: Version, client: httpx.Client | None = None) -> LlamaCppModel:
    """The base with a version's adapter. Raises `Unavailable` when it is not loaded right now, and
    `Quarantined` from the moment on at which a text it learned was erased, loaded or not."""
    store.versions.check_usable(version.id)
    generation = current_generation(store)
    place = generation.adapters.get(version.id)
    if place is None:
        raise Unavailable(
            f"{version.label} is not loaded. Activate it, wait a few seconds and try again."
        )
    return LlamaCppModel(version.label, generation.url, lora=place, client=client)


def t5(store: Store, version: Version, client: httpx.Client | None = None) -> LlamaCppModel:
    """A T5's version, in the process that is started for it now if none runs. Raises `Unavailable` until
    it answers, `Paused` while a training has its room, and `Quarantined`."""
    store.versions.check_usable(version.id)
    if store.releases.standing():
        raise Paused("a training")
    wanted = store.seq2seq.want()
    if wanted.url:
        return LlamaCppModel(version.label, f"{wanted.url}/versions/{version.id}", client=client)
    if wanted.problem:
        raise CannotStart(wanted.problem)
    raise Unavailable(
        f"{version.label} is being loaded, which takes some seconds. Try again in a moment."
    )


def own_model(store: Store, version: Version) -> LlamaCppModel:
    """The model of a version, whichever student it is of, as soon as it answers. Raises `Unavailable`."""
    if version.student is Student.T5:
        return wait_for(lambda: t5(store, version), seconds=LOAD_SECONDS)
    return wait_for(lambda: student(store, version))


class CannotStart(Unavailable):
    """What is asked for does not start here; waiting is of no use."""


class CurrentModel:
    """The teacher, or a version's student, looked up again at each request.

    For long work: when the model server is replaced or restarted, the next request goes to the new
    one. `name` is that of the base model or of the version. With `patient` a server that made room
    for a training is waited for, until that says to give up.
    """

    def __init__(
        self,
        store: Store,
        base_model: str,
        version: Version | None = None,
        *,
        patient: Callable[[], bool] | None = None,
    ) -> None:
        self.name = version.label if version else base_model
        self._store = store
        self._version = version
        self._patient = patient
        self._client = httpx.Client(timeout=TIMEOUT, trust_env=False)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float = 0.8,
        top_p: float = 0.95,
        max_tokens: int = 300,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> Answer:
        """Start an answer. Raises `Unavailable` while the model is not served."""
        return self._model().stream(
            messages,
            temperature=temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            seed=seed,
            stop=stop,
        )

    def _model(self) -> LlamaCppModel:
        while True:
            try:
                if self._version:
                    return student(self._store, self._version, self._client)
                return teacher(self._store, self._client)
            except Paused:
                if self._patient is None or self._patient():
                    raise
                time.sleep(PAUSE_SECONDS)


def wait_for(resolve: Callable[[], LlamaCppModel], seconds: float = START_SECONDS) -> LlamaCppModel:
    """The model as soon as it is served: a person's first click may come before the server is up.

    Raises `Unavailable` after `seconds`.
    """
    again = Retrying(
        retry=retry_if_exception(_comes_in_a_moment),
        stop=stop_after_delay(seconds),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    return again(resolve)


def _comes_in_a_moment(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and not isinstance(error, Paused | CannotStart)
