"""Filters of clients: conditions on a client, on its period row, and on what people recorded."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from attrs import frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period

NONE = "none"
"""Stands for a missing officer, product or pension type."""


@frozen(kw_only=True)
class StatusFilter:
    """Conditions on a client's period row; a caller needs status:read for them.

    Without a period, the running one's. `untouched_days`: no one has updated the row for so many
    days before the moment of the query.
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
    area_then: str | None = None
    """An area, by its code: the row stands in one of its branches."""
    open: bool | None = None
    opened_in: str | None = None
    """The branch, by its code, that the row was opened in."""
    moved_in: str | None = None
    """A branch that the row came to from another one."""
    moved_out: str | None = None
    """A branch that the row was in and has left."""
    ever_exempt: bool | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    promised_before: date | None = None
    contacted: bool | None = None
    contact_branch: str | None = None
    contact_area: str | None = None
    contact_by: PersonId | None = None
    done_by: PersonId | None = None
    done_until: date | None = None


class Recorded(StrEnum):
    """Which records of a person count; voided ones only where it says so."""

    UPDATE = "update"
    VOIDED = "voided"
    CONTACT = "contact"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    TERMINAL = "terminal"
    PAYMENT = "payment"
    PROMISE = "promise"
    PROMISE_KEPT = "promise_kept"
    OUTSIDE_HOURS = "outside_hours"
    SAME_REMARK = "same_remark"
    UNREACHABLE_WITHOUT_FOLLOW_UP = "unreachable_without_follow_up"


@frozen(kw_only=True)
class ClientFilter:
    """Conditions on a client; lookups, companies and branches by their codes.

    `recorded` and its companions ask for clients with such a record by one person, in the period of
    `row` or in any; they need `recorded_by`, and status:read as `row` does.
    `product` and `pension_type` may be NONE: the clients without one.
    """

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
    recorded: Recorded | None = None
    recorded_by: PersonId | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    recorded_reason: str | None = None
    within_reports: bool | None = None
    """Whether the reader's reports:read covers the client."""
    as_of: datetime | None = None
    """A past moment (R5): clients and rows as they stood then. Lists of the present have none."""
    row: StatusFilter | None = None

    def __attrs_post_init__(self) -> None:
        if self.recorded_by is None and self._asks_for_records:
            raise InvalidInput.of("/recorded_by", "is needed to look for records")

    @property
    def asks_for_status(self) -> bool:
        """Whether it tells something of a client's status, which needs status:read."""
        return self.row is not None or self._asks_for_records or self.recorded_by is not None

    @property
    def _asks_for_records(self) -> bool:
        others = (self.recorded, self.recorded_from, self.recorded_before, self.recorded_reason)
        return any(each is not None for each in others)
