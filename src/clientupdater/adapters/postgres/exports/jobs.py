"""Exports and their files, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import psycopg
from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.jobs.queue import progress_of
from clientupdater.domain.access_scope import Reach
from clientupdater.domain.exports import ExportFormat, ExportType
from clientupdater.domain.ids import BranchId, CompanyId, JobId, PersonId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.exports import Export, ExportAsked
from clientupdater.ports.filter_codec import read_filter, told_filter
from clientupdater.ports.read_models import PersonName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.callers import Origin
    from clientupdater.ports.exports import ExportKey

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

QUERIES = named_queries("exports/jobs.sql")


@frozen
class PostgresExports:
    """What was asked for."""

    _connection: Connection

    def add(self, export: Export) -> None:
        """Put down a new one."""
        asked = export.asked
        told = {
            "id": export.id,
            "type": str(asked.type),
            "format": str(asked.format),
            "parameters": Jsonb(
                {"filters": told_filter(asked.filter), "columns": list(asked.columns)}
            ),
            "company": export.company,
            "job": export.job,
            "asked_by": export.asked_by.id,
            "created_at": export.created_at,
        }
        self._connection.execute(QUERIES["add"], told)

    def find(self, export: UUID) -> Export | None:
        """Find one, and keep others from changing it."""
        found = self._connection.execute(QUERIES["find"], {"export": export}).fetchone()
        return _export(found) if found else None

    def of_person(self, person: UUID, *, after: ExportKey | None, at_most: int) -> Sequence[Export]:
        """List somebody's, the newest first."""
        told = {
            "person": person,
            "before_at": after and after.created_at,
            "before_id": after and after.id,
            "at_most": at_most,
        }
        return [_export(row) for row in self._connection.execute(QUERIES["of_person"], told)]

    def keep(self, export: Export) -> None:
        """Keep what became of it."""
        told = {
            "id": export.id,
            "status": str(export.status),
            "file": export.file,
            "file_size": export.file_size,
            "row_count": export.row_count,
            "error": export.error,
            "started_at": export.started_at,
            "completed_at": export.completed_at,
            "expires_at": export.expires_at,
            "sight": export.sight and Jsonb(_told_sight(export.sight)),
        }
        self._connection.execute(QUERIES["keep"], told)

    def remove(self, export: UUID) -> None:
        """Forget it."""
        self._connection.execute(QUERIES["remove"], {"export": export})


@frozen
class PostgresExportFiles:
    """The files of exports."""

    _connection: Connection

    def expired(self, now: datetime, *, at_most: int) -> Sequence[Export]:
        """List some whose file is there although their time is over."""
        told = {"now": now, "at_most": at_most}
        return [_export(row) for row in self._connection.execute(QUERIES["expired"], told)]

    def taken(self, export: Export, origin: Origin) -> None:
        """Write down that somebody took the data away."""
        filters = told_filter(export.asked.filter)
        told = {
            "actor": export.asked_by.id,
            "company": export.company,
            "subject": str(export.asked.type),
            "rows": export.row_count,
            "details": Jsonb({"export": str(export.id), "filters": filters, **origin.record}),
            "request_id": origin.request_id,
            "ip_address": origin.ip_address,
        }
        self._connection.execute(QUERIES["taken"], told)


def _export(row: Sequence[Any]) -> Export:
    id_, kind, form, parameters, person, name, created_at, company, status, job, *rest = row
    progress, started_at, completed_at, expires_at, file, size, rows, error, sight = rest
    return Export(
        id=id_,
        asked=_asked(kind, form, parameters),
        asked_by=PersonName(PersonId(person), name),
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
        sight=sight and _sight(PersonId(person), sight),
    )


def _told_sight(sight: Mapping[Permission, Reach]) -> dict[str, object]:
    return {
        str(permission): {
            "everywhere": reach.everywhere,
            "scopes": {str(company): scope for company, scope in reach.scopes.items()},
            "branches": sorted(map(str, reach.direct_branches)),
            "territory": sorted(map(str, reach.area_branches)),
        }
        for permission, reach in sight.items()
    }


def _sight(person: PersonId, told: Mapping[str, Any]) -> dict[Permission, Reach]:
    return {
        Permission(permission): Reach(
            actor=person,
            everywhere=reach["everywhere"] and Scope(reach["everywhere"]),
            scopes={CompanyId(UUID(c)): Scope(scope) for c, scope in reach["scopes"].items()},
            direct_branches=frozenset(BranchId(UUID(each)) for each in reach["branches"]),
            area_branches=frozenset(BranchId(UUID(each)) for each in reach["territory"]),
        )
        for permission, reach in told.items()
    }


def _asked(kind: str, form: str, parameters: Mapping[str, Any]) -> ExportAsked:
    return ExportAsked(
        type=ExportType(kind),
        format=ExportFormat(form),
        filter=read_filter(parameters.get("filters", {})),
        columns=tuple(parameters.get("columns", ())),
    )
