"""Clients and their period rows as they stood at a past moment (R3, R5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from attrs import define, field, frozen

from clientupdater.domain.events import ExemptCause
from clientupdater.domain.periods import Period
from clientupdater.ports.lists import StaffMember, within_limits

if TYPE_CHECKING:
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.lists import Page


@define(kw_only=True)
class PastStatus:
    """A client's status in a period, as it stood."""

    period: Period
    status: str
    reason: str | None
    has_payment: bool
    is_terminal: bool
    exempt: ExemptCause | None
    next_follow_up_on: date | None
    promised_on: date | None
    update_count: int
    branch: str
    """The branch that the row stood in; a row that is done does not follow its client."""


@define(kw_only=True)
class PastClient:
    """A client where it was, with its row of the period asked for."""

    id: UUID
    client_code: str
    full_name: str | None = field(repr=False)
    """The present name; None where the reader does not see the client at present."""
    company: str
    branch: str
    product: str | None
    pension_type: str | None
    par_status: str | None
    past_due_amount: Decimal | None
    assigned_to: StaffMember | None
    snapshot: PastStatus | None
    """None where the filter asks for records in any period."""


@frozen
class PastKey:
    """A place in a list of the past."""

    client_code: str


@frozen(kw_only=True)
class PastQuery:
    """A query for the clients behind a figure, by its filter; `filter.as_of` is the moment."""

    filter: ClientFilter
    limit: int = field(default=50, validator=within_limits)
    after: PastKey | None = None


PastPage: TypeAlias = "Page[PastClient, PastKey]"
