"""Remove the files of exports whose time is over, some at a time (J5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.ports.queue import Progress
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.file_store import FileStore
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.unit_of_work import UnitsOfWork

BATCH = 100
ABANDONED_AFTER = timedelta(days=1)
"""No export takes that long: what was begun before is left over from a writer who died."""


@frozen
class RemoveExpiredExports:
    """The export stays listed, and says that it is gone."""

    work: UnitsOfWork
    clock: Clock
    files: FileStore
    batch: int = BATCH

    def as_job(self, job_run: JobRun) -> None:
        """Remove them all, and what was left behind."""
        removed, last = 0, self.batch
        while last == self.batch:
            job_run.report(Progress(done=removed, step="export_files"))
            last = self()
            removed += last
        self.files.sweep(self.clock.now() - ABANDONED_AFTER)

    def __call__(self) -> int:
        """Remove some; fewer than a batch, it was all."""
        with self.work.begin(SYSTEM) as tx:
            expired = tx.exports.expired(self.clock.now(), at_most=self.batch)
        # The files first: what is cut off in between is done again.
        for export in expired:
            self.files.remove(export.file or "")
        with self.work.begin(SYSTEM) as tx:
            for export in expired:
                tx.exports.keep(evolve(export, file=None))
        return len(expired)
