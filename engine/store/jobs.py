"""Jobs: the record of durable work. Who runs a job, and how, is not known here.

States only go forward: created, queued, running, then one of the final states, which never changes
again. A call that comes too late changes nothing and gives the job as it is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    func,
    insert,
    select,
    update,
)

from engine.domain.job import Job, JobKind, JobState
from engine.errors import WrongState
from engine.store.database import Database
from engine.store.rows import check_limit, find, new_id, now, require_user
from engine.store.tables import jobs

_OPEN = [state.value for state in JobState if not state.is_final]
_STARTED = [state for state in _OPEN if state != JobState.CREATED.value]


class Jobs:
    """Methods that take a `user_id` serve people; the others serve the worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        user_id: str,
        kind: JobKind,
        request: dict[str, Any],
        *,
        state: JobState = JobState.QUEUED,
    ) -> Job:
        """A queued job, or one that waits in `created`. Raises NotFound for an unknown user."""
        with self._database.write() as connection:
            return insert_job(connection, user_id, kind, request, state=state)

    def queue(self, user_id: str, job_id: str) -> Job:
        """Move a created job to the end of the queue.

        Raises NotFound, and WrongState for one that was started before.
        """
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, user_id=user_id, lock=True)
            if job["state"] != JobState.CREATED:
                raise WrongState("job", job["state"], "start", [JobState.CREATED.value])
            return _change(connection, job, state=JobState.QUEUED.value, turn_at=now())

    def ahead(self, job: Job) -> int:
        """How many queued and running jobs of its kind, of all users, have their turn before it.

        Before a job that was not started yet, all of them have.
        """
        older = _started_jobs(jobs.c.kind == job.kind.value)
        if job.state is not JobState.CREATED:
            own = jobs.alias()
            its_turn = select(turn_of(own)).where(own.c.id == job.id).scalar_subquery()
            older = older.where(turn_of(jobs) < its_turn)
        with self._database.read() as connection:
            return connection.execute(
                select(func.count()).select_from(older.subquery())
            ).scalar_one()

    def get(self, job_id: str) -> Job:
        """Anybody's job, for the worker. Raises NotFound."""
        with self._database.read() as connection:
            return job_from(find(connection, jobs, "job", job_id))

    def get_for(self, user_id: str, job_id: str) -> Job:
        """The user's own job. Raises NotFound."""
        with self._database.read() as connection:
            return job_from(find(connection, jobs, "job", job_id, user_id=user_id))

    def active(self, user_id: str) -> list[Job]:
        """The user's queued and running jobs, oldest first."""
        return self._many(_started_jobs(jobs.c.user_id == user_id))

    def unfinished(self) -> list[Job]:
        """Everybody's queued and running jobs, oldest first."""
        return self._many(_started_jobs())

    def of_kind(self, kind: JobKind) -> list[Job]:
        """Everybody's jobs of this kind, whatever their state."""
        return self._many(select(jobs).where(jobs.c.kind == kind.value))

    def start(self, job_id: str, *, progress: int = 0) -> Job:
        """Count one attempt and mark the job running; `started_at` stays that of the first.

        One that got further than it was when its last attempt began is counted anew.
        """
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, lock=True)
            further = progress > job["progress"]
            return _change(
                connection,
                job,
                state=JobState.RUNNING.value,
                attempts=1 if further else job["attempts"] + 1,
                progress=progress,
                started_at=job["started_at"] or now(),
                stage_at=now(),
                stage_done=job["done"],
            )

    def reset_attempts(self, job_id: str) -> Job:
        """Count attempts from zero again: the job made progress. Raises NotFound."""
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, lock=True)
            return _change(connection, job, attempts=0)

    def progress(
        self,
        job_id: str,
        *,
        stage: str | None = None,
        done: int | None = None,
        total: int | None = None,
    ) -> Job:
        """Store what is given and leave the rest; another stage or total begins a pace of its own.

        Raises NotFound.
        """
        given = {"stage": stage, "done": done, "total": total}
        changed: dict[str, Any] = {
            name: value for name, value in given.items() if value is not None
        }
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, lock=True)
            if any(changed.get(name, job[name]) != job[name] for name in ("stage", "total")):
                changed |= {"stage_at": now(), "stage_done": changed.get("done", job["done"])}
            return _change(connection, job, **changed)

    def succeed(self, job_id: str, result: dict[str, Any]) -> Job:
        """End the job with its result. Raises NotFound."""
        return self._finish(job_id, JobState.SUCCEEDED, result=result)

    def fail(self, job_id: str, code: str, message: str) -> Job:
        """End the job with an error: a stable code and a sentence. Raises NotFound."""
        return self._finish(job_id, JobState.FAILED, error_code=code, error=message)

    def cancelled(self, job_id: str) -> Job:
        """End the job as cancelled. Raises NotFound."""
        return self._finish(job_id, JobState.CANCELLED)

    def request_cancel(self, user_id: str, job_id: str) -> Job:
        """Cancel a job that does not run yet at once; ask a running one to stop. Raises NotFound."""
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, user_id=user_id, lock=True)
            if job["state"] in (JobState.CREATED, JobState.QUEUED):
                return _change(
                    connection,
                    job,
                    cancel_requested=True,
                    state=JobState.CANCELLED.value,
                    finished_at=now(),
                )
            return _change(connection, job, cancel_requested=True)

    def request_stop(self, user_id: str, job_id: str) -> Job:
        """Ask a running training to end with what it has. Raises NotFound, and WrongState for one that
        does not run."""
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, user_id=user_id, lock=True)
            if job["state"] != JobState.RUNNING:
                raise WrongState("training", job["state"], "stop", [JobState.RUNNING.value])
            return _change(connection, job, stop_requested=True)

    def cancel_requested(self, job_id: str) -> bool:
        """Whether a person asked for the stop. Raises NotFound."""
        return self.get(job_id).cancel_requested

    def _many(self, query: Select[Any]) -> list[Job]:
        with self._database.read() as connection:
            return [job_from(row) for row in connection.execute(query).mappings()]

    def _finish(self, job_id: str, state: JobState, **values: Any) -> Job:
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, lock=True)
            return _change(connection, job, state=state.value, finished_at=now(), **values)

    def list(
        self, user_id: str, limit: int = 20, *, offset: int = 0, created: bool = False
    ) -> list[Job]:
        """The user's jobs, newest first; `created` adds those nobody has started yet."""
        check_limit(limit, offset)
        query = _of_user(user_id, created=created)
        newest_first = query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        return self._many(newest_first.limit(limit).offset(offset))

    def count(self, user_id: str, *, created: bool = False) -> int:
        """How many jobs `list` has in all."""
        query = select(func.count()).select_from(_of_user(user_id, created=created).subquery())
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()


def _of_user(user_id: str, *, created: bool) -> Select[Any]:
    query = select(jobs).where(jobs.c.user_id == user_id)
    return query if created else query.where(jobs.c.state != JobState.CREATED.value)


def turn_of(table: FromClause) -> ColumnElement[Any]:
    """What jobs are run in the order of: when they were made, unless they were moved since."""
    return func.coalesce(table.c.turn_at, table.c.created_at)


def _started_jobs(*conditions: ColumnElement[bool]) -> Select[Any]:
    oldest_first = select(jobs).order_by(jobs.c.created_at, jobs.c.id)
    return oldest_first.where(jobs.c.state.in_(_STARTED), *conditions)


def _change(connection: Connection, job: RowMapping, **values: Any) -> Job:
    """Change a locked row unless its state is final; the only place where jobs change."""
    if job["state"] not in _OPEN or not values:
        return job_from(job)
    statement = update(jobs).where(jobs.c.id == job["id"]).values(values).returning(jobs)
    return job_from(connection.execute(statement).mappings().one())


def insert_job(
    connection: Connection,
    user_id: str,
    kind: JobKind,
    request: dict[str, Any],
    *,
    state: JobState = JobState.QUEUED,
) -> Job:
    """A new job inside the caller's transaction. Raises NotFound for an unknown user."""
    require_user(connection, user_id)
    values: dict[str, Any] = {
        "id": new_id(),
        "user_id": user_id,
        "kind": kind.value,
        "state": state.value,
        "request": request,
        "created_at": now(),
        "stage": "",
        "done": 0,
        "total": 0,
        "cancel_requested": False,
        "attempts": 0,
        "stage_done": 0,
        "progress": 0,
        "stop_requested": False,
        "result": {},
        "error_code": "",
        "error": "",
    }
    row = connection.execute(insert(jobs).values(values).returning(jobs))
    return job_from(row.mappings().one())


def job_from(row: RowMapping) -> Job:
    """The Job stored in a row of `jobs`."""
    return Job(
        id=row["id"],
        user_id=row["user_id"],
        kind=JobKind(row["kind"]),
        state=JobState(row["state"]),
        request=row["request"],
        created_at=row["created_at"],
        stage=row["stage"],
        done=row["done"],
        total=row["total"],
        cancel_requested=row["cancel_requested"],
        attempts=row["attempts"],
        started_at=row["started_at"],
        stage_at=row["stage_at"],
        stage_done=row["stage_done"],
        progress=row["progress"],
        stop_requested=row["stop_requested"],
        finished_at=row["finished_at"],
        result=row["result"],
        error_code=row["error_code"],
        error=row["error"],
    )
