"""Fetch the file of an export: whoever may not have it today does not get what was made before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import Decision, Missing
from clientupdater.domain.errors import Forbidden, Gone, NotFound
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._exporting import outgrown_by, own, require_rights

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import Export, ExportTransaction, ExportWork
    from clientupdater.ports.file_store import FileStore, StoredFile


@frozen
class FetchExport:
    """Every time it is taken away is written down (L1)."""

    work: ExportWork
    clock: Clock
    files: FileStore

    def __call__(self, caller: Caller, export: UUID) -> tuple[Export, StoredFile]:
        """Open its file. Raises Gone when its time is over, NotFound while it is not there."""
        with self.work.begin(SYSTEM) as tx:
            found = own(tx, caller, export)
        require_rights(self.work, caller, found.asked)
        self._require_sight(caller, found)
        name = self._name(found)
        with self.work.begin(SYSTEM) as tx:
            self._write_down(tx, caller, found)
            return found, self.files.read(name)

    def _require_sight(self, caller: Caller, export: Export) -> None:
        """Refuse a file that holds what its asker may not see any more, and write that down."""
        if export.file is None or (permission := outgrown_by(caller.actor, export)) is None:
            return
        found = caller.actor.found(permission)
        decision = Decision(permission, found, Missing.SIGHT_OF_THEN)
        with self.work.begin(SYSTEM) as tx:
            tx.journal.refused(caller, decision, "export", str(export.id), export.company)
        raise Forbidden(
            permission, "The file holds what you may not see any more; ask for a new export."
        )

    def _name(self, export: Export) -> str:
        now = self.clock.now()
        if export.is_gone(now):
            raise Gone
        if export.file is None:
            raise NotFound("There is no file yet; see how the export stands.")
        return export.file

    def _write_down(self, tx: ExportTransaction, caller: Caller, export: Export) -> None:
        tx.export_files.taken(export, caller.origin)
        deed = Deed(action="export.fetch", resource="export", resource_id=str(export.id))
        tx.journal.did(caller, deed)
