"""Believable values to start from, so that a test states only what it is about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import evolve

from clientupdater.domain.clients import Client
from clientupdater.domain.events import EventKind, History, StatusEvent, advance, fold
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.statuses import StatusCatalogue
from clientupdater.domain.tracking import Change, PeriodRow, opened
from clientupdater.domain.write_context import WriteContext
from clientupdater.testing.app import seeded_statuses

MANILA = ZoneInfo("Asia/Manila")
FCASH, PCNI = CompanyId(UUID(int=1)), CompanyId(UUID(int=2))
CALOOCAN, DAVAO = BranchId(UUID(int=11)), BranchId(UUID(int=12))
ANA, BEN = PersonId(UUID(int=21)), PersonId(UUID(int=22))
JUAN = ClientId(UUID(int=31))
NOVEMBER = Period.month(2026, 11)
DONE_REASONS = seeded_statuses(FCASH)._statuses["DONE"].reasons  # noqa: SLF001 — as they are seeded


def catalogue() -> StatusCatalogue:
    """Build the statuses as they are seeded."""
    return seeded_statuses(FCASH)


def manila(day: int, hour: int = 9, minute: int = 0, *, month: int = 11) -> datetime:
    """Name a moment of the working year 2026 in Manila."""
    return datetime(2026, month, day, hour, minute, tzinfo=MANILA)


def client(**facts: object) -> Client:
    """Build a client of FCASH, reached monthly, whom Caloocan has."""
    juan = Client(id=JUAN, code="FC-000031", company=FCASH, branch=CALOOCAN, cycle=Cycle.MONTHLY)
    return evolve(juan, **facts)  # type: ignore[arg-type] # a test names the facts it is about


def write_context(now: datetime | None = None, **facts: object) -> WriteContext:
    """Let Ana act on the fifth of November, without the right to correct."""
    ana = WriteContext(now=now or manila(5), zone=MANILA, by=ANA)
    return evolve(ana, **facts)  # type: ignore[arg-type] # a test names the facts it is about


def moved(row: PeriodRow, branch: BranchId, write_context: WriteContext) -> Change:
    """Let a row follow its client to another branch, as the database's statements do (Y11)."""
    event = StatusEvent(
        sequence=row.snapshot.version + 1,
        kind=EventKind.MOVED,
        status=row.snapshot.status,
        branch=branch,
        occurred_at=write_context.now,
        recorded_at=write_context.now,
        by=write_context.by,
    )
    return Change(event, advance(row.snapshot, event))


class Ledger:
    """One row and all that happened to it, kept as a store would keep it."""

    def __init__(self, of: Client | None = None, period: Period = NOVEMBER) -> None:
        self.client = of or client()
        self.period = period
        start = write_context(manila(1, 0), by=None)
        self.history: History = (opened(self.client, start),)
        self.row = PeriodRow(self.client.id, self.client.company, period, fold(self.history))

    def keep(self, change: Change | None) -> Change:
        """Append the event and move the row on."""
        assert change is not None
        self.history = (*self.history, change.event)
        self.row = evolve(self.row, snapshot=change.snapshot)
        return change
