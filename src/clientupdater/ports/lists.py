"""What people page through: lists of clients, the worklist, and the words of the lookups.

Lists state their scope themselves, from the reach they are given; the sight of the unit of work
stands behind it (A4). A page is cut by the place of its last item, never by counting: ``after`` is
that place, and belongs to the query it came from.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from attrs import field, frozen

from clientupdater.domain.clients import masked_pension_number
from clientupdater.domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.events import ExemptCause
    from clientupdater.domain.ids import ClientId, PersonId
    from clientupdater.domain.periods import Cycle, Period
    from clientupdater.domain.worklist import Cause

MOST = 200
"""Items on a page, at most."""

Item = TypeVar("Item")
Key = TypeVar("Key")


def _within_limits(_: object, __: object, limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise InvalidInput.of("limit", f"runs from 1 to {MOST}")


@frozen
class Page(Generic[Item, Key]):
    """Some items in order, and where the next ones begin.

    There may be fewer than the limit, and more behind them: what was hidden since is left out.
    """

    items: tuple[Item, ...]
    after: Key | None
    """The place to go on from; None where this was the last page."""

    @property
    def has_more(self) -> bool:
        """Whether there may be another page."""
        return self.after is not None


@frozen
class PersonName:
    """Somebody of the staff, as lists name them."""

    id: PersonId
    name: str


@frozen(kw_only=True)
class SnapshotView:
    """Where a client stands in a period, in the words that people read."""

    client_id: ClientId
    client_code: str
    period: Period
    status: str
    reason: str | None
    remarks: str | None = field(repr=False)
    has_payment: bool
    update_count: int
    is_terminal: bool
    exempt: ExemptCause | None
    next_follow_up_on: date | None
    promised_on: date | None
    promised_amount: Decimal | None
    assigned_to: PersonName | None
    branch: str
    updated_by: PersonName | None
    updated_at: datetime
    version: int

    @property
    def period_type(self) -> Cycle:
        """Whether it is a month or a quarter."""
        return self.period.cycle


@frozen
class ContactConflict:
    """The source's contact numbers, where they differ from ours (C1)."""

    source: str
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)


@frozen(kw_only=True)
class ClientView:
    """A client in the words that people read; what says who it is stays out of logs."""

    id: ClientId
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
    pension_last4: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    contact_conflict: tuple[ContactConflict, ...] | None
    past_due_amount: Decimal | None
    loan_status: str | None
    is_active: bool
    is_trackable: bool
    assigned_to: PersonName | None
    sync_source: str | None
    last_synced_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    current: SnapshotView | None
    """The running period's; None without status:read over this client, and where none is due."""

    @property
    def pension_number_masked(self) -> str | None:
        """All that lists show of the pension number (C3)."""
        return masked_pension_number(self.pension_last4)


@frozen(kw_only=True)
class WorklistClient:
    """As much of a client as one needs to call them."""

    id: ClientId
    client_code: str
    full_name: str = field(repr=False)
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    branch: str
    past_due_amount: Decimal | None
    par_status: str | None


@frozen
class WorklistItem:
    """One thing to do, and why it stands where it stands."""

    client: WorklistClient
    snapshot: SnapshotView
    cause: Cause


class WorklistOrder(StrEnum):
    """How the worklist is walked: by urgency, which is called work, or by name."""

    WORK = "work"
    NAME = "name"


@frozen
class WorklistKey:
    """A place in the worklist: of which day, in which phase, at which values.

    Day and order stay those of the first page, whatever is set meanwhile: items would change
    their phase between two pages, or their place.
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
class WorklistQuery:
    """What of the worklist is asked for; without an order, as the business has set it."""

    order: WorklistOrder | None = None
    limit: int = field(default=50, validator=_within_limits)
    after: WorklistKey | None = None


class ClientSort(StrEnum):
    """How a list of clients is walked; who owes most, was changed last or is due first.

    By follow-up, those for whom no day was named come last, by name.
    """

    NAME = "name"
    CODE = "code"
    UPDATED_AT = "updated_at"
    PAST_DUE_AMOUNT = "past_due_amount"
    FOLLOW_UP = "follow_up"


SortValue: TypeAlias = "str | int | date | datetime"


@frozen
class ClientKey:
    """A place in a list of clients: the value it is sorted by, and who it is.

    `value` is text for name and code, a moment for updated_at, centavos for the amount, a day
    for follow_up; of those without a day, their names.
    """

    value: SortValue = field(repr=False)
    client: ClientId
    is_undated: bool = False
    """By follow_up: among those without a day."""


@frozen(kw_only=True)
class StatusFilter:
    """What a client's row must be like; it takes status:read to ask.

    Without a period, that of the running one. `untouched_days`: nobody has touched the row for
    so many days, by the clock of the query.
    """

    period: Period | None = None
    status: str | None = None
    reason: str | None = None
    exempt: bool | None = None
    terminal: bool | None = None
    touched: bool | None = None
    untouched_days: int | None = None
    has_payment: bool | None = None
    follow_up_before: date | None = None
    updated_by: PersonId | None = None
    branch_then: str | None = None


@frozen(kw_only=True)
class ClientFilter:
    """What a client must be like; lookups, companies and branches by their codes."""

    company: str | None = None
    branch: str | None = None
    area: str | None = None
    product: str | None = None
    pension_type: str | None = None
    pensioner_type: str | None = None
    par_status: str | None = None
    account_type: str | None = None
    active: bool | None = None
    assigned_to: PersonId | Literal["none"] | None = None
    loan_status: str | None = None
    past_due_from: Decimal | None = None
    past_due_to: Decimal | None = None
    row: StatusFilter | None = None


@frozen(kw_only=True)
class ClientQuery:
    """Which clients are asked for, in which order, from where on."""

    filter: ClientFilter = ClientFilter()
    q: str | None = field(default=None, repr=False)
    sort: ClientSort = ClientSort.NAME
    limit: int = field(default=50, validator=_within_limits)
    after: ClientKey | None = None


@frozen(kw_only=True)
class Looking:
    """Who looks and when: reaches by clients:read and by status:read, and the moment."""

    clients: AccessScope
    statuses: AccessScope
    now: datetime
    today: date


WorklistPage: TypeAlias = "Page[WorklistItem, WorklistKey]"
ClientPage: TypeAlias = "Page[ClientView, ClientKey]"


@frozen(kw_only=True)
class Lookup:
    """One word of a lookup; what it has beside code and name is by its table."""

    code: str
    name: str
    is_active: bool
    is_system: bool
    sort_order: int
    version: int
    facts: Mapping[str, str | int | bool | None] = field(factory=dict)


Lookups: TypeAlias = "Mapping[str, tuple[Lookup, ...]]"
"""The eight tables by name, each in its order."""
