"""Have a dead job tried once more (J1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import AlreadyDone, NotFound
from clientupdater.domain.jobs import can_be_retried
from clientupdater.usecases._minding import did, minding

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import Job, JobsWork


@frozen
class RetryJob:
    """Its attempts count anew."""

    work: JobsWork
    clock: Clock

    def __call__(self, caller: Caller, job: JobId) -> Job:
        """Let it wait again; raise AlreadyExists where one with its key waits."""
        with minding(self.work, caller, "job", job) as tx:
            held = tx.jobs.hold(job)
            if held is None:
                raise NotFound
            if not can_be_retried(held.status):
                told = f"Only a dead job can be retried; this one is {held.status}."
                raise AlreadyDone(told)
            tx.jobs.put_back(job, self.clock.now())
            did(tx, caller, "job.retry", job, name=held.name)
            return tx.jobs.hold(job) or held
