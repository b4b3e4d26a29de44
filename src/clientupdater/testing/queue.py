"""Jobs in memory: they are enqueued, listed, retried and cancelled, but no worker takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.ids import JobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.queue import Job, QueueDepth

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.ports.queue import JobFilter, NewJob


@frozen
class MemoryJobs:
    """Implements `Jobs`: what the transaction wrote lies over what is committed."""

    _committed: Mapping[JobId, Job]
    _written: dict[JobId, Job]
    _ids: Iterator[int]
    _lock: Callable[[Hashable], None]

    def enqueue(self, job: NewJob, now: datetime) -> JobId | None:
        if job.key is not None:
            self._lock(("job key", job.queue, job.key))
        if self._is_waiting(job.queue, job.key):
            return None
        enqueued = _pending(JobId(next(self._ids)), job, now)
        self._written[enqueued.id] = enqueued
        return enqueued.id

    def lock(self, job: JobId) -> Job | None:
        self._lock(("job", job))
        return self._seen().get(job)

    def list(self, job_filter: JobFilter, *, before: JobId | None, at_most: int) -> Sequence[Job]:
        newest_first = sorted(self._seen().values(), key=lambda job: -job.id)
        asked_for = [
            job
            for job in newest_first
            if job_filter.queue in (None, job.queue)
            and job_filter.status in (None, job.status)
            and (before is None or job.id < before)
        ]
        return asked_for[:at_most]

    def put_back(self, job: JobId, now: datetime) -> None:
        dead = self._seen()[job]
        if self._is_waiting(dead.queue, dead.key):
            raise AlreadyExists("A job with the same key waits already.")
        self._written[job] = evolve(
            dead,
            status=JobStatus.PENDING,
            attempts=0,
            scheduled_at=now,
            started_at=None,
            completed_at=None,
            progress=None,
        )

    def call_off(self, job: JobId, now: datetime) -> None:
        self._written[job] = evolve(
            self._seen()[job],
            status=JobStatus.CANCELLED,
            completed_at=now,
            worker=None,
            lease_expires_at=None,
        )

    def depths(self, now: datetime) -> Sequence[QueueDepth]:
        counted = (JobStatus.PENDING, JobStatus.PROCESSING, JobStatus.DEAD)
        jobs = [job for job in self._seen().values() if job.status in counted]
        return [_depth(name, jobs, now) for name in sorted({job.queue for job in jobs})]

    def _seen(self) -> Mapping[JobId, Job]:
        return {**self._committed, **self._written}

    def _is_waiting(self, queue: str, key: str | None) -> bool:
        waiting = (queue, key, JobStatus.PENDING)
        return key is not None and any(
            (job.queue, job.key, job.status) == waiting for job in self._seen().values()
        )


def _pending(id_: JobId, job: NewJob, now: datetime) -> Job:
    return Job(
        id=id_,
        name=job.name,
        queue=job.queue,
        status=JobStatus.PENDING,
        arguments=dict(job.arguments),
        trace=dict(job.trace),
        key=job.key,
        priority=job.priority,
        attempts=0,
        max_attempts=job.max_attempts,
        company=job.company,
        requested_by=job.requested_by,
        scheduled_at=job.not_before or now,
        created_at=now,
    )


def _depth(queue: str, jobs: Sequence[Job], now: datetime) -> QueueDepth:
    mine = [job for job in jobs if job.queue == queue]
    counts = {status: sum(job.status is status for job in mine) for status in JobStatus}
    due = (
        job.scheduled_at
        for job in mine
        if job.status is JobStatus.PENDING and job.scheduled_at <= now
    )
    return QueueDepth(
        queue=queue,
        pending=counts[JobStatus.PENDING],
        processing=counts[JobStatus.PROCESSING],
        dead=counts[JobStatus.DEAD],
        oldest_due_at=min(due, default=None),
    )
