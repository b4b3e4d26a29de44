"""Do a sync run: read, stage, compare, apply, all or nothing (Y2-Y9)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import Error, SyncOver, Unavailable
from clientupdater.domain.sync.jobs import Step
from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.apply import SyncApply
from clientupdater.usecases.sync.progress import SyncProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sync import Progressed
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.sync.input import SyncInput

PATIENCE = 60.0
"""Seconds without a heartbeat after which a run counts as dead, unless it is applying."""
_OURS = "An unexpected error; the log has the details."


@frozen
class RunSync:
    """Does runs. A run that is done again after a crash comes to the same result."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    input: SyncInput
    patience: float = PATIENCE
    beat_s: float = 10.0

    def __call__(
        self,
        job_id: SyncJobId,
        watch: Callable[[Progressed], None] = lambda _: None,
        *,
        comes_back: bool = False,
    ) -> SyncJob:
        """Do a run; `watch` gets its progress. Raises SyncOver where it is cancelled meanwhile.

        With `comes_back`, a run whose source does not answer stays pending for the next attempt.
        """
        with self.work.begin(SYSTEM) as tx:
            job = tx.sync_jobs.begin(job_id, self.clock.now(), patience=self.patience)
        try:
            return self._done(job, watch)
        except (SyncOver, Interrupted):
            raise
        except Unavailable as error:
            self._fail(job, error.message, comes_back=comes_back)
            raise
        except Error as error:
            self._fail(job, error.message)
            raise
        except Exception:
            self._fail(job, _OURS)
            raise

    def _done(self, job: SyncJob, watch: Callable[[Progressed], None]) -> SyncJob:
        sync_progress = SyncProgress(self.work, self.clock, job, watch)
        if not job.is_fetched:
            with sync_progress.alive(self.beat_s), sync_progress.step(Step.FETCH) as tell:
                job = self.input.read(job, tell)
        with self.work.begin(SYSTEM) as tx:
            return SyncApply(tx, self.clock, self.zone, evolve(sync_progress, job=job)).over()

    def _fail(self, job: SyncJob, text: str, *, comes_back: bool = False) -> None:
        with suppress(Error), self.work.begin(SYSTEM) as tx:
            tx.sync_jobs.fail(job, text, self.clock.now(), comes_back=comes_back)
