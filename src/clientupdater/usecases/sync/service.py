"""Asking for runs of a sync, deciding on their plans, and looking at what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import NotFound, SyncOver
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.jobs import Mode
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.queue import SYNC_QUEUE, NewJob
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.authorization import (
    RESOURCE,
    TASK,
    companies_within,
    judged_job,
    require_over_company,
)
from clientupdater.usecases.sync.input import require_kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob, SyncRequest
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sync import KeptReject
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class SyncJobs:
    """A run for one company needs rights over that company; a run for all, over every one."""

    work: UnitsOfWork
    clock: Clock

    def ask(self, caller: Caller, asked: SyncRequest, *, enqueue: bool = True) -> SyncJob:
        """Ask. Raises SyncRunning where the source is being read.

        Puts a run down, with the job that does it; or alone, for whoever does it at once.
        """
        require_over_company(self.work, caller, Permission.SYNC_EXECUTE, asked.company)
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            job = tx.sync_jobs.create(asked, caller.actor.id, now)
            if enqueue:
                tx.jobs.enqueue(job_of(job), now)
            self._did(tx, caller, job)
        return job

    def _did(self, tx: Transaction, caller: Caller, job: SyncJob) -> None:
        asked = job.asked
        details = {"source": str(asked.source), "mode": str(asked.mode), "full": asked.full}
        entry = LoggedAction(
            action="sync.ask", resource=RESOURCE, resource_id=str(job.id), details=details
        )
        tx.audit.did(caller, entry)

    def approve(
        self, caller: Caller, job_id: SyncJobId, *, seen: str | None = None, enqueue: bool = True
    ) -> SyncJob:
        """Approve it; `seen` is the hash of the plan that was looked at.

        Lets that very plan be applied: what would by then be another one is refused.
        """
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        job.require_approvable(seen)
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            tx.sync_jobs.approve(job, caller.actor.id, now)
            if enqueue:
                tx.jobs.enqueue(job_of(job), now)
            details = {"plan_hash": job.plan_hash}
            entry = LoggedAction(
                action="sync.approve", resource=RESOURCE, resource_id=str(job.id), details=details
            )
            tx.audit.did(caller, entry)
            return tx.sync_jobs.find(job.id) or job

    def cancel(self, caller: Caller, job_id: SyncJobId) -> SyncJob:
        """Call it off. Raises SyncOver where it is over.

        Whoever works on it finds out at the next page, or at the end, and keeps nothing.
        """
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        job.require_cancellable()
        with self.work.begin(SYSTEM) as tx:
            tx.sync_jobs.cancel(job, self.clock.now())
            entry = LoggedAction(action="sync.cancel", resource=RESOURCE, resource_id=str(job.id))
            tx.audit.did(caller, entry)
            return tx.sync_jobs.find(job.id) or job

    def show(self, caller: Caller, job: SyncJobId) -> SyncJob:
        """Show it.

        Shows its numbers, which tell of nobody.
        """
        return judged_job(self.work, caller, Permission.SYNC_READ, job)

    def list(
        self, caller: Caller, *, before: SyncJobId | None = None, at_most: int = 50
    ) -> Sequence[SyncJob]:
        """List them.

        Whoever holds single companies sees the runs of those alone.
        """
        companies = companies_within(self.work, caller, Permission.SYNC_READ)
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_jobs.list(companies, before=before, at_most=at_most)

    def show_plan(self, caller: Caller, job_id: SyncJobId) -> Outcome:
        """Show it; until a run has come so far there is none.

        Shows numbers, reasons, and some examples, in which clients are named.
        """
        job = judged_job(self.work, caller, Permission.SYNC_READ, job_id)
        with self.work.begin(SYSTEM) as tx:
            outcome = tx.sync_jobs.plan(job.id)
        if outcome is None:
            raise NotFound("This run has no plan yet.")
        return outcome

    def list_rejects(
        self, caller: Caller, job_id: SyncJobId, *, after: int = 0, at_most: int = 50
    ) -> Sequence[KeptReject]:
        """List them in the order in which they came.

        Reasons name columns and never what was in them (C3).
        """
        job = judged_job(self.work, caller, Permission.SYNC_READ, job_id)
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_rejects.list(job.id, after=after, at_most=at_most)

    def replay_rejects(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """Ask for it. Raises SyncOver where none waits, Gone where they are no longer kept.

        Reads them from what was kept; an older version still overwrites no newer one (Y10).
        """
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        if job.asked.origin is not None:
            raise SyncOver(f"This run replays another: replay those of {job.asked.origin}.")
        with self.work.begin(SYSTEM) as tx:
            require_kept(tx, job.id)
            if not tx.sync_rejects.waiting(job.id):
                raise SyncOver("No row of this run waits to be taken.")
        asked = evolve(job.asked, mode=Mode.APPLY, full=False, origin=job.id, rejects_alone=True)
        return self.ask(caller, asked, enqueue=enqueue)

    def explain(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """Ask for it. Raises Gone where its input is no longer kept.

        For as long as the input is kept; nothing is changed.
        """
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        origin = job.asked.origin or job.id
        with self.work.begin(SYSTEM) as tx:
            require_kept(tx, origin)
        asked = evolve(
            job.asked, mode=Mode.PREVIEW, origin=origin, rejects_alone=False, single=False
        )
        return self.ask(caller, asked, enqueue=enqueue)


def job_of(job: SyncJob) -> NewJob:
    """Say what a worker has to do for a run."""
    return NewJob(
        name=TASK,
        queue=SYNC_QUEUE,
        arguments={"sync_job": str(job.id)},
        key=f"{TASK}:{job.id}",
        company=job.asked.company,
        asked_by=job.created_by,
    )
