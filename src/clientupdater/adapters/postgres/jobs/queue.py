"""The job queue over PostgreSQL (J1, J2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from attrs import asdict, frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.ids import CompanyId, JobId, PersonId
from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.queue import Job, Progress, QueueDepth

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from typing import LiteralString

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.jobs import Verdict
    from clientupdater.ports.queue import JobClaim, JobFilter, NewJob


QUERIES = named_queries("jobs/queue.sql")
CARRIED = ("request_id", "traceparent")
"""The payload's members for the ids of the request that caused the job, beside the arguments."""

_TRIES = 5


def with_limit(query: str, at_most: int) -> bytes:
    """Put the limit into the text: with a parameter the planner would plan for any number."""
    return QUERIES[query].replace(":at_most", str(int(at_most))).encode()


@frozen
class PostgresJobs:
    """The jobs, within one transaction."""

    _connection: Connection

    def enqueue(self, job: NewJob, now: datetime) -> JobId | None:
        values = {
            "name": job.name,
            "queue": job.queue,
            "payload": Jsonb({**job.arguments, **job.trace}),
            "key": job.key,
            "priority": job.priority,
            "scheduled_at": job.not_before or now,
            "max_attempts": job.max_attempts,
            "company": job.company,
            "requested_by": job.requested_by,
            "now": now,
        }
        row = self._connection.execute(QUERIES["enqueue"], values).fetchone()
        return JobId(row[0]) if row else None

    def lock(self, job: JobId) -> Job | None:
        row = self._connection.execute(QUERIES["lock"], {"job": job}).fetchone()
        return job_of(row) if row else None

    def list(self, job_filter: JobFilter, *, before: JobId | None, at_most: int) -> Sequence[Job]:
        values = {"queue": job_filter.queue, "status": job_filter.status, "before": before}
        cursor = self._connection.execute(with_limit("list", at_most), values)
        return [job_of(row) for row in cursor]

    def put_back(self, job: JobId, now: datetime) -> None:
        try:
            with self._connection.transaction():
                self._connection.execute(QUERIES["put_back"], {"job": job, "now": now})
        except psycopg.errors.UniqueViolation:
            raise AlreadyExists("A job with the same key waits already.") from None

    def call_off(self, job: JobId, now: datetime) -> None:
        self._connection.execute(QUERIES["call_off"], {"job": job, "now": now})

    def depths(self, now: datetime) -> Sequence[QueueDepth]:
        return [
            QueueDepth(
                queue=queue,
                pending=int(pending),
                processing=int(processing),
                dead=int(dead),
                oldest_due_at=oldest,
            )
            for queue, pending, processing, dead, oldest in self._connection.execute(
                QUERIES["depths"], {"now": now}
            )
        ]


@frozen
class PostgresJobOutcomes:
    """Outcomes over a connection: in transactions of their own, or in the caller's."""

    _connection: Connection

    def complete(self, claims: Collection[JobClaim], now: datetime) -> frozenset[JobId]:
        done = self._connection.execute(QUERIES["complete"], {**named(claims), "now": now})
        return frozenset(JobId(id_) for (id_,) in done)

    def fail(self, claim: JobClaim, error: str, verdict: Verdict, now: datetime) -> bool:
        return take_back(self._connection, claim, error, verdict, now) is not None

    def give_back(self, claims: Collection[JobClaim], now: datetime) -> frozenset[JobId]:
        jobs = (self._give_back(claim, now) for claim in claims)
        return frozenset(job for job in jobs if job is not None)

    def _give_back(self, claim: JobClaim, now: datetime) -> JobId | None:
        values = {"job": claim.job, "worker": claim.worker, "attempt": claim.attempt, "now": now}
        row = with_retries(self._connection, QUERIES["give_back"], values)
        return JobId(row[0]) if row else None


def take_back(
    connection: Connection, claim: JobClaim, error: str, verdict: Verdict, now: datetime
) -> Job | None:
    """End a claim with a verdict; None if the claim was no longer valid."""
    values = {
        "job": claim.job,
        "worker": claim.worker,
        "attempt": claim.attempt,
        "status": str(verdict.status),
        "not_before": verdict.not_before,
        "error": error,
        "now": now,
    }
    row = with_retries(connection, QUERIES["take_back"], values)
    return job_of(row) if row else None


def with_retries(
    connection: Connection, query: LiteralString, values: Mapping[str, object]
) -> tuple[Any, ...] | None:
    """Return a job to the queue although another one with its key may be added at that moment.

    The statement may find no such job, and yet fail with a unique violation when it writes. It then
    has to check again.
    """
    for attempt in range(_TRIES):
        try:
            with connection.transaction():
                return connection.execute(query, values).fetchone()
        except psycopg.errors.UniqueViolation:
            if attempt == _TRIES - 1:
                raise
    return None


def named(claims: Collection[JobClaim]) -> dict[str, object]:
    """Give claims as lists, for a statement's parameters."""
    return {
        "jobs": [claim.job for claim in claims],
        "workers": [claim.worker for claim in claims],
        "attempts": [claim.attempt for claim in claims],
    }


def progress_of(values: Mapping[str, Any] | None) -> Progress | None:
    return Progress(**values) if values else None


def json_of(progress: Progress | None) -> Jsonb | None:
    return Jsonb(asdict(progress)) if progress else None


def job_of(row: Sequence[Any]) -> Job:
    id_, name, queue, status, payload, key, priority, attempts, max_attempts, *rest = row
    company, requested_by, scheduled_at, created_at, worker, lease, started, completed, *last = rest
    progress, error = last
    carried = {each: payload.pop(each) for each in CARRIED if each in payload}
    return Job(
        id=JobId(id_),
        name=name,
        queue=queue,
        status=JobStatus(status),
        arguments=payload,
        trace=carried,
        key=key,
        priority=priority,
        attempts=attempts,
        max_attempts=max_attempts,
        company=company and CompanyId(company),
        requested_by=requested_by and PersonId(requested_by),
        scheduled_at=scheduled_at,
        created_at=created_at,
        worker=worker,
        lease_expires_at=lease,
        started_at=started,
        completed_at=completed,
        progress=progress_of(progress),
        error=error,
    )
