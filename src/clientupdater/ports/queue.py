"""Work that is done later: put down within the caller's transaction, held by one worker at a time.

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
    """Name the request that something is asked for in, if it is one (the job goes on under it)."""
    trace = trace_context.current()
    return {"request_id": trace.request_id, "traceparent": trace.traceparent} if trace else {}


@frozen(kw_only=True)
class NewJob:
    """What is to be done later, and how it stands among others."""

    name: str
    """Which of the things that workers know how to do."""
    arguments: Mapping[str, object] = Factory(dict)
    queue: str = DEFAULT_QUEUE
    key: str | None = None
    """Of the jobs of a queue with the same key only one waits (J2)."""
    priority: int = 0
    """The greater goes first."""
    not_before: datetime | None = None
    max_attempts: int = MAX_ATTEMPTS
    company: CompanyId | None = None
    """Whose turn it counts as: companies take turns, however many jobs one of them has."""
    asked_by: PersonId | None = None
    trace: Mapping[str, str] = field(factory=carried)


@frozen(kw_only=True)
class Progress:
    """How far a job is, as it says itself."""

    done: int
    total: int | None = None
    step: str = ""


@frozen(kw_only=True)
class Job:
    """A job as it stands."""

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
    asked_by: PersonId | None
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
    """Word that a job is still worked on, and how far it is (None: as it was)."""

    claim: JobClaim
    progress: Progress | None = None


@frozen(kw_only=True)
class JobsAsked:
    """Which jobs somebody wants to see."""

    queue: str | None = None
    status: JobStatus | None = None


@frozen(kw_only=True)
class QueueDepth:
    """How much there is in a queue, and since when the oldest that is due waits."""

    queue: str
    pending: int
    processing: int
    dead: int
    oldest_due_at: datetime | None

    @classmethod
    def empty(cls, queue: str) -> QueueDepth:
        """Tell of one in which there is nothing."""
        return cls(queue=queue, pending=0, processing=0, dead=0, oldest_due_at=None)


class Jobs(Protocol):
    """Jobs, within the transaction of what they are the consequence of (J2)."""

    def enqueue(self, job: NewJob, now: datetime) -> JobId | None:
        """Put it down; None where one with its key waits already, and so will do its work.

        While another transaction puts down the same key, this one waits for what becomes of it.
        """
        ...

    def lock(self, job: JobId) -> Job | None:
        """Find a job and keep others from it until the transaction ends; None: there is none."""
        ...

    def list(self, asked: JobsAsked, *, before: JobId | None, at_most: int) -> Sequence[Job]:
        """List jobs, the newest first."""
        ...

    def put_back(self, job: JobId, now: datetime) -> None:
        """Let it wait once more, with its attempts counted anew.

        Raises AlreadyExists where one with its key waits.
        """
        ...

    def call_off(self, job: JobId, now: datetime) -> None:
        """End it without having done it; a worker at it loses its claim."""
        ...

    def depths(self, now: datetime) -> Sequence[QueueDepth]:
        """Count the waiting, running and dead jobs of each queue that has any: one statement."""
        ...


def with_idle(items: Iterable[QueueDepth]) -> Sequence[QueueDepth]:
    """Add the queues that workers work on and in which nothing is."""
    busy = {each.queue: each for each in items}
    return tuple({**{queue: QueueDepth.empty(queue) for queue in QUEUES}, **busy}.values())


class JobOutcomes(Protocol):
    """How work on a job ends. A job that is no longer held is left alone (J1)."""

    def complete(self, claims: Collection[JobClaim], now: datetime) -> AbstractSet[JobId]:
        """Note that they are done; give those that were still held."""
        ...

    def fail(self, claim: JobClaim, error: str, verdict: Verdict, now: datetime) -> bool:
        """Note that it failed, and what becomes of it; False where it was no longer held.

        One that were to wait again while another with its key waits is cancelled instead.
        """
        ...

    def give_back(self, claims: Collection[JobClaim], now: datetime) -> AbstractSet[JobId]:
        """Let them wait again, the attempt not counted (J4); give those that were still held."""
        ...


class Leases(JobOutcomes, Protocol):
    """The queue as a worker uses it, outside any unit of work: each call commits at once.

    Every method raises Unavailable when the queue does not answer.
    """

    def claim(
        self, queues: Sequence[str], worker: str, *, at_most: int, now: datetime, until: datetime
    ) -> Sequence[Job]:
        """Take jobs that are due: priority first, then companies in turns, then the oldest."""
        ...

    def beat(self, beats: Collection[Heartbeat], until: datetime) -> AbstractSet[JobId]:
        """Go on holding them until then; give those that are still held."""
        ...

    def recover(self, now: datetime, fraction: float) -> Job | None:
        """Take back one job whose lease ran out, as it then stands; None: there is none.

        It waits a little, by chance (a fraction between 0 and 1) longer or shorter.
        """
        ...


WakeUps: TypeAlias = "Callable[[Callable[[], None]], AbstractContextManager[None]]"
"""Calls a function, from any thread, when jobs were enqueued, for as long as the context is open.

It may miss some, so its user polls as well.
"""
