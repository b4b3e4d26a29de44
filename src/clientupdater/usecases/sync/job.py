"""The worker's job for sync runs, of people and of schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import SyncOver, SyncRunning
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import SyncRequest
from clientupdater.ports.queue import Progress
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.known_sources import require_known
from clientupdater.usecases.sync.service import job_of

if TYPE_CHECKING:
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.sync import Progressed
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.sync.run import RunSync


@frozen
class DoSyncJob:
    """Does nothing for a run that an earlier attempt has finished, or that was cancelled (J1).

    Raises SyncOver for a failed run: retrying its job does not begin it again.
    """

    work: UnitsOfWork
    clock: Clock
    run: RunSync

    def __call__(self, job_run: JobRun) -> None:
        """Do the run that the job names; create one where a schedule names a source instead."""
        arguments = job_run.job.arguments
        if "sync_job" not in arguments:
            source = Source(str(arguments.get("source")))
            self._put_down(job_run, source, full=bool(arguments.get("full", True)))
            return
        job = SyncJobId(UUID(str(arguments["sync_job"])))
        comes_back = job_run.job.attempts < job_run.job.max_attempts

        def watch(how_far: Progressed) -> None:
            job_run.report(Progress(done=how_far.records, step=how_far.step))

        try:
            self.run(job, watch, comes_back=comes_back)
        except SyncOver:
            self._require_not_failed(job)

    def _require_not_failed(self, job: SyncJobId) -> None:
        with self.work.begin(SYSTEM) as tx:
            run = tx.sync_jobs.find(job)
        if run is not None and run.state is JobStatus.FAILED:
            raise SyncOver(f"This run failed, so ask for another one. Its error: {run.error}")

    def _put_down(self, job_run: JobRun, source: Source, *, full: bool) -> None:
        """Create a run with its job, once, in the transaction that finishes the schedule's job.

        Create none where the source is not configured, or another run reads it.
        """
        with self.work.begin(SYSTEM) as tx:
            require_known(tx, source, self.run.input.sources)
        if source not in self.run.input.sources:
            job_run.report(Progress(done=0, step="this source is not set up here"))
            return
        now = self.clock.now()
        try:
            with job_run.finishing(), self.work.begin(SYSTEM) as tx:
                run = tx.sync_jobs.create(SyncRequest(source, full=full), None, now)
                tx.jobs.enqueue(job_of(run), now)
        except SyncRunning:
            job_run.report(Progress(done=0, step="another run reads this source"))
