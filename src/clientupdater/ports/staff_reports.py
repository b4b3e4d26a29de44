"""What people recorded (R6), and signals about it (R10): counts of events, not of rows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from attrs import define, field, frozen

from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.ports.client_filter import ClientFilter, Recorded
from clientupdater.ports.lists import StaffMember, within_limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.ports.lists import Page


class StaffBy(StrEnum):
    """The time that a row of the staff report covers."""

    DAY = "day"
    WEEK = "week"
    PERIOD = "period"


@frozen(kw_only=True)
class StaffQuery:
    """A question for what people recorded: by day and week between two days, or in a period."""

    company: str
    branch: str | None = None
    person: PersonId | None = None
    by: StaffBy = StaffBy.DAY
    start: date | None = None
    until: date | None = None
    period: Period | None = None
    as_of: datetime | None = None
    """What had been recorded by then (R5); None: now."""


STAFF_FIGURES = (
    Recorded.UPDATE,
    Recorded.VOIDED,
    Recorded.CONTACT,
    Recorded.COMPLETED,
    Recorded.CONFIRMED,
    Recorded.TERMINAL,
    Recorded.PAYMENT,
    Recorded.PROMISE,
    Recorded.PROMISE_KEPT,
)
MOST_STAFF_ROWS = 1000
"""Rows of a staff report, at most."""
MOST_EXPORTED_STAFF_ROWS = 20_000
"""In an export: a month of 600 people, day by day."""


@frozen(kw_only=True)
class StaffRead:
    """Which records count: of these people, between two moments, by a bucket of time."""

    base: ClientFilter
    people: tuple[PersonId, ...]
    by: StaffBy
    start: datetime
    end: datetime
    first_day: date
    most_rows: int


@frozen
class RecordCount:
    """How many records, and of how many clients."""

    records: int
    clients: int


@frozen
class StaffCounts:
    """The records of one person in one bucket of time."""

    person: PersonId
    name: str
    first_day: date
    figures: Mapping[str, RecordCount]
    first_entry: datetime
    last_entry: datetime
    median_seconds: int | None
    """Between one entry and the next; None with a single entry."""


@define(kw_only=True)
class RecordFigure:
    """A count of records. The list of the filter has their clients: `clients` of them."""

    value: int
    clients: int
    filter: ClientFilter


@define(kw_only=True)
class StaffRow:
    """What one person recorded in a day, week or period."""

    key: str
    name: str
    first_day: date
    last_day: date
    figures: Mapping[str, RecordFigure]
    first_entry: datetime
    last_entry: datetime
    median_seconds: int | None


@frozen
class StaffReport:
    """People by name, each by time. It has no totals: two people may record for one client."""

    rows: tuple[StaffRow, ...]


class SignalKind(StrEnum):
    """What a signal points at; never a verdict (R10)."""

    MANY_IN_MINUTES = "many_in_minutes"
    OUTSIDE_HOURS = "outside_hours"
    SAME_REMARK = "same_remark"
    LAST_DAY = "last_day"
    UNREACHABLE = "unreachable"
    UNUSUAL_OUTCOME = "unusual_outcome"


MOST_SIGNALS = 1000


@frozen(kw_only=True)
class SignalsQuery:
    """A question for signals about the records of a company between two days."""

    company: str
    start: date | None = None
    until: date | None = None
    as_of: datetime | None = None
    """What had been recorded by then (R5); None: now."""


@frozen(kw_only=True)
class LastDay:
    """The last day of a period, as moments."""

    period: Period
    start: datetime
    end: datetime


@frozen(kw_only=True)
class SignalsRead:
    """Which records are looked at, and the thresholds."""

    base: ClientFilter
    start: datetime
    end: datetime
    last_days: tuple[LastDay, ...]
    thresholds: Mapping[str, int]


@frozen(kw_only=True)
class SignalCount:
    """What was counted about one person."""

    kind: SignalKind
    person: PersonId
    name: str
    start: datetime
    end: datetime
    period: Period | None
    reason: str | None
    records: int
    clients: int


@define(kw_only=True)
class Signal:
    """What a person recorded that deserves a look: a fact, and the filter of its rows."""

    kind: SignalKind
    person: StaffMember
    message: str
    records: RecordFigure


@define(kw_only=True)
class SignalEvent:
    """A record behind a signal."""

    client_id: UUID
    client_code: str
    period: Period
    sequence: int
    status: str
    reason: str | None
    remarks: str | None = field(repr=False)
    occurred_at: datetime
    recorded_at: datetime


@frozen
class SignalEventKey:
    """A place among the records behind a signal."""

    recorded_at: datetime
    id: UUID


@frozen(kw_only=True)
class SignalEventsRead:
    """A page of the records that a signal's filter names."""

    filter: ClientFilter
    limit: int = field(default=50, validator=within_limits)
    after: SignalEventKey | None = None


SignalEventPage: TypeAlias = "Page[SignalEvent, SignalEventKey]"
