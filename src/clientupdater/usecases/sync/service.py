"""Sync runs: ask for them, do them, decide on their plans, read their results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of, over_everything
from clientupdater.domain.errors import NotFound, SyncOver
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.jobs import Mode
from clientupdater.domain.sync.source_status import SILENCE
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.queue import SYNC_QUEUE, NewJob
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.sync.authorization import (
    RESOURCE,
    TASK,
    companies_within,
    judged_job,
    require_over_company,
)
from clientupdater.usecases.sync.diagnosis import diagnose_sources
from clientupdater.usecases.sync.input import require_kept
from clientupdater.usecases.sync.known_sources import require_known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientRef, SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob, SyncRequest
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sync import KeptReject, Progressed
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.clients.client_access import ClientAccess
    from clientupdater.usecases.sync.diagnosis import SourceDiagnosis
    from clientupdater.usecases.sync.one_client import OneClient
    from clientupdater.usecases.sync.run import RunSync


@frozen
class SyncRuns:
    """A run for one company needs rights over that company; a run for all, over every one."""

    work: UnitsOfWork
    clock: Clock
    runner: RunSync
    clients: ClientAccess
    one_client: OneClient

    def ask(self, caller: Caller, request: SyncRequest, *, enqueue: bool = True) -> SyncJob:
        """Create a run. Raises UnknownSource, and SyncRunning while another run reads the source.

        With `enqueue`, a worker does it; without, the caller does, by `run`.
        """
        require_over_company(self.work, caller, Permission.SYNC_EXECUTE, request.company)
        now = self.clock.now()
        with self.work.begin(NO_CLIENTS) as tx:
            require_known(tx, request.source, self.runner.input.sources)
            job = tx.sync_jobs.create(request, caller.actor.id, now)
            if enqueue:
                tx.jobs.enqueue(job_of(job), now)
            self._log(tx, caller, job)
        return job

    def run(self, job: SyncJobId, watch: Callable[[Progressed], None] = lambda _: None) -> SyncJob:
        """Do a run that was asked for, in this process; `watch` gets its progress."""
        return self.runner(job, watch)

    def refresh_client(self, caller: Caller, client: ClientRef) -> SyncJob:
        """Ask NextBank for one client and apply what differs.

        Raises Unavailable where NextBank does not answer, NotFound where it has no such client.
        """
        with self.clients.open(caller, client, Permission.SYNC_EXECUTE) as client_tx:
            code = client_tx.client.code
        job = self.one_client.refresh(code, caller.actor.id, over_everything(caller.actor.id))
        with self.clients.open(caller, code, Permission.SYNC_EXECUTE) as client_tx:
            client_tx.log("client.refresh", sync_job=job.id)
        return job

    def fail_dead(self) -> Sequence[SyncJobId]:
        """Fail the runs whose process is gone (Y9); leave those that a worker's job takes up."""
        with self.work.begin(NO_CLIENTS) as tx:
            return tx.sync_jobs.fail_dead(self.clock.now(), silence=SILENCE)

    def diagnose(self) -> Sequence[SourceDiagnosis]:
        """Find what is wrong with the configured sources."""
        return diagnose_sources(self.work, self.clock, self.runner.input.sources.keys())

    def _log(self, tx: Transaction, caller: Caller, job: SyncJob) -> None:
        request = job.request
        details = {"source": str(request.source), "mode": str(request.mode), "full": request.full}
        entry = LoggedAction(
            action="sync.ask", resource=RESOURCE, resource_id=str(job.id), details=details
        )
        tx.audit.log_action(caller, entry)

    def approve(
        self, caller: Caller, job_id: SyncJobId, *, seen: str | None = None, enqueue: bool = True
    ) -> SyncJob:
        """Have a held plan applied; `seen` is the hash of the plan that the caller read.

        A plan that has changed since is refused.
        """
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        job.require_approvable(seen)
        now = self.clock.now()
        with self.work.begin(NO_CLIENTS) as tx:
            tx.sync_jobs.approve(job, caller.actor.id, now)
            if enqueue:
                tx.jobs.enqueue(job_of(job), now)
            details = {"plan_hash": job.plan_hash}
            entry = LoggedAction(
                action="sync.approve", resource=RESOURCE, resource_id=str(job.id), details=details
            )
            tx.audit.log_action(caller, entry)
            return tx.sync_jobs.find(job.id) or job

    def cancel(self, caller: Caller, job_id: SyncJobId) -> SyncJob:
        """Cancel a run. Raises SyncOver where it has ended.

        A worker that is doing it notices at the next page, or at the end, and keeps nothing.
        """
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        job.require_cancellable()
        with self.work.begin(NO_CLIENTS) as tx:
            tx.sync_jobs.cancel(job, self.clock.now())
            entry = LoggedAction(action="sync.cancel", resource=RESOURCE, resource_id=str(job.id))
            tx.audit.log_action(caller, entry)
            return tx.sync_jobs.find(job.id) or job

    def show(self, caller: Caller, job: SyncJobId) -> SyncJob:
        """Show a run and its counts, which name no client."""
        return judged_job(self.work, caller, Permission.SYNC_READ, job)

    def list(
        self, caller: Caller, *, before: SyncJobId | None = None, at_most: int = 50
    ) -> Sequence[SyncJob]:
        """List runs; a caller with rights over single companies sees the runs of those alone."""
        companies = companies_within(self.work, caller, Permission.SYNC_READ)
        with self.work.begin(NO_CLIENTS) as tx:
            return tx.sync_jobs.list(companies, before=before, at_most=at_most)

    def show_plan(self, caller: Caller, job_id: SyncJobId) -> Outcome:
        """Show what a run would change: counts, reasons, and examples that name clients.

        Raises NotFound until the run has compared.
        """
        job = judged_job(self.work, caller, Permission.SYNC_READ, job_id)
        with self.work.begin(access_scope_of(caller.actor, Permission.SYNC_READ)) as tx:
            outcome = tx.sync_jobs.plan(job.id)
        if outcome is None:
            raise NotFound("This run has no plan yet.")
        return outcome

    def list_rejects(
        self, caller: Caller, job_id: SyncJobId, *, after: int = 0, at_most: int = 50
    ) -> Sequence[KeptReject]:
        """List rejected rows in the order of the source.

        A reason names the column and never repeats the cell (C3).
        """
        job = judged_job(self.work, caller, Permission.SYNC_READ, job_id)
        with self.work.begin(access_scope_of(caller.actor, Permission.SYNC_READ)) as tx:
            return tx.sync_jobs.rejects(job.id, after=after, at_most=at_most)

    def replay_rejects(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """Create a run that reads the rejected rows once more, from the stored input.

        Raises SyncOver where no row waits, and Gone where the input is no longer stored. An older
        version of a record still overwrites no newer one (Y10).
        """
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        if job.request.origin is not None:
            raise SyncOver(f"This run replays another: replay those of {job.request.origin}.")
        with self.work.begin(access_scope_of(caller.actor, Permission.SYNC_EXECUTE)) as tx:
            require_kept(tx, job.id)
            if not tx.sync_jobs.waiting_rejects(job.id):
                raise SyncOver("No row of this run waits to be taken.")
        request = evolve(
            job.request, mode=Mode.APPLY, full=False, origin=job.id, rejects_alone=True
        )
        return self.ask(caller, request, enqueue=enqueue)

    def explain(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """Create a preview of a run's stored input. Raises Gone where it is no longer stored."""
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        origin = job.request.origin or job.id
        with self.work.begin(access_scope_of(caller.actor, Permission.SYNC_EXECUTE)) as tx:
            require_kept(tx, origin)
        request = evolve(
            job.request, mode=Mode.PREVIEW, origin=origin, rejects_alone=False, single=False
        )
        return self.ask(caller, request, enqueue=enqueue)


def job_of(job: SyncJob) -> NewJob:
    """Make the worker's job for a run."""
    return NewJob(
        name=TASK,
        queue=SYNC_QUEUE,
        arguments={"sync_job": str(job.id)},
        key=f"{TASK}:{job.id}",
        company=job.request.company,
        requested_by=job.created_by,
    )
