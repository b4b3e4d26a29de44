"""Exports: what was asked for and became of it, and the tables that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.exports import COLUMNS, is_over
from clientupdater.domain.jobs import JobStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.exports import ExportFormat, ExportType, Kind
    from clientupdater.domain.ids import CompanyId, JobId
    from clientupdater.domain.permissions import Permission
    from clientupdater.ports.file_store import Draft
    from clientupdater.ports.lists import ClientFilter, PersonName
    from clientupdater.ports.queue import Progress


@frozen(kw_only=True)
class ExportRequest:
    """What is to be taken out, and how."""

    type: ExportType
    format: ExportFormat
    filter: ClientFilter
    columns: tuple[str, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the cells of each column are."""
        return tuple(COLUMNS[self.type][name] for name in self.columns)


@frozen(kw_only=True)
class Export:
    """An export as it stands."""

    id: UUID
    asked: ExportRequest
    asked_by: PersonName
    created_at: datetime
    company: CompanyId | None = None
    """Where it is of one company alone."""
    status: JobStatus = JobStatus.PENDING
    job: JobId | None = None
    progress: Progress | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    expires_at: datetime | None = None
    file: str | None = None
    """The name in the store; None before it is there, and once it was removed."""
    file_size: int | None = None
    row_count: int | None = None
    error: str | None = None
    rls_scope: Mapping[Permission, AccessScope] | None = field(default=None, repr=False)
    """How far its asker reached when it was written; None: that is not known (A10)."""

    def is_gone(self, now: datetime) -> bool:
        """Whether its file was there and can be had no longer."""
        return self.status is JobStatus.COMPLETED and is_over(self.expires_at, now)

    def is_ready(self, now: datetime) -> bool:
        """Whether its file can be had."""
        return self.file is not None and not is_over(self.expires_at, now)


@frozen
class ExportKey:
    """A place in the list of somebody's exports."""

    created_at: datetime
    id: UUID


class Exports(Protocol):
    """Exports that people asked for; the status takes the job into account, since that may die."""

    def add(self, export: Export) -> None:
        """Put down a new one."""
        ...

    def find(self, export: UUID) -> Export | None:
        """Find one, and keep others from changing it until the unit of work ends."""
        ...

    def of_person(self, person: UUID, *, after: ExportKey | None, at_most: int) -> Sequence[Export]:
        """List somebody's, the newest first."""
        ...

    def keep(self, export: Export) -> None:
        """Keep what became of it."""
        ...

    def remove(self, export: UUID) -> None:
        """Forget it."""
        ...

    def expired(self, now: datetime, *, at_most: int) -> Sequence[Export]:
        """List some whose file is there although their time is over."""
        ...

    def taken(self, export: Export, origin: Origin) -> None:
        """Write down that somebody took the data away; it can never be unwritten (L2)."""
        ...


# --- what they are made of


@frozen(kw_only=True)
class TableRequest:
    """A table to be read: it holds only what is within every scope (A10)."""

    asked: ExportRequest
    reaches: tuple[AccessScope, ...]
    """One for each permission; the last one is the scope of the snapshot."""
    today: date
    now: datetime
    zone: tzinfo
    """By which moments are written."""


@frozen
class Lines:
    """Some rows, written as CSV."""

    text: bytes
    rows: int


class Table(Protocol):
    """Rows as they stood at one moment, read as they are needed."""

    @property
    def as_of(self) -> datetime:
        """That moment."""
        ...

    @property
    def scope(self) -> str:
        """How far the asker sees, in words."""
        ...

    def count(self) -> int:
        """Count its rows."""
        ...

    def lines(self) -> Generator[Lines]:
        """Read them as lines of CSV, in which no text is a formula."""
        ...

    def rows(self) -> Generator[Sequence[tuple[str, ...]]]:
        """Read them some at a time: days as a spreadsheet counts them, truths as 1 and 0.

        What is nothing is EMPTY.
        """
        ...


Snapshot: TypeAlias = "Callable[[TableRequest], Table]"
"""Opens a table as it is at one moment; raises InvalidInput for an unknown code."""

SheetForm: TypeAlias = "Callable[[Mapping[str, str], ExportRequest, Table, Draft], Generator[int]]"
"""Writes a table as a file, after its cover; gives again and again how many rows are written."""
