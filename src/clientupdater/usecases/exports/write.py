"""Write an export with the rights of the person who asked, or not at all (A7, A10)."""

from __future__ import annotations

from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import Error, Refused, Unavailable
from clientupdater.domain.ids import PersonId
from clientupdater.domain.jobs import JobStatus, is_lasting
from clientupdater.domain.periods import business_day
from clientupdater.ports.exports import TableRequest
from clientupdater.ports.filter_codec import encode_filter, encode_query
from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.queue import Progress
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.exports.authorization import current_scopes, needed
from clientupdater.usecases.exports.report_table import ReportTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, tzinfo

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.exports import ExportFormat
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import Export, ReportRequest, SheetForm, Table
    from clientupdater.ports.file_store import Draft, FileStore
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.queue import Job
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.exports.report_table import ReportReaders

JUDGED_EVERY = 20_000
"""Rows after which the rights are checked again."""
_UNFORESEEN = "An unexpected error; the log has the details."


class _Deleted(Exception):
    """The export was deleted."""


@frozen
class _Written:
    name: str
    size: int
    rows: int


@frozen(kw_only=True)
class WriteExport:
    """A file is complete or absent; the export ends in the same transaction as its job."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    files: FileStore
    forms: Mapping[ExportFormat, SheetForm]
    reports: ReportReaders
    """By the names that requests use."""
    keep_for: timedelta = timedelta(days=30)
    judged_every: int = JUDGED_EVERY

    def __call__(self, job_run: JobRun) -> None:
        """Write the file; an error is noted on the export as well."""
        export = UUID(str(job_run.job.arguments["export"]))
        try:
            self._write(job_run, export)
        except Interrupted:
            raise
        except _Deleted:
            return
        except Exception as error:
            # Without the database, only the job has the error.
            with suppress(Unavailable):
                self._note_failure(job_run.job, export, error)
            raise

    def _write(self, job_run: JobRun, id_: UUID) -> None:
        export, scopes = self._begun(id_)
        if export.status is JobStatus.COMPLETED:
            return
        name = self._name(export, job_run.job.attempts)
        for earlier in range(1, job_run.job.attempts):
            self.files.remove(self._name(export, earlier))
        with self.files.writing(name) as draft:
            rows = self._filled(job_run, export, scopes, draft)
            size = draft.tell()
        try:
            with job_run.finishing():
                self._complete(id_, _Written(name, size, rows))
        except (Refused, _Deleted, Interrupted):
            # After any other error the commit may have happened; the next attempt sees.
            self.files.remove(name)
            raise

    def _name(self, export: Export, attempt: int) -> str:
        """Each attempt has a file of its own, so that a late one does not touch it."""
        return f"{export.id}-{attempt}.{export.request.format}"

    def _begun(self, id_: UUID) -> tuple[Export, tuple[AccessScope, ...]]:
        export, scopes = self._judged(id_)
        if export.status is not JobStatus.COMPLETED:
            with self.work.begin(SYSTEM) as tx:
                now = self.clock.now()
                export = evolve(
                    export,
                    status=JobStatus.PROCESSING,
                    started_at=now,
                    error=None,
                    rls_scope=dict(zip(needed(export.request), scopes, strict=True)),
                )
                tx.exports.keep(export)
        return export, scopes

    def _judged(self, id_: UUID) -> tuple[Export, tuple[AccessScope, ...]]:
        with self.work.begin(SYSTEM) as tx:
            export = tx.exports.find(id_)
            if export is None:
                raise _Deleted
            return export, current_scopes(tx, export, self.clock.now())

    def _filled(
        self, job_run: JobRun, export: Export, scopes: tuple[AccessScope, ...], draft: Draft
    ) -> int:
        with self._opened(export, scopes) as table:
            total, rows, judged_at = table.count(), 0, 0
            cover = self._cover(export, table, total)
            form = self.forms[export.request.format]
            with closing(form(cover, table, draft)) as written:
                for rows in written:
                    job_run.report(Progress(done=rows, total=total, step="writing"))
                    if rows - judged_at >= self.judged_every:
                        self._judged(export.id)
                        judged_at = rows
        return rows

    @contextmanager
    def _opened(self, export: Export, scopes: tuple[AccessScope, ...]) -> Iterator[Table]:
        """Open the table of a report, or one of rows as they are at one moment."""
        if export.request.report is not None:
            yield self._report(export, export.request.report)
            return
        with self.work.snapshot(scopes[-1]) as open_table:
            yield open_table(self._table(export, scopes))

    def _report(self, export: Export, request: ReportRequest) -> ReportTable:
        """Read a report as the person who asked would read it now."""
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            actor = tx.people.actor(PersonId(export.requested_by.id), now)
        if actor is None:
            raise Refused("The person who asked for this export may no longer have it.")
        report = self.reports[request.name](Caller(actor), request.query)
        return ReportTable(report, report.as_of or now)

    def _table(self, export: Export, scopes: tuple[AccessScope, ...]) -> TableRequest:
        now = self.clock.now()
        return TableRequest(
            request=export.request,
            scopes=scopes,
            today=business_day(now, self.zone),
            now=now,
            zone=self.zone,
        )

    def _cover(self, export: Export, table: Table, total: int) -> Mapping[str, str]:
        request = export.request
        report = request.report
        filters = encode_query(report.query) if report else encode_filter(request.filter)
        return {
            "export": str(report.name if report else request.type),
            "made for": export.requested_by.name,
            "asked at": self._moment(export.created_at),
            "as of": self._moment(table.as_of),
            "filters": "; ".join(f"{name}={value}" for name, value in filters.items()) or "none",
            "scope": table.scope,
            "rows": str(total),
        }

    def _moment(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).isoformat(timespec="seconds")

    def _complete(self, id_: UUID, written: _Written) -> None:
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            export = tx.exports.find(id_)
            if export is None:
                raise _Deleted
            current_scopes(tx, export, self.clock.now())
            done = evolve(
                export,
                status=JobStatus.COMPLETED,
                file=written.name,
                file_size=written.size,
                row_count=written.rows,
                error=None,
                completed_at=now,
                expires_at=now + self.keep_for,
            )
            tx.exports.keep(done)

    def _note_failure(self, job: Job, id_: UUID, error: Exception) -> None:
        known = error if isinstance(error, Error) else None
        is_over = job.attempts >= job.max_attempts or (known is not None and is_lasting(known))
        with self.work.begin(SYSTEM) as tx:
            export = tx.exports.find(id_)
            if export is None:
                return
            status = JobStatus.FAILED if is_over else JobStatus.PENDING
            result = known.message if known else _UNFORESEEN
            tx.exports.keep(evolve(export, status=status, error=result))
