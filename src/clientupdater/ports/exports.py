"""Exports, and the tables that they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.exports import COLUMNS, is_over
from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.reports import (
    CompletionQuery,
    DashboardQuery,
    PaceQuery,
    PlaceQuery,
    TrendQuery,
)
from clientupdater.ports.staff_reports import SignalsQuery, StaffQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import date, datetime, tzinfo

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.exports import ExportFormat, ExportType, Kind
    from clientupdater.domain.ids import CompanyId, JobId
    from clientupdater.domain.permissions import Permission
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.file_store import Draft
    from clientupdater.ports.lists import StaffMember
    from clientupdater.ports.queue import Progress


class ReportName(StrEnum):
    """A report, by the last part of its path; the dashboard by the first."""

    AGEING = "ageing"
    BALANCE = "balance"
    COMPLETION = "completion"
    DASHBOARD = "dashboard"
    PACE = "pace"
    SIGNALS = "signals"
    STAFF = "staff"
    TREND = "trend"
    UNTOUCHED = "untouched"


ReportQuery: TypeAlias = (
    PlaceQuery
    | CompletionQuery
    | DashboardQuery
    | PaceQuery
    | SignalsQuery
    | StaffQuery
    | TrendQuery
)

REPORT_QUERIES: Mapping[ReportName, type[ReportQuery]] = {
    ReportName.AGEING: PlaceQuery,
    ReportName.BALANCE: PlaceQuery,
    ReportName.COMPLETION: CompletionQuery,
    ReportName.DASHBOARD: DashboardQuery,
    ReportName.PACE: PaceQuery,
    ReportName.SIGNALS: SignalsQuery,
    ReportName.STAFF: StaffQuery,
    ReportName.TREND: TrendQuery,
    ReportName.UNTOUCHED: PlaceQuery,
}


@frozen(kw_only=True)
class ReportRequest:
    """A report, and what is asked of it."""

    name: ReportName
    query: ReportQuery


@frozen(kw_only=True)
class ExportRequest:
    """What to export, and in which form."""

    type: ExportType
    format: ExportFormat
    filter: ClientFilter
    columns: tuple[str, ...]
    report: ReportRequest | None = None
    """Of the type report: which one; None for the counts of each branch and period."""

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Its columns, each with the kind of its cells."""
        return {name: COLUMNS[self.type][name] for name in self.columns}


@frozen(kw_only=True)
class Export:
    id: UUID
    request: ExportRequest
    requested_by: StaffMember
    created_at: datetime
    company: CompanyId | None = None
    """Set if the export holds one company's clients only."""
    status: JobStatus = JobStatus.PENDING
    job: JobId | None = None
    progress: Progress | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    expires_at: datetime | None = None
    file: str | None = None
    """The name in the file store; None before the file exists and after it was removed."""
    file_size: int | None = None
    row_count: int | None = None
    error: str | None = None
    rls_scope: Mapping[Permission, AccessScope] | None = field(default=None, repr=False)
    """The requester's scope when the file was written; None: not recorded (A10)."""

    def is_gone(self, now: datetime) -> bool:
        """Whether the file has expired."""
        return self.status is JobStatus.COMPLETED and is_over(self.expires_at, now)

    def is_ready(self, now: datetime) -> bool:
        """Whether the file can be downloaded."""
        return self.file is not None and not is_over(self.expires_at, now)


@frozen
class ExportKey:
    """A place in a person's list of exports."""

    created_at: datetime
    id: UUID


class Exports(Protocol):
    """Exports that people asked for; the status takes the job into account, since that may die."""

    def add(self, export: Export) -> None: ...

    def find(self, export: UUID) -> Export | None:
        """Find an export and lock it until the transaction ends."""
        ...

    def of_person(self, person: UUID, *, after: ExportKey | None, at_most: int) -> Sequence[Export]:
        """List a person's exports, the newest first."""
        ...

    def keep(self, export: Export) -> None:
        """Store an export's state."""
        ...

    def remove(self, export: UUID) -> None: ...

    def expired(self, now: datetime, *, at_most: int) -> Sequence[Export]:
        """List exports whose files have expired and still exist."""
        ...

    def taken(self, export: Export, origin: Origin) -> None:
        """Record a download in the access log, where it stays for good (L2)."""
        ...


# --- tables


@frozen(kw_only=True)
class TableRequest:
    """A table to be read: it holds only what is within every scope (A10)."""

    request: ExportRequest
    scopes: tuple[AccessScope, ...]
    """One for each permission; the last one is the scope of the snapshot."""
    today: date
    now: datetime
    zone: tzinfo
    """Moments are written in this zone."""


@frozen
class Lines:
    """Some rows as CSV."""

    text: bytes
    rows: int


class Table(Protocol):
    """Rows of one moment, read as they are needed."""

    @property
    def columns(self) -> Mapping[str, Kind]:
        """The columns in their order, each with the kind of its cells."""
        ...

    @property
    def as_of(self) -> datetime:
        """The moment of the snapshot."""
        ...

    @property
    def scope(self) -> str:
        """The requester's scope, in words."""
        ...

    def count(self) -> int: ...

    def lines(self) -> Generator[Lines]:
        """Read lines of CSV; no text in them is a formula."""
        ...

    def rows(self) -> Generator[Sequence[tuple[str, ...]]]:
        """Read some rows at a time: days as a spreadsheet counts them, booleans as 1 and 0.

        A cell without a value is EMPTY.
        """
        ...


Snapshot: TypeAlias = "Callable[[TableRequest], Table]"
"""Opens a table as it is at one moment; raises InvalidInput for an unknown code."""

SheetForm: TypeAlias = "Callable[[Mapping[str, str], Table, Draft], Generator[int]]"
"""Writes a cover and a table to a draft; yields the number of rows written so far."""
