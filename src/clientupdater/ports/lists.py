"""What people page through: lists of clients, and the worklist.

A list has its scope as a condition of its own; row-level security enforces it once more (A4). A
page begins after the place of an item, never after a count: ``after`` is that place, and belongs to
the query that it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from attrs import define, field, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.worklist import Cause
from clientupdater.ports.client_filter import ClientFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import ClientId

MOST = 200
"""Items on a page, at most."""

Item = TypeVar("Item")
Key = TypeVar("Key")


def within_limits(_: object, __: object, limit: int) -> None:
    """Validate the limit of a page."""
    if not 1 <= limit <= MOST:
        raise InvalidInput.of("/limit", f"runs from 1 to {MOST}")


@frozen
class Page(Generic[Item, Key]):
    """Some items in order, and where the next ones begin.

    There may be fewer than the limit with more behind them: items hidden meanwhile are left out.
    """

    items: Sequence[Item]
    after: Key | None
    """The place of the last item; None on the last page."""

    @property
    def has_more(self) -> bool:
        return self.after is not None


# The items of pages: `of` makes each from its members by name. They are not frozen, since a page
# has hundreds, and a frozen one takes three times as long.


def _amount(written: Decimal | str | None) -> Decimal | None:
    """Read an amount, which goes out as text."""
    return None if written is None else Decimal(written)


@define
class StaffMember:
    """A member of the staff, by name."""

    id: UUID
    name: str

    @classmethod
    def of(cls, members: Mapping[str, Any] | None) -> StaffMember | None:
        return cls(**members) if members else None


@define
class PeriodSnapshot:
    """A client's status in a period."""

    client_id: UUID
    client_code: str
    period: Period
    period_type: Cycle
    status: str
    reason: str | None
    remarks: str | None = field(repr=False)
    has_payment: bool
    update_count: int
    is_terminal: bool
    exempt: ExemptCause | None
    next_follow_up_on: date | None
    promised_on: date | None
    promised_amount: Decimal | None = field(converter=_amount)
    assigned_to: StaffMember | None
    branch: str
    updated_by: StaffMember | None
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> PeriodSnapshot:
        snapshot = cls(**members)
        snapshot.period = Period.parse(members["period"])
        snapshot.assigned_to = StaffMember.of(members["assigned_to"])
        snapshot.updated_by = StaffMember.of(members["updated_by"])
        return snapshot


@define
class ContactConflict:
    """Contact numbers as a source has them."""

    source: str
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)


@define
class ClientRecord:
    """A client, with the snapshot of the running period."""

    id: UUID
    client_code: str
    full_name: str = field(repr=False)
    address: str | None = field(repr=False)
    company: str
    branch: str
    product: str | None
    pension_type: str | None
    pensioner_type: str | None
    par_status: str | None
    account_type: str | None
    pension_number_masked: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    contact_conflict: tuple[ContactConflict, ...] | None
    past_due_amount: Decimal | None = field(converter=_amount)
    loan_status: str | None
    is_active: bool
    is_trackable: bool
    assigned_to: StaffMember | None
    sync_source: str | None
    last_synced_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    current: PeriodSnapshot | None
    """None where no row is due, and without status:read for this client."""

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> ClientRecord:
        record, current = cls(**members), members["current"]
        record.assigned_to = StaffMember.of(members["assigned_to"])
        record.current = PeriodSnapshot.of(current) if current else None
        if conflicts := members["contact_conflict"]:
            record.contact_conflict = tuple(ContactConflict(**each) for each in conflicts)
        return record


@define
class WorklistClient:
    """The part of a client that a call needs."""

    id: UUID
    client_code: str
    full_name: str = field(repr=False)
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    branch: str
    past_due_amount: Decimal | None = field(converter=_amount)
    par_status: str | None


@define
class WorklistItem:
    """A client to contact, with its snapshot and the cause of its place."""

    client: WorklistClient
    snapshot: PeriodSnapshot
    cause: Cause

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> WorklistItem:
        client, snapshot = WorklistClient(**members["client"]), members["snapshot"]
        return cls(client, PeriodSnapshot.of(snapshot), members["cause"])


class WorklistOrder(StrEnum):
    """The order of the worklist: by urgency (work) or by name."""

    WORK = "work"
    NAME = "name"


@frozen
class WorklistKey:
    """A place in the worklist.

    It has the day and the order of the first page: with others, items would change their phase or
    their place between two pages.
    """

    order: WorklistOrder
    day: date
    phase: int
    due_on: date
    rank: int
    name: str = field(repr=False)
    client: ClientId
    period: Period


@frozen(kw_only=True)
class WorklistFilter:
    """Conditions on an item of the worklist; branches and lookups by their codes."""

    cause: Cause | None = None
    branch: str | None = None
    area: str | None = None
    product: str | None = None
    par_status: str | None = None
    past_due_from: Decimal | None = None
    past_due_to: Decimal | None = None


@frozen(kw_only=True)
class WorklistQuery:
    """A query for a page of the worklist; without an order, the business's setting applies."""

    filter: WorklistFilter = WorklistFilter()
    order: WorklistOrder | None = None
    limit: int = field(default=50, validator=within_limits)
    after: WorklistKey | None = None

    def ordered(self, order: WorklistOrder) -> WorklistQuery:
        """Ask for this order."""
        return WorklistQuery(filter=self.filter, order=order, limit=self.limit, after=self.after)


@frozen(kw_only=True)
class WorklistFigure:
    """A count of items, and the filter of the worklist that lists exactly those."""

    value: int
    filter: WorklistFilter


@frozen(kw_only=True)
class WorklistGroup:
    """The items of one branch, or of all where `branch` is None."""

    branch: str | None
    figures: Mapping[str, WorklistFigure]
    """`total`, and one for each cause asked for."""


@frozen(kw_only=True)
class WorklistCounts:
    """How many items the worklist has on a day; a branch without items is left out."""

    day: date
    rows: tuple[WorklistGroup, ...]
    totals: WorklistGroup


class ClientSort(StrEnum):
    """The order of a list of clients: the largest amount, the latest change, the first day first.

    By follow-up, clients without a day come last, by name.
    """

    NAME = "name"
    CODE = "code"
    UPDATED_AT = "updated_at"
    PAST_DUE_AMOUNT = "past_due_amount"
    FOLLOW_UP = "follow_up"


SortValue: TypeAlias = "str | int | date | datetime"


@frozen
class ClientKey:
    """A place in a list of clients: the value it is sorted by, and the client.

    `value` is text for name and code, a moment for updated_at, centavos for the amount, a day for
    follow_up, and the name of a client without a day.
    """

    value: SortValue = field(repr=False)
    client: ClientId
    is_undated: bool = False
    """By follow_up: whether the place is among clients without a day."""


@frozen(kw_only=True)
class ClientQuery:
    """A query for a page of clients."""

    filter: ClientFilter = field(factory=ClientFilter)
    q: str | None = field(default=None, repr=False)
    sort: ClientSort = ClientSort.NAME
    limit: int = field(default=50, validator=within_limits)
    after: ClientKey | None = None


@frozen(kw_only=True)
class ReadContext:
    """The scopes that a reader has by clients:read and by status:read, and the moment."""

    clients: AccessScope
    statuses: AccessScope
    now: datetime
    today: date
    reports: AccessScope | None = None
    """The scope by reports:read."""
    zone: str = "UTC"
    """The time zone of the business."""
    as_of: datetime | None = None
    """A past moment: rows and clients as they stood then (R5); None: as they are."""


WorklistPage: TypeAlias = "Page[WorklistItem, WorklistKey]"
ClientPage: TypeAlias = "Page[ClientRecord, ClientKey]"
