"""Delete one of one's own exports, its file included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.jobs import can_be_cancelled
from clientupdater.domain.permissions import Permission
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._exporting import own
from clientupdater.usecases._reading import require_reach

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import ExportTransaction, ExportWork
    from clientupdater.ports.file_store import FileStore


@frozen
class DeleteExport:
    """One that is being written finds out by itself that nobody wants it any more."""

    work: ExportWork
    clock: Clock
    files: FileStore

    def __call__(self, caller: Caller, export: UUID) -> None:
        """Delete it. Raises NotFound for anybody else's."""
        require_reach(self.work, caller, Permission.REPORTS_EXPORT, "export")
        with self.work.begin(SYSTEM) as tx:
            found = own(tx, caller, export)
            if found.job is not None:
                self._call_off(tx, found.job)
            if found.file is not None:
                # Before the row goes: what is cut off in between can be done again.
                self.files.remove(found.file)
            tx.exports.remove(export)
            deed = Deed(action="export.delete", resource="export", resource_id=str(export))
            tx.journal.did(caller, deed)

    def _call_off(self, tx: ExportTransaction, job: JobId) -> None:
        found = tx.jobs.hold(job)
        if found and can_be_cancelled(found.status):
            tx.jobs.call_off(job, self.clock.now())
