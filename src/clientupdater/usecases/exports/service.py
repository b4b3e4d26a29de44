"""Exports: create them, list them, fetch and delete their files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, frozen

from clientupdater.domain.access import Decision, Missing
from clientupdater.domain.access_scope import over_nothing
from clientupdater.domain.errors import Forbidden, Gone, InvalidInput, NotFound
from clientupdater.domain.exports import COLUMNS, ExportType
from clientupdater.domain.jobs import can_be_cancelled
from clientupdater.domain.permissions import Permission
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.exports import Export, ExportKey
from clientupdater.ports.filter_codec import encode_filter, encode_query
from clientupdater.ports.lists import ClientQuery, Page, StaffMember
from clientupdater.ports.queue import EXPORT_QUEUE, NewJob
from clientupdater.usecases.clients.lists import read_context, require_scope
from clientupdater.usecases.exports.authorization import outgrown_by, own, require_rights, shown_to

if TYPE_CHECKING:
    from datetime import tzinfo
    from uuid import UUID

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import ExportRequest
    from clientupdater.ports.file_store import FileStore, StoredFile
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

JOB = "export"


@frozen
class Exports:
    """A worker writes the file; the right is judged again when the file is fetched."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    files: FileStore

    def create(self, caller: Caller, request: ExportRequest) -> Export:
        """Create an export with the job that writes it (J2).

        Raises InvalidInput where the filter names an unknown code.
        """
        _require_whole_report(request)
        result = require_rights(self.work, caller, request)
        export = Export(
            id=uuid4(),
            request=request,
            requested_by=StaffMember(caller.actor.id, ""),
            created_at=self.clock.now(),
            company=_only_company(result[0]),
        )
        with self.work.begin(result[-1]) as tx:
            # The lists read the filter first: what they do not know, no worker will.
            query = ClientQuery(filter=request.filter, limit=1)
            tx.read_models.clients(query, read_context(caller, self.clock, self.zone))
            self._put_down(tx, caller, export)
            return tx.exports.find(export.id) or export

    def _put_down(self, tx: Transaction, caller: Caller, export: Export) -> None:
        job = NewJob(
            name=JOB,
            queue=EXPORT_QUEUE,
            arguments={"export": str(export.id)},
            company=export.company,
            requested_by=caller.actor.id,
        )
        tx.exports.add(evolve(export, job=tx.jobs.enqueue(job, export.created_at)))
        request = export.request
        values: dict[str, object] = {"filters": encode_filter(request.filter)}
        if request.report is not None:
            report = request.report
            values = {"report": str(report.name), "params": encode_query(report.query)}
        entry = LoggedAction(
            action="export.create",
            resource="export",
            resource_id=str(export.id),
            details={"type": request.type, "format": request.format, **values},
        )
        tx.audit.log_action(caller, entry)

    def show(self, caller: Caller, export: UUID) -> Export:
        """Show one of the caller's exports. Raises NotFound for another person's."""
        require_scope(self.work, caller, Permission.REPORTS_EXPORT, "export")
        with self.work.begin(over_nothing(caller.actor.id)) as tx:
            return shown_to(caller.actor, own(tx, caller, export))

    def list(
        self, caller: Caller, *, after: ExportKey | None = None, limit: int = 50
    ) -> Page[Export, ExportKey]:
        """List a page of the caller's exports, the newest first."""
        require_scope(self.work, caller, Permission.REPORTS_EXPORT, "export")
        with self.work.begin(over_nothing(caller.actor.id)) as tx:
            result = tx.exports.of_person(caller.actor.id, after=after, at_most=limit + 1)
        shown = tuple(shown_to(caller.actor, each) for each in result[:limit])
        more = len(result) > limit
        return Page(shown, ExportKey(shown[-1].created_at, shown[-1].id) if more else None)

    def fetch(self, caller: Caller, export: UUID) -> tuple[Export, StoredFile]:
        """Open the file, and log the access (L1).

        Raises NotFound while there is no file yet, and Gone once it has expired.
        """
        with self.work.begin(over_nothing(caller.actor.id)) as tx:
            result = own(tx, caller, export)
        require_rights(self.work, caller, result.request)
        self._require_scope(caller, result)
        name = self._name(result)
        with self.work.begin(over_nothing(caller.actor.id)) as tx:
            self._write_down(tx, caller, result)
            return result, self.files.read(name)

    def _require_scope(self, caller: Caller, export: Export) -> None:
        """Refuse, and log, a file with data that the caller may no longer see."""
        if export.file is None or (permission := outgrown_by(caller.actor, export)) is None:
            return
        result = caller.actor.grants_of(permission)
        decision = Decision(permission, result, Missing.SCOPE_OF_FILE)
        with self.work.begin(over_nothing(caller.actor.id)) as tx:
            tx.audit.log_refusal(caller, decision, "export", str(export.id), export.company)
        raise Forbidden(
            permission, "The file holds what you may not see any more; ask for a new export."
        )

    def _name(self, export: Export) -> str:
        now = self.clock.now()
        if export.is_gone(now):
            raise Gone
        if export.file is None:
            raise NotFound("There is no file yet; see the export's status.")
        return export.file

    def _write_down(self, tx: Transaction, caller: Caller, export: Export) -> None:
        tx.exports.taken(export, caller.origin)
        entry = LoggedAction(action="export.fetch", resource="export", resource_id=str(export.id))
        tx.audit.log_action(caller, entry)

    def delete(self, caller: Caller, export: UUID) -> None:
        """Delete an export and its file. Raises NotFound for another person's.

        A worker that is writing it notices, and stops.
        """
        require_scope(self.work, caller, Permission.REPORTS_EXPORT, "export")
        with self.work.begin(over_nothing(caller.actor.id)) as tx:
            result = own(tx, caller, export)
            if result.job is not None:
                self._call_off(tx, result.job)
            if result.file is not None:
                # Before the row goes: what is cut off in between can be done again.
                self.files.remove(result.file)
            tx.exports.remove(export)
            entry = LoggedAction(action="export.delete", resource="export", resource_id=str(export))
            tx.audit.log_action(caller, entry)

    def _call_off(self, tx: Transaction, job: JobId) -> None:
        result = tx.jobs.lock(job)
        if result and can_be_cancelled(result.status):
            tx.jobs.call_off(job, self.clock.now())


def _only_company(access_scope: AccessScope) -> CompanyId | None:
    """Name the one company that the scope covers; None where it covers more."""
    companies = list(access_scope.scopes)
    return companies[0] if access_scope.everywhere is None and len(companies) == 1 else None


def _require_whole_report(request: ExportRequest) -> None:
    if request.report is None:
        return
    if request.type is not ExportType.REPORT:
        raise InvalidInput.of("/report", "goes with the type report")
    if request.columns != tuple(COLUMNS[request.type]):
        raise InvalidInput.of("/columns", "a report has all its columns; name none")
