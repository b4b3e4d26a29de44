"""The job queue: jobs are added in the caller's transaction, and one worker has a job at a time.

A job names things by id and holds nobody's data: its arguments and its error are shown to
people who administer jobs. Every moment comes from the caller; machines that share a queue keep
their clocks within seconds of each other, a fraction of a lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import Factory, field, frozen

from clientupdater.domain.ids import JobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.runtime import trace_context

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from contextlib import AbstractContextManager
    from datetime import datetime

    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.jobs import Verdict

DEFAULT_QUEUE = "default"
SYNC_QUEUE = "sync"
EXPORT_QUEUE = "exports"
QUEUES = (DEFAULT_QUEUE, SYNC_QUEUE, EXPORT_QUEUE)
"""The queues that a worker works on by default."""
MAX_ATTEMPTS = 3


def carried() -> Mapping[str, str]:
    """Give the current request's ids, under which the job continues; empty outside a request."""
    trace = trace_context.current()
    return {"request_id": trace.request_id, "traceparent": trace.traceparent} if trace else {}


@frozen(kw_only=True)
class NewJob:
    """A job to be added."""

    name: str
    """The name of the task that workers run."""
    arguments: Mapping[str, object] = Factory(dict)
    queue: str = DEFAULT_QUEUE
    key: str | None = None
    """Only one of a queue's pending jobs may have the same key (J2)."""
    priority: int = 0
    """Greater goes first."""
    not_before: datetime | None = None
    max_attempts: int = MAX_ATTEMPTS
    company: CompanyId | None = None
    """Companies take turns in the queue, however many jobs each of them has."""
    requested_by: PersonId | None = None
    trace: Mapping[str, str] = field(factory=carried)


@frozen(kw_only=True)
class Progress:
    done: int
    total: int | None = None
    step: str = ""


@frozen(kw_only=True)
class Job:
    id: JobId
    name: str
    queue: str
    status: JobStatus
    arguments: Mapping[str, object]
    trace: Mapping[str, str]
    key: str | None
    priority: int
    attempts: int
    max_attempts: int
    company: CompanyId | None
    requested_by: PersonId | None
    scheduled_at: datetime
    created_at: datetime
    worker: str | None = None
    lease_expires_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    progress: Progress | None = None
    error: str | None = None


@frozen
class JobClaim:
    """The worker and the attempt that hold a job; a stale claim changes nothing (J1)."""

    job: JobId
    worker: str
    attempt: int


@frozen
class Heartbeat:
    """A report that a job is still running, with its progress (None: unchanged)."""

    claim: JobClaim
    progress: Progress | None = None


@frozen(kw_only=True)
class JobFilter:
    """A filter for the list of jobs."""

    queue: str | None = None
    status: JobStatus | None = None


@frozen(kw_only=True)
class QueueDepth:
    """The size of a queue; `oldest_due_at` is when its oldest due job became due."""

    queue: str
    pending: int
    processing: int
    dead: int
    oldest_due_at: datetime | None

    @classmethod
    def empty(cls, queue: str) -> QueueDepth:
        return cls(queue=queue, pending=0, processing=0, dead=0, oldest_due_at=None)


class Jobs(Protocol):
    """Jobs in the transaction that causes them (J2)."""

    def enqueue(self, job: NewJob, now: datetime) -> JobId | None:
        """Add a job; None if a pending job has the same key and so does its work.

        Waits while another transaction adds a job with the same key.
        """
        ...

    def lock(self, job: JobId) -> Job | None:
        """Find a job and lock it until the transaction ends."""
        ...

    def list(self, job_filter: JobFilter, *, before: JobId | None, at_most: int) -> Sequence[Job]:
        """List jobs, the newest first."""
        ...

    def put_back(self, job: JobId, now: datetime) -> None:
        """Queue a job again, with its attempts counted from zero.

        Raises AlreadyExists if a pending job has the same key.
        """
        ...

    def call_off(self, job: JobId, now: datetime) -> None:
        """End it without having done it; a worker at it loses its claim."""
        ...

    def depths(self, now: datetime) -> Sequence[QueueDepth]:
        """Count the pending, processing and dead jobs of each queue that has any."""
        ...


def with_idle(items: Iterable[QueueDepth]) -> Sequence[QueueDepth]:
    """Add the workers' queues that have no jobs."""
    busy = {each.queue: each for each in items}
    return tuple({**{queue: QueueDepth.empty(queue) for queue in QUEUES}, **busy}.values())


class Leases(Protocol):
    """The queue as a worker uses it, outside any unit of work: each call commits at once.

    A claim that is no longer valid changes nothing (J1). Every method raises Unavailable when the
    queue does not answer.
    """

    def claim(
        self, queues: Sequence[str], worker: str, *, at_most: int, now: datetime, until: datetime
    ) -> Sequence[Job]:
        """Claim due jobs: by priority, then companies in turns, then the oldest."""
        ...

    def beat(self, beats: Collection[Heartbeat], until: datetime) -> AbstractSet[JobId]:
        """Extend leases; give the jobs whose claims are still valid."""
        ...

    def recover(self, now: datetime, fraction: float) -> Job | None:
        """Return one job with an expired lease to the queue; None if there is none.

        It becomes due after a short wait; `fraction`, random between 0 and 1, spreads the waits.
        """
        ...

    def complete(self, claims: Collection[JobClaim], now: datetime) -> AbstractSet[JobId]:
        """Complete the jobs; give those whose claims were valid."""
        ...

    def fail(self, claim: JobClaim, error: str, verdict: Verdict, now: datetime) -> bool:
        """Store an error and apply the verdict; False if the claim was no longer valid.

        A job that would be pending beside another with its key is cancelled instead.
        """
        ...

    def give_back(self, claims: Collection[JobClaim], now: datetime) -> AbstractSet[JobId]:
        """Return jobs to the queue without counting the attempt (J4); give those returned."""
        ...


WakeUps: TypeAlias = "Callable[[Callable[[], None]], AbstractContextManager[None]]"
"""Calls a function, from any thread, when jobs were enqueued, for as long as the context is open.

It may miss some, so its user polls as well.
"""
