"""An update after a call or a visit, and whether it can be true (P8, S11)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.periods import business_day, last_writing_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from clientupdater.domain.events import Channel, Promise
    from clientupdater.domain.periods import Period
    from clientupdater.domain.write_context import WriteContext

LARGEST_AMOUNT = Decimal("9999999999999.99")
"""The largest amount of money that can be stored."""


@frozen(kw_only=True)
class StatusUpdate:
    """An update as it was sent; None means not mentioned."""

    status: str
    reason: str | None = None
    remarks: str | None = None
    has_payment: bool | None = None
    occurred_at: datetime | None = None
    channel: Channel | None = None
    next_follow_up_on: date | None = None
    promise: Promise | None = None


def when_it_occurred(update: StatusUpdate, period: Period, write_context: WriteContext) -> datetime:
    """Return when the call was made: now by default, within the days that P8 allows."""
    occurred_at = update.occurred_at or write_context.now
    if occurred_at.tzinfo is None:
        raise InvalidInput.of("/occurred_at", "needs an offset, as in 2026-11-05T09:30:00+08:00")
    if occurred_at > write_context.now:
        raise InvalidInput.of("/occurred_at", "lies in the future")
    first, last = period.first_day, last_writing_day(period, write_context.backdating_days)
    if first <= business_day(occurred_at, write_context.zone) <= last:
        return occurred_at
    if update.occurred_at is None:
        raise InvalidInput.of("/occurred_at", f"say when the call was made, {first} to {last}")
    raise InvalidInput.of("/occurred_at", f"for {period} lies from {first} to {last}")


def require_sound(update: StatusUpdate, occurred_at: datetime, write_context: WriteContext) -> None:
    """Refuse an impossible follow-up or promise, all faults at once (S11)."""
    day = business_day(occurred_at, write_context.zone)
    faults = []
    if update.next_follow_up_on and update.next_follow_up_on < day:
        faults.append(Fault("/next_follow_up_on", f"lies before the call itself, {day}"))
    if update.promise:
        faults += _faults_of(update.promise, day)
    if faults:
        raise InvalidInput(faults)


def _faults_of(promise: Promise, day: date) -> list[Fault]:
    faults = []
    if promise.on < day:
        faults.append(Fault("/promised_on", f"lies before the call itself, {day}"))
    if promise.amount is not None and not _is_money(promise.amount):
        faults.append(Fault("/promised_amount", "is more than nothing, with two places at most"))
    return faults


def _is_money(amount: Decimal) -> bool:
    if not amount.is_finite() or not 0 < amount <= LARGEST_AMOUNT:
        return False
    return amount == amount.quantize(Decimal("0.01"))
