"""Word from outside: a hint that something happened, which is then asked for (Y1, S8)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from clientupdater.domain.errors import Unauthenticated
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.notices import Notice
from clientupdater.usecases.receive_notice import Signed

_SOURCE = "nextbank"


class NoticeKind(StrEnum):
    """What NextBank tells of."""

    CLIENT_UPDATED = "client.updated"
    PAYMENT_POSTED = "payment.posted"
    LOAN_CLOSED = "loan.closed"


@frozen(kw_only=True)
class NoticeData:
    """Whom it is about; of a payment the day as well."""

    code: Annotated[str, Text(longest=50, shortest=1)] = field(repr=False)
    posted_on: date | None = None
    amount: Decimal | None = field(default=None, repr=False)


@frozen(kw_only=True)
class NoticeBody:
    """A notice, as NextBank sends it."""

    type: NoticeKind
    timestamp: datetime
    data: NoticeData


def receive_notice(call: Call) -> None:
    """Take a notice from NextBank."""
    receive, sent, body = call.app.syncing.receive_notice, call.sent, call.body
    if sent is None:
        raise Unauthenticated
    delivery, timestamp, signatures = (
        sent.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    receive.verify(Signed(delivery[:255], timestamp, signatures, sent.body))
    is_payment = body.type is NoticeKind.PAYMENT_POSTED
    receive(
        Notice(
            source=_SOURCE,
            delivery=delivery[:255],
            kind=str(body.type),
            code=body.data.code.strip().upper(),
            posted_on=body.data.posted_on if is_payment else None,
        )
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/webhooks/nextbank",
        summary="Word from NextBank, signed as Standard Webhooks: kept once, followed by a job.",
        handle=receive_notice,
        status=204,
        body=NoticeBody,
        public=True,
        errors=(Unauthenticated,),
    ),
)
