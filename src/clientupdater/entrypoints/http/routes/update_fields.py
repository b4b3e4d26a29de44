"""The members of an update, which single and bulk requests share."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.events import Channel, Promise
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.structuring import Text

Code = Annotated[str, Text(longest=50, shortest=1)]


@frozen(kw_only=True)
class UpdateFields:
    """The outcome of a call or a visit."""

    status: Code
    reason: Code | None = None
    remarks: str | None = field(default=None, repr=False)
    has_payment: bool | None = None
    occurred_at: datetime | None = None
    channel: Channel | None = None
    next_follow_up_on: date | None = None
    promised_on: date | None = None
    promised_amount: Decimal | None = None


def update_of(body: UpdateFields, pointer: str = "") -> StatusUpdate:
    """Make the domain's update; a promised amount needs a day."""
    if body.promised_amount is not None and body.promised_on is None:
        raise InvalidInput.of(f"{pointer}/promised_on", "is missing: until when was it promised?")
    promise = Promise(body.promised_on, body.promised_amount) if body.promised_on else None
    return StatusUpdate(
        status=body.status,
        reason=body.reason,
        remarks=body.remarks,
        has_payment=body.has_payment,
        occurred_at=body.occurred_at,
        channel=body.channel,
        next_follow_up_on=body.next_follow_up_on,
        promise=promise,
    )
