"""Exports of clients, their status or a report to a file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.errors import Gone, NotFound
from clientupdater.domain.exports import ExportFormat, ExportType, chosen_columns
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.contract import BASE, Call, Download, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.clients import (
    ClientFilters,
    filter_of,
)
from clientupdater.entrypoints.http.routes.fields import Cursor, Limit
from clientupdater.entrypoints.http.routes.report_choice import ReportChoice, report_request
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.ports.exports import ExportKey, ExportRequest

if TYPE_CHECKING:
    from clientupdater.ports.exports import Export as StoredExport

MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Column = Annotated[str, Text(longest=100, shortest=1)]


@frozen(kw_only=True)
class CreateExportRequest:
    """What the file holds, and its format."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "type": "clients",
        "format": "csv",
        "filters": {"branch": "QC01"},
        "columns": ["client_code", "full_name"],
    }

    type: ExportType
    format: ExportFormat
    filters: ClientFilters = field(factory=ClientFilters)
    columns: Annotated[tuple[Column, ...], Many(50)] = ()
    report: Annotated[
        ReportChoice | None,
        About(
            "Of the type report: which one; its filters are among its parameters, and it has all"
            " columns. Left out: the counts of each branch and period."
        ),
    ] = None


@frozen(kw_only=True)
class ExportProgress:
    """How far an export is."""

    done: int
    total: int | None


@frozen(kw_only=True)
class Export:
    """An export."""

    id: UUID
    type: ExportType
    format: ExportFormat
    status: Annotated[JobStatus, About("The state of the export.", "completed")]
    progress: ExportProgress | None
    row_count: int | None
    file_size: int | None
    error: str | None
    created_at: datetime
    expires_at: datetime | None
    file: str | None

    @classmethod
    def of(cls, export: StoredExport, now: datetime) -> Export:
        progress = export.progress
        return cls(
            id=export.id,
            type=export.request.type,
            format=export.request.format,
            status=export.status,
            progress=ExportProgress(done=progress.done, total=progress.total) if progress else None,
            row_count=export.row_count,
            file_size=export.file_size,
            error=export.error,
            created_at=export.created_at,
            expires_at=export.expires_at,
            file=f"{_address(export)}/file" if export.is_ready(now) else None,
        )


@frozen(kw_only=True)
class ExportsQuery:
    """Which page of the exports."""

    limit: Limit = 50
    cursor: Cursor | None = None


@frozen
class ExportsPage:
    """A page of exports, the newest first."""

    items: tuple[Export, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class _Place:
    """A place in the list, as a cursor carries it."""

    created_at: datetime
    id: UUID


def _address(export: StoredExport) -> str:
    return f"{BASE}/exports/{export.id}"


def create_export(call: Call) -> Result:
    """Start to write clients, their status or a report to a file. A worker writes it; read the
    export until it has a `file`.
    """
    new_export: CreateExportRequest = call.body
    report = new_export.report
    request = ExportRequest(
        type=new_export.type,
        format=new_export.format,
        filter=filter_of(call.caller, new_export.filters),
        columns=chosen_columns(new_export.type, new_export.columns),
        report=report_request(call.caller, report) if report else None,
    )
    export = call.app.exports.create(call.caller, request)
    return Result(value=_shown(call, export), location=_address(export))


def list_exports(call: Call) -> ExportsPage:
    """List your exports, the newest first."""
    query: ExportsQuery = call.query
    page = call.app.exports.list(call.caller, after=_place(call, query.cursor), limit=query.limit)
    cursor = sealed_cursor(call, page.after) if page.after else None
    return ExportsPage(tuple(_shown(call, export) for export in page.items), cursor, page.has_more)


def get_export(call: Call) -> Export:
    """Show an export and how far it is."""
    return _shown(call, call.app.exports.show(call.caller, call.path["export"]))


def download_export(call: Call) -> Result:
    """Download the file. The permission is checked again."""
    export, file = call.app.exports.fetch(call.caller, call.path["export"])
    name = f"{export.request.type}-{export.created_at:%Y%m%d-%H%M%S}.{export.request.format}"
    media_type = MEDIA_TYPES[export.request.format]
    sent = Download(name=name, media_type=media_type, size=file.size, chunks=file.chunks)
    return Result(value=sent)


def delete_export(call: Call) -> None:
    """Delete an export and its file."""
    call.app.exports.delete(call.caller, call.path["export"])


def _shown(call: Call, export: StoredExport) -> Export:
    return Export.of(export, call.app.exports.clock.now())


def _place(call: Call, cursor: str | None) -> ExportKey | None:
    if cursor is None:
        return None
    place = opened_place(call, cursor, _Place)
    return ExportKey(place.created_at, place.id)


def _endpoint(method: str, path: str, summary: str, handle: Any, **others: Any) -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        summary=summary,
        handle=handle,
        permission=Permission.REPORTS_EXPORT,
        **others,
    )


ENDPOINTS = (
    _endpoint(
        "POST",
        "/exports",
        "Create an export",
        create_export,
        body=CreateExportRequest,
        answers=Export,
        status=202,
        has_location=True,
        counts_as=Activity.EXPORT,
    ),
    _endpoint(
        "GET",
        "/exports",
        "List my exports",
        list_exports,
        query=ExportsQuery,
        answers=ExportsPage,
    ),
    _endpoint(
        "GET",
        "/exports/{export}",
        "Get an export",
        get_export,
        answers=Export,
        errors=(NotFound,),
    ),
    _endpoint(
        "GET",
        "/exports/{export}/file",
        "Download an export",
        download_export,
        downloads=tuple(MEDIA_TYPES.values()),
        errors=(NotFound, Gone),
    ),
    _endpoint(
        "DELETE",
        "/exports/{export}",
        "Delete an export",
        delete_export,
        status=204,
        errors=(NotFound,),
    ),
)
