"""Call a job off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import AlreadyDone, NotFound
from clientupdater.domain.jobs import can_be_cancelled
from clientupdater.usecases._minding import did, minding

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import Job, JobsWork


@frozen
class CancelJob:
    """One that is being done is taken from its worker, which notices when it reports next."""

    work: JobsWork
    clock: Clock

    def __call__(self, caller: Caller, job: JobId) -> Job:
        """End it; raise AlreadyDone where it is over."""
        with minding(self.work, caller, "job", job) as tx:
            held = tx.jobs.hold(job)
            if held is None:
                raise NotFound
            if not can_be_cancelled(held.status):
                raise AlreadyDone(f"The job is over: it is {held.status}.")
            tx.jobs.call_off(job, self.clock.now())
            did(tx, caller, "job.cancel", job, name=held.name)
            return tx.jobs.hold(job) or held
