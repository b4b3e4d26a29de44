"""The queue of each store: callers put jobs down, and workers take them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.domain.jobs import JobStatus, Verdict
from clientupdater.ports.queue import Job, JobClaim, JobFilter, NewJob
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.ids import CompanyId, JobId
    from clientupdater.ports.queue import Leases, WakeUps
    from clientupdater.ports.unit_of_work import UnitsOfWork

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def at(seconds: float) -> datetime:
    """Give the moment that many seconds later."""
    return NOW + timedelta(seconds=seconds)


@frozen
class JobQueue:
    """The jobs of a store, as callers enqueue them and operators look after them."""

    work: UnitsOfWork
    kill: Callable[[JobId, str, datetime], None]
    """Let a job be dead, with an error, since a moment."""
    fcash: CompanyId
    pcni: CompanyId

    def put(self, name: str = "count", seconds: float = 0, **facts: Any) -> JobId:
        """Add a job in a unit of work of its own."""
        with self.work.begin(SYSTEM) as tx:
            job = tx.jobs.enqueue(NewJob(name=name, **facts), at(seconds))
        assert job is not None
        return job

    def look(self, job: JobId) -> Job:
        with self.work.begin(SYSTEM) as tx:
            result = tx.jobs.lock(job)
        assert result is not None
        return result

    def all(self, **asked: Any) -> list[JobId]:
        with self.work.begin(SYSTEM) as tx:
            return [job.id for job in tx.jobs.list(JobFilter(**asked), before=None, at_most=50)]


@frozen
class WorkedQueue(JobQueue):
    """A queue that workers take jobs from."""

    leases: Leases
    wake_ups: WakeUps

    def claim(
        self, *queues: str, by: str = "a", at_most: int = 10, seconds: float = 0
    ) -> list[Job]:
        """Take what is due."""
        now = at(seconds)
        asked = queues or ("default",)
        return list(self.leases.claim(asked, by, at_most=at_most, now=now, until=now + LEASE))

    def names(self, *, seconds: float = 0, at_most: int = 10) -> list[str]:
        """Take what is due, for the names in their order."""
        return [job.name for job in self.claim(seconds=seconds, at_most=at_most)]

    def fail(self, job: Job, seconds: float = 0, error: str = "It broke.") -> bool:
        """Let a job fail that is held; it waits until then."""
        return self.leases.fail(
            held(job), error, Verdict(JobStatus.PENDING, at(seconds)), at(seconds)
        )


def held(job: Job) -> JobClaim:
    """Give the claim of a claimed job."""
    assert job.worker is not None
    return JobClaim(job.id, job.worker, job.attempts)


def kill_by_worker(leases: Leases, job: JobId, error: str, now: datetime) -> None:
    """Claim a job, which has to be the next one of its queue, and let it fail for good."""
    (claimed,) = leases.claim(["default"], "killer", at_most=1, now=now, until=now + LEASE)
    assert claimed.id == job
    assert leases.fail(held(claimed), error, Verdict(JobStatus.DEAD), now)
