"""Exports: asked for, looked at, fetched, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.errors import Gone, InvalidInput, NotFound
from clientupdater.domain.exports import ExportFormat, ExportType, chosen_columns
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.contract import BASE, Answer, Call, Download, Endpoint
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.routes.reading import (
    ClientFilters,
    Cursor,
    Limit,
    filter_of,
)
from clientupdater.entrypoints.structuring import Many, Text, structured
from clientupdater.ports.exports import ExportKey, ExportRequest

if TYPE_CHECKING:
    from clientupdater.ports.exports import Export

MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Column = Annotated[str, Text(longest=100, shortest=1)]


@frozen(kw_only=True)
class CreateExportRequest:
    """What is to be taken out; no columns named: all of them."""

    type: ExportType
    format: ExportFormat
    filters: ClientFilters = field(factory=ClientFilters)
    columns: Annotated[tuple[Column, ...], Many(50)] = ()


@frozen(kw_only=True)
class ExportProgress:
    """How far it is."""

    done: int
    total: int | None


@frozen(kw_only=True)
class ExportJob:
    """An export as it stands; `file` is where its file is fetched, once it is there."""

    id: UUID
    type: ExportType
    format: ExportFormat
    status: JobStatus
    progress: ExportProgress | None
    row_count: int | None
    file_size: int | None
    error: str | None
    created_at: datetime
    expires_at: datetime | None
    file: str | None

    @classmethod
    def of(cls, export: Export, now: datetime) -> ExportJob:
        """Show one."""
        progress = export.progress
        return cls(
            id=export.id,
            type=export.asked.type,
            format=export.asked.format,
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
    """How one's exports are listed."""

    limit: Limit = 50
    cursor: Cursor | None = None


@frozen
class ExportsPage:
    """A page of one's exports."""

    items: tuple[ExportJob, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class _Place:
    """A place in the list, as a cursor carries it."""

    created_at: datetime
    id: UUID


def _address(export: Export) -> str:
    return f"{BASE}/exports/{export.id}"


def create_export(call: Call) -> Answer:
    """Ask for an export."""
    new_export: CreateExportRequest = call.body
    asked = ExportRequest(
        type=new_export.type,
        format=new_export.format,
        filter=filter_of(call.caller, new_export.filters),
        columns=chosen_columns(new_export.type, new_export.columns),
    )
    export = call.app.exports.create(call.caller, asked)
    return Answer(value=_shown(call, export), location=_address(export))


def list_exports(call: Call) -> ExportsPage:
    """List one's own."""
    asked: ExportsQuery = call.query
    page = call.app.exports.list(call.caller, after=_place(call, asked.cursor), limit=asked.limit)
    cursor = sealed_cursor(call, page.after) if page.after else None
    return ExportsPage(tuple(_shown(call, export) for export in page.items), cursor, page.has_more)


def get_export(call: Call) -> ExportJob:
    """Show one."""
    return _shown(call, call.app.exports.show(call.caller, call.path["export"]))


def download_export(call: Call) -> Answer:
    """Send its file."""
    export, file = call.app.exports.fetch(call.caller, call.path["export"])
    name = f"{export.asked.type}-{export.created_at:%Y%m%d-%H%M%S}.{export.asked.format}"
    media_type = MEDIA_TYPES[export.asked.format]
    sent = Download(name=name, media_type=media_type, size=file.size, chunks=file.chunks)
    return Answer(value=sent)


def delete_export(call: Call) -> None:
    """Delete it."""
    call.app.exports.delete(call.caller, call.path["export"])


def _shown(call: Call, export: Export) -> ExportJob:
    return ExportJob.of(export, call.app.exports.clock.now())


def _place(call: Call, cursor: str | None) -> ExportKey | None:
    if cursor is None:
        return None
    try:
        place = structured(opened_cursor(call, cursor), _Place)
    except InvalidInput as error:
        raise Rejected(400, "invalid_cursor", "The cursor is of another version.") from error
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
        "Take clients, where they stand or a report out as a file: a worker writes it.",
        create_export,
        body=CreateExportRequest,
        answers=ExportJob,
        status=202,
        counts_as=Activity.EXPORT,
    ),
    _endpoint(
        "GET",
        "/exports",
        "One's own exports, the newest first.",
        list_exports,
        query=ExportsQuery,
        answers=ExportsPage,
    ),
    _endpoint(
        "GET",
        "/exports/{export}",
        "How an export stands.",
        get_export,
        answers=ExportJob,
        errors=(NotFound,),
    ),
    _endpoint(
        "GET",
        "/exports/{export}/file",
        "The file of an export.",
        download_export,
        downloads=tuple(MEDIA_TYPES.values()),
        errors=(NotFound, Gone),
    ),
    _endpoint(
        "DELETE",
        "/exports/{export}",
        "Delete an export and its file.",
        delete_export,
        status=204,
        errors=(NotFound,),
    ),
)
