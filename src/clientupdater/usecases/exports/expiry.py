"""Delete the files of expired exports in batches (J5)."""

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
"""No export takes that long: an older unfinished file is left over from a dead worker."""


@frozen
class RemoveExpiredExports:
    """The export stays listed, without its file."""

    work: UnitsOfWork
    clock: Clock
    files: FileStore
    batch: int = BATCH

    def as_job(self, job_run: JobRun) -> None:
        """Delete all expired files, and unfinished ones that are left over."""
        removed, last = 0, self.batch
        while last == self.batch:
            job_run.report(Progress(done=removed, step="export_files"))
            last = self()
            removed += last
        self.files.sweep(self.clock.now() - ABANDONED_AFTER)

    def __call__(self) -> int:
        """Delete one batch; fewer than a full batch means that none is left."""
        with self.work.begin(SYSTEM) as tx:
            expired = tx.exports.expired(self.clock.now(), at_most=self.batch)
        # The files first: if we stop in between, the next run does it again.
        for export in expired:
            self.files.remove(export.file or "")
        with self.work.begin(SYSTEM) as tx:
            for export in expired:
                tx.exports.keep(evolve(export, file=None))
        return len(expired)
