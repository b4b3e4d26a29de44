"""The queue over each store, with callers and workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.domain.jobs import JobStatus, Verdict
from clientupdater.ports.queue import Job, JobClaim, JobsAsked, NewJob
from clientupdater.ports.schedules import ScheduledJob
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
class QueueFixture:
    work: UnitsOfWork
    leases: Leases
    wake_ups: WakeUps
    fcash: CompanyId
    pcni: CompanyId
    schedule: Callable[[ScheduledJob], None]
    """Add a schedule, as the seed would."""

    def put(self, name: str = "count", seconds: float = 0, **facts: Any) -> JobId:
        """Add a job in a unit of work of its own."""
        with self.work.begin(SYSTEM) as tx:
            job = tx.jobs.enqueue(NewJob(name=name, **facts), at(seconds))
        assert job is not None
        return job

    def claim(
        self, *queues: str, by: str = "a", at_most: int = 10, seconds: float = 0
    ) -> list[Job]:
        """Claim due jobs."""
        now = at(seconds)
        asked = queues or ("default",)
        return list(self.leases.claim(asked, by, at_most=at_most, now=now, until=now + LEASE))

    def names(self, *, seconds: float = 0, at_most: int = 10) -> list[str]:
        """Claim due jobs; give their names in order."""
        return [job.name for job in self.claim(seconds=seconds, at_most=at_most)]

    def look(self, job: JobId) -> Job:
        with self.work.begin(SYSTEM) as tx:
            result = tx.jobs.lock(job)
        assert result is not None
        return result

    def all(self, **asked: Any) -> list[JobId]:
        with self.work.begin(SYSTEM) as tx:
            return [job.id for job in tx.jobs.list(JobsAsked(**asked), before=None, at_most=50)]

    def fail(self, job: Job, seconds: float = 0, error: str = "It broke.") -> bool:
        """Fail a claimed job, which then waits until a moment."""
        return self.leases.endings.fail(
            held(job), error, Verdict(JobStatus.PENDING, at(seconds)), at(seconds)
        )


def held(job: Job) -> JobClaim:
    """Give the claim of a claimed job."""
    assert job.worker is not None
    return JobClaim(job.id, job.worker, job.attempts)
