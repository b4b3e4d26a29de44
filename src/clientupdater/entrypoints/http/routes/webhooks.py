"""Word from outside: a hint that something happened, which is then asked for (Y1, S8)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from clientupdater.domain.allowances import Activity
from clientupdater.domain.errors import Unauthenticated
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.problems import Rejected
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


@frozen
class NoticeTaken:
    """It is kept, and will be followed."""

    delivery: str


def receive_notice(call: Call) -> NoticeTaken:
    """Take a notice from NextBank."""
    delivery, body = _verified(call), call.body
    is_payment = body.type is NoticeKind.PAYMENT_POSTED
    call.app.syncing.receive_notice(
        Notice(
            source=_SOURCE,
            delivery=delivery,
            kind=str(body.type),
            code=body.data.code.strip().upper(),
            posted_on=body.data.posted_on if is_payment else None,
        )
    )
    return NoticeTaken(delivery)


def _verified(call: Call) -> str:
    """Give the name of a delivery that NextBank signed just now."""
    sent = call.sent
    names = ("id", "timestamp", "signature")
    told = [sent.headers.get(f"webhook-{name}", "") for name in names] if sent else [""] * 3
    delivery, timestamp, signatures = told
    signed = Signed(delivery[:255], timestamp, signatures, sent.body if sent else b"")
    try:
        call.app.syncing.receive_notice.verify(signed)
    except Unauthenticated as error:
        raise Rejected.invalid(error.message) from error
    return signed.delivery


def _admit(call: Call) -> None:
    """Let nobody learn from faults of shape who has not signed."""
    _verified(call)


ENDPOINTS = (
    Endpoint(
        method="POST",
        base="",
        path="/webhooks/nextbank",
        summary="Word from NextBank, signed as Standard Webhooks: kept once, followed by a job.",
        handle=receive_notice,
        body=NoticeBody,
        answers=NoticeTaken,
        public=True,
        admit=_admit,
        counts_as=Activity.WEBHOOK,
    ),
)
