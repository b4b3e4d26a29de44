"""Exports over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.jobs.queue import progress_of
from clientupdater.domain.access_scope import AccessScope
from clientupdater.domain.exports import ExportFormat, ExportType
from clientupdater.domain.ids import BranchId, CompanyId, JobId, PersonId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.exports import (
    REPORT_QUERIES,
    Export,
    ExportRequest,
    ReportName,
    ReportRequest,
)
from clientupdater.ports.filter_codec import (
    decode_filter,
    decode_query,
    encode_filter,
    encode_query,
)
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.callers import Origin
    from clientupdater.ports.exports import ExportKey


QUERIES = named_queries("exports/jobs.sql")


@frozen
class PostgresExports:
    _connection: Connection

    def add(self, export: Export) -> None:
        request = export.request
        values = {
            "id": export.id,
            "type": str(request.type),
            "format": str(request.format),
            "parameters": Jsonb(_parameters(request)),
            "company": export.company,
            "job": export.job,
            "requested_by": export.requested_by.id,
            "created_at": export.created_at,
        }
        self._connection.execute(QUERIES["add"], values)

    def find(self, export: UUID) -> Export | None:
        row = self._connection.execute(QUERIES["find"], {"export": export}).fetchone()
        return _export(row) if row else None

    def of_person(self, person: UUID, *, after: ExportKey | None, at_most: int) -> Sequence[Export]:
        values = {
            "person": person,
            "before_at": after and after.created_at,
            "before_id": after and after.id,
            "at_most": at_most,
        }
        return [_export(row) for row in self._connection.execute(QUERIES["of_person"], values)]

    def keep(self, export: Export) -> None:
        values = {
            "id": export.id,
            "status": str(export.status),
            "file": export.file,
            "file_size": export.file_size,
            "row_count": export.row_count,
            "error": export.error,
            "started_at": export.started_at,
            "completed_at": export.completed_at,
            "expires_at": export.expires_at,
            "sight": export.rls_scope and Jsonb(_stored_scope(export.rls_scope)),
        }
        self._connection.execute(QUERIES["keep"], values)

    def remove(self, export: UUID) -> None:
        self._connection.execute(QUERIES["remove"], {"export": export})

    def expired(self, now: datetime, *, at_most: int) -> Sequence[Export]:
        values = {"now": now, "at_most": at_most}
        return [_export(row) for row in self._connection.execute(QUERIES["expired"], values)]

    def taken(self, export: Export, origin: Origin) -> None:
        filters = encode_filter(export.request.filter)
        values = {
            "actor": export.requested_by.id,
            "company": export.company,
            "subject": str(export.request.type),
            "rows": export.row_count,
            "details": Jsonb({"export": str(export.id), "filters": filters, **origin.record}),
            "request_id": origin.request_id,
            "ip_address": origin.ip_address,
        }
        self._connection.execute(QUERIES["taken"], values)


def _export(row: Sequence[Any]) -> Export:
    id_, kind, form, parameters, person, name, created_at, company, status, job, *rest = row
    progress, started_at, completed_at, expires_at, file, size, rows, error, rls_scope = rest
    return Export(
        id=id_,
        request=_request(kind, form, parameters),
        requested_by=StaffMember(PersonId(person), name),
        created_at=created_at,
        company=company and CompanyId(company),
        status=JobStatus(status),
        job=job and JobId(job),
        progress=progress_of(progress),
        started_at=started_at,
        completed_at=completed_at,
        expires_at=expires_at,
        file=file,
        file_size=size,
        row_count=rows,
        error=error,
        rls_scope=rls_scope and _read_scope(PersonId(person), rls_scope),
    )


def _stored_scope(rls_scope: Mapping[Permission, AccessScope]) -> dict[str, object]:
    return {
        str(permission): {
            "everywhere": access_scope.everywhere,
            "scopes": {str(company): scope for company, scope in access_scope.scopes.items()},
            "branches": sorted(map(str, access_scope.direct_branches)),
            "territory": sorted(map(str, access_scope.area_branches)),
            "stands_in_for": sorted(map(str, access_scope.stands_in_for)),
        }
        for permission, access_scope in rls_scope.items()
    }


def _read_scope(person: PersonId, values: Mapping[str, Any]) -> dict[Permission, AccessScope]:
    return {
        Permission(permission): AccessScope(
            actor=person,
            everywhere=access_scope["everywhere"] and Scope(access_scope["everywhere"]),
            scopes={
                CompanyId(UUID(c)): Scope(scope) for c, scope in access_scope["scopes"].items()
            },
            direct_branches=frozenset(BranchId(UUID(each)) for each in access_scope["branches"]),
            area_branches=frozenset(BranchId(UUID(each)) for each in access_scope["territory"]),
            stands_in_for=frozenset(
                PersonId(UUID(each)) for each in access_scope.get("stands_in_for", ())
            ),
        )
        for permission, access_scope in values.items()
    }


def _parameters(request: ExportRequest) -> dict[str, object]:
    report = request.report and {
        "name": str(request.report.name),
        "params": encode_query(request.report.query),
    }
    return {
        "filters": encode_filter(request.filter),
        "columns": list(request.columns),
        **({"report": report} if report else {}),
    }


def _request(kind: str, form: str, parameters: Mapping[str, Any]) -> ExportRequest:
    return ExportRequest(
        type=ExportType(kind),
        format=ExportFormat(form),
        filter=decode_filter(parameters.get("filters", {})),
        columns=tuple(parameters.get("columns", ())),
        report=_report(**parameters["report"]) if "report" in parameters else None,
    )


def _report(name: str, params: Mapping[str, Any]) -> ReportRequest:
    known = ReportName(name)
    return ReportRequest(name=known, query=decode_query(REPORT_QUERIES[known], params))
