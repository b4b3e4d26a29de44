"""Administration of jobs: list, retry, cancel, purge, and find what is stuck (J1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import AlreadyDone, NotFound
from clientupdater.domain.jobs import can_be_cancelled, can_be_retried
from clientupdater.domain.retention import Purgeable
from clientupdater.ports.gauges import GaugeReading
from clientupdater.ports.queue import with_idle
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.jobs.job_admin import job_admin, log_action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import Job, JobFilter
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.jobs.retention import PurgeOld

PATIENCE = timedelta(minutes=10)
"""How long a job may wait while all workers are busy."""


@frozen
class StuckJobs:
    """How long the oldest job waits, and how many jobs are dead, by queue."""

    waiting: Mapping[str, timedelta]
    dead: Mapping[str, int]


@frozen
class JobAdministration:
    """Jobs are of every company, so each verb asks for scope all."""

    work: UnitsOfWork
    clock: Clock
    purge_old: PurgeOld

    def list(
        self,
        caller: Caller,
        job_filter: JobFilter,
        *,
        before: JobId | None = None,
        at_most: int = 50,
    ) -> Sequence[Job]:
        """List jobs, the newest first; `before` is the last job of the previous page."""
        with job_admin(self.work, caller, "job") as tx:
            return tx.jobs.list(job_filter, before=before, at_most=at_most)

    def show(self, caller: Caller, job: JobId) -> Job:
        with job_admin(self.work, caller, "job", job) as tx:
            result = tx.jobs.lock(job)
        if result is None:
            raise NotFound
        return result

    def retry(self, caller: Caller, job: JobId) -> Job:
        """Queue a dead job again, with its attempts reset.

        Raises AlreadyExists while another job with its key waits.
        """
        with job_admin(self.work, caller, "job", job) as tx:
            held = tx.jobs.lock(job)
            if held is None:
                raise NotFound
            if not can_be_retried(held.status):
                message = f"Only a dead job can be retried; this one is {held.status}."
                raise AlreadyDone(message)
            tx.jobs.put_back(job, self.clock.now())
            log_action(tx, caller, "job.retry", job, name=held.name)
            return tx.jobs.lock(job) or held

    def cancel(self, caller: Caller, job: JobId) -> Job:
        """Cancel a job. Raises AlreadyDone where it has ended.

        A worker that is doing it notices at its next report.
        """
        with job_admin(self.work, caller, "job", job) as tx:
            held = tx.jobs.lock(job)
            if held is None:
                raise NotFound
            if not can_be_cancelled(held.status):
                raise AlreadyDone(f"The job is over: it is {held.status}.")
            tx.jobs.call_off(job, self.clock.now())
            log_action(tx, caller, "job.cancel", job, name=held.name)
            return tx.jobs.lock(job) or held

    def purge(self, caller: Caller, *, older_than: timedelta) -> int:
        """Delete completed and cancelled jobs in batches; return how many. Dead jobs stay."""
        before = self.clock.now() - older_than
        with job_admin(self.work, caller, "job") as tx:
            log_action(tx, caller, "job.purge", "", before=before.isoformat())
        return self.purge_old(Purgeable.COMPLETED_JOBS, before)

    def find_stuck(self) -> StuckJobs:
        """Find the queues with dead jobs, or with jobs that have waited too long."""
        now = self.clock.now()
        with self.work.begin(NO_CLIENTS) as tx:
            depths = tx.jobs.depths(now)
        ages = {each.queue: now - each.oldest_due_at for each in depths if each.oldest_due_at}
        return StuckJobs(
            {queue: age for queue, age in ages.items() if age > PATIENCE},
            {each.queue: each.dead for each in depths if each.dead},
        )

    def depths(self) -> Iterator[GaugeReading]:
        """Read the gauges of every queue; raises Unavailable without the database.

        An empty queue is reported as 0, since a gauge keeps its last value otherwise.
        """
        now = self.clock.now()
        with self.work.begin(NO_CLIENTS) as tx:
            result = with_idle(tx.jobs.depths(now))
        for each in result:
            age = (now - each.oldest_due_at).total_seconds() if each.oldest_due_at else 0.0
            yield GaugeReading("queue_pending", each.pending, (each.queue,))
            yield GaugeReading("queue_processing", each.processing, (each.queue,))
            yield GaugeReading("queue_dead", each.dead, (each.queue,))
            yield GaugeReading("queue_oldest_seconds", age, (each.queue,))
