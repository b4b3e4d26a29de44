"""Looking after jobs: what waits, what failed, what to do about it (J1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import AlreadyDone, NotFound
from clientupdater.domain.jobs import can_be_cancelled, can_be_retried
from clientupdater.domain.retention import Purgeable
from clientupdater.ports.gauges import GaugeReading
from clientupdater.ports.queue import with_idle
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.jobs.job_admin import did, job_admin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import Job, JobsAsked
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.jobs.retention import PurgeOld

PATIENCE = timedelta(minutes=10)

"""For so long a job may wait while all workers are busy."""


@frozen
class StuckJobs:
    """Since when the oldest waits, and how many are dead, by queue."""

    waiting: Mapping[str, timedelta]
    dead: Mapping[str, int]


@frozen
class JobAdministration:
    """Jobs are of every company, so each verb asks for scope all."""

    work: UnitsOfWork
    clock: Clock
    purge_old: PurgeOld

    def list(
        self, caller: Caller, asked: JobsAsked, *, before: JobId | None = None, at_most: int = 50
    ) -> Sequence[Job]:
        """List them; raise Forbidden without jobs:manage.

        Page by page: the next begins before the last of this one.
        """
        with job_admin(self.work, caller, "job") as tx:
            return tx.jobs.list(asked, before=before, at_most=at_most)

    def show(self, caller: Caller, job: JobId) -> Job:
        """Show it; raise NotFound where there is none.

        As it stands now.
        """
        with job_admin(self.work, caller, "job", job) as tx:
            result = tx.jobs.lock(job)
        if result is None:
            raise NotFound
        return result

    def retry(self, caller: Caller, job: JobId) -> Job:
        """Let it wait again; raise AlreadyExists where one with its key waits.

        Its attempts count anew.
        """
        with job_admin(self.work, caller, "job", job) as tx:
            held = tx.jobs.lock(job)
            if held is None:
                raise NotFound
            if not can_be_retried(held.status):
                message = f"Only a dead job can be retried; this one is {held.status}."
                raise AlreadyDone(message)
            tx.jobs.put_back(job, self.clock.now())
            did(tx, caller, "job.retry", job, name=held.name)
            return tx.jobs.lock(job) or held

    def cancel(self, caller: Caller, job: JobId) -> Job:
        """End it; raise AlreadyDone where it is over.

        One that is being done is taken from its worker, which notices when it reports next.
        """
        with job_admin(self.work, caller, "job", job) as tx:
            held = tx.jobs.lock(job)
            if held is None:
                raise NotFound
            if not can_be_cancelled(held.status):
                raise AlreadyDone(f"The job is over: it is {held.status}.")
            tx.jobs.call_off(job, self.clock.now())
            did(tx, caller, "job.cancel", job, name=held.name)
            return tx.jobs.lock(job) or held

    def purge(self, caller: Caller, *, older_than: timedelta) -> int:
        """Remove them in batches; give how many.

        Those that are done or were called off; dead ones stay until somebody has looked.
        """
        before = self.clock.now() - older_than
        with job_admin(self.work, caller, "job") as tx:
            did(tx, caller, "job.purge", "", before=before.isoformat())
        return self.purge_old(Purgeable.COMPLETED_JOBS, before)

    def find_stuck(self) -> StuckJobs:
        """Look at every queue.

        Looks, and does nothing.
        """
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            depths = tx.queue_depths.read(now)
        ages = {each.queue: now - each.oldest_due_at for each in depths if each.oldest_due_at}
        return StuckJobs(
            {queue: age for queue, age in ages.items() if age > PATIENCE},
            {each.queue: each.dead for each in depths if each.dead},
        )

    def depths(self) -> Iterator[GaugeReading]:
        """Read every queue in which there is something, and those that workers work on.
        An empty one is told as such: a number that nobody told anew would stand for ever.

        Asks the database, so that it may take a while, or raise Unavailable.
        """
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            result = with_idle(tx.queue_depths.read(now))
        for each in result:
            age = (now - each.oldest_due_at).total_seconds() if each.oldest_due_at else 0.0
            yield GaugeReading("queue_pending", each.pending, (each.queue,))
            yield GaugeReading("queue_processing", each.processing, (each.queue,))
            yield GaugeReading("queue_dead", each.dead, (each.queue,))
            yield GaugeReading("queue_oldest_seconds", age, (each.queue,))
